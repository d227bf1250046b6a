import { randomBytes } from 'node:crypto';
import type { ConnectorBody } from '@dipswitch/contract';
import { createConnectorBody } from '../support/connector-bodies.ts';
import { type Canary, createCanary } from './canaries.ts';

/** One canary for each place that holds a secret. */
export function createPlants() {
  return {
    databasePassword: createCanary('password of a database, in the vault'),
    environmentSecret: createCanary('secret in the environment of the engine'),
    fileSecret: createCanary('secret in a file'),
    masterKey: { name: 'master key', value: randomBytes(32).toString('hex') },
    bootstrapSecret: createCanary('secret of the bootstrap client'),
    statePassword: createCanary('password of the state database'),
    databaseErrorText: createCanary('error text of a database'),
    webhookReply: createCanary('reply of a webhook'),
    oauthReply: createCanary('reply of an OAuth server'),
    vaultWebhookSecret: { name: 'secret of the vault webhook', value: `whsec_${randomBytes(24).toString('base64')}` },
    submittedCredential: createCanary('plaintext in credentials'),
    submittedInString: createCanary('password in the connection string'),
    submittedUserinfo: createCanary('password before the host of the connection string'),
    submittedProperty: createCanary('value of a forbidden property'),
    submittedReference: createCanary('plaintext in place of a reference'),
    submittedField: createCanary('value of an unknown field'),
    submittedClientSecret: createCanary('wrong client secret'),
    submittedBasic: createCanary('password of HTTP Basic'),
    submittedBearer: createCanary('bearer token that is none'),
    fileCredential: createCanary('plaintext in a file'),
  } satisfies Record<string, Canary>;
}

export type Plants = ReturnType<typeof createPlants>;

const PLACE = { kind: 'postgresql', host: '127.0.0.1', port: 1, database: 'none' } as const;

/** Bodies that must be refused, each with a secret where none belongs. */
export function createRefusedBodies(plants: Plants): readonly unknown[] {
  const body = (id: string) => createConnectorBody(PLACE, { id, username: 'DB_USER', password: 'DB_PASSWORD' });
  const withConfiguration = (id: string, changes: Record<string, unknown>) => {
    const sound: ConnectorBody = body(id);
    return { ...sound, configuration: { ...sound.configuration, ...changes } };
  };
  const address = '127.0.0.1:1/none?driverVersion=42.6.0';
  return [
    withConfiguration('refused-1', { credentials: { username: 'x', password: plants.submittedCredential.value } }),
    withConfiguration('refused-2', {
      connectionString: `jdbc:postgresql://${address}&password=${plants.submittedInString.value}`,
    }),
    withConfiguration('refused-3', {
      connectionString: `jdbc:postgresql://user:${plants.submittedUserinfo.value}@${address}`,
    }),
    withConfiguration('refused-4', {
      connectionString: `jdbc:postgresql://${address}&socketFactory=${plants.submittedProperty.value}`,
    }),
    withConfiguration('refused-5', {
      credentialMasking: { username: 'DB_USER', password: `${plants.submittedReference.value} !` },
    }),
    { ...body('refused-6'), password: plants.submittedField.value },
  ];
}
