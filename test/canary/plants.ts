import { randomBytes } from 'node:crypto';
import type { ConnectorBody, DataActionBody } from '@dipswitch/contract';
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
    sensitiveInput: createCanary('sensitive input of a data action'),
    inputInErrorText: createCanary('sensitive input that the database quotes in its error'),
    inputOfWrite: createCanary('sensitive input of a write that is remembered'),
    refusedInput: createCanary('input of a data action that was refused'),
    refusedInputName: createCanary('name of an input that the data action does not have'),
    sampleInput: createCanary('sample input of a test'),
    submittedApiKey: createCanary('static key that is none'),
  } satisfies Record<string, Canary>;
}

export type Plants = ReturnType<typeof createPlants>;

/** Data actions whose inputs are secrets, by what becomes of them. */
export function createDataActions(connectorId: string): readonly DataActionBody[] {
  const action = (actionId: string, statement: string, access: 'read' | 'write'): DataActionBody => ({
    actionId,
    connectorId,
    statement,
    access,
    input: {
      type: 'object',
      required: ['number'],
      properties: { number: { type: 'string', maxLength: 60, 'x-sensitive': true } },
    },
    output: { type: 'object', properties: { n: { type: 'integer' } } },
  });
  return [
    action('canary-found', 'select length(:number) as n', 'read'),
    // The database answers: invalid input syntax for type integer, and the value.
    action('canary-error', 'select cast(cast(:number as text) as integer) as n', 'read'),
    action('canary-write', 'select length(:number) as n', 'write'),
  ];
}

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
