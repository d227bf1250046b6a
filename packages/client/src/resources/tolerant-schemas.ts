import { collectionSchema, connectorBodySchema, connectorResourceSchema } from '@dipswitch/contract';

const { configuration } = connectorBodySchema.shape;

/**
 * A stored connector as a client reads it: members that a newer server adds pass, where the contract's own schema, made
 * for what is submitted, would refuse them.
 */
export const tolerantConnectorSchema = connectorResourceSchema
  .extend({
    configuration: configuration
      .extend({
        credentialMasking: configuration.shape.credentialMasking.loose(),
        poolSettings: configuration.shape.poolSettings.loose(),
        securitySettings: configuration.shape.securitySettings.loose(),
      })
      .loose(),
    healthCheck: connectorBodySchema.shape.healthCheck.unwrap().loose().optional(),
    eventSubscriptions: connectorBodySchema.shape.eventSubscriptions.unwrap().element.loose().array().optional(),
  })
  .loose();

export const tolerantConnectorPageSchema = collectionSchema(tolerantConnectorSchema);
