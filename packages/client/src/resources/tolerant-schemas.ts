import {
  collectionSchema,
  connectorBodySchema,
  connectorResourceSchema,
  dataActionBodySchema,
  dataActionDetailSchema,
  dataActionResourceSchema,
} from '@dipswitch/contract';

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

const action = dataActionBodySchema.shape;
const tolerantActionShape = {
  limits: action.limits.unwrap().loose().optional(),
  cache: action.cache.unwrap().loose().optional(),
};

/** A stored data action, likewise. */
export const tolerantDataActionSchema = dataActionResourceSchema.extend(tolerantActionShape).loose();

export const tolerantDataActionPageSchema = collectionSchema(tolerantDataActionSchema);

/** One data action with its versions, likewise. */
export const tolerantDataActionDetailSchema = dataActionDetailSchema
  .extend({
    ...tolerantActionShape,
    versions: dataActionDetailSchema.shape.versions.element
      .extend({ definition: dataActionBodySchema.extend(tolerantActionShape).loose() })
      .loose()
      .array(),
  })
  .loose();
