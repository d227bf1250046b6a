import { loadStateConfig } from '../settings/config.ts';
import { STATE_OPTIONS } from '../settings/config-options.ts';
import { readOptions } from '../settings/read-options.ts';
import { givenTenant, givenText, noArguments, oneArgument, tenantOrDefault } from './arguments.ts';
import { type Command, DESCRIPTION_OPTION, JSON_OPTION, LIST_OPTIONS, MANAGE_OPTIONS } from './command.ts';
import { withOperatorServices } from './operator-services.ts';
import { toTable, toTime } from './table.ts';

const CREATE_OPTIONS = { ...MANAGE_OPTIONS, description: DESCRIPTION_OPTION } as const;
const SIGNING_OPTIONS = { ...STATE_OPTIONS, json: JSON_OPTION } as const;

const createKey: Command = {
  name: 'key create',
  argumentsText: '',
  summary: 'Makes a static key for the X-Api-Key header and prints it, once. It carries dataactions:execute only.',
  options: CREATE_OPTIONS,
  examples: ['dip-engine key create --tenant default --description "Studio scripts" --json'],
  async run(argv, context) {
    const read = readOptions(CREATE_OPTIONS, argv, context.environment);
    noArguments(read);
    const tenant = tenantOrDefault(read);
    const description = givenText(read, 'description') ?? '';
    const { keyId, apiKey } = await withOperatorServices(loadStateConfig(read), ({ clients }) =>
      clients.createKey(tenant, description),
    );
    if (read.given.has('json')) context.print(`${JSON.stringify({ keyId, apiKey: apiKey.expose() })}\n`);
    else context.print(`key id:  ${keyId}\napi key: ${apiKey.expose()}\n`);
    context.explain('Keep the key now: it is not stored and cannot be shown again.\n');
  },
};

const listKeys: Command = {
  name: 'key list',
  argumentsText: '',
  summary: 'Lists static keys.',
  options: LIST_OPTIONS,
  examples: ['dip-engine key list'],
  async run(argv, context) {
    const read = readOptions(LIST_OPTIONS, argv, context.environment);
    noArguments(read);
    const tenant = givenTenant(read);
    const keys = await withOperatorServices(loadStateConfig(read), ({ clients }) => clients.listKeys(tenant));
    if (read.given.has('json')) {
      const shown = keys.map(({ keyHash: _, createdAt, revokedAt, ...key }) => ({
        ...key,
        createdAt: toTime(createdAt),
        revokedAt: revokedAt === null ? null : toTime(revokedAt),
      }));
      context.print(`${JSON.stringify(shown)}\n`);
      return;
    }
    const rows = keys.map((key) => [
      key.keyId,
      key.tenant,
      toTime(key.createdAt),
      toTime(key.revokedAt),
      key.description,
    ]);
    context.print(toTable(['KEY', 'TENANT', 'CREATED', 'REVOKED', 'DESCRIPTION'], rows));
  },
};

const revokeKey: Command = {
  name: 'key revoke',
  argumentsText: 'ID',
  summary: 'Revokes a static key within seconds, in every engine.',
  options: MANAGE_OPTIONS,
  examples: ['dip-engine key revoke dipk-0123456789abcdef01'],
  async run(argv, context) {
    const read = readOptions(MANAGE_OPTIONS, argv, context.environment);
    const keyId = oneArgument(read, 'ID');
    await withOperatorServices(loadStateConfig(read), ({ clients }) => clients.revokeKey(keyId));
    if (read.given.has('json')) context.print(`${JSON.stringify({ keyId, revoked: true })}\n`);
    else context.print(`revoked ${keyId}\n`);
  },
};

const rotateSigningKey: Command = {
  name: 'signing-key rotate',
  argumentsText: '',
  summary: 'Makes a new key for signing access tokens; tokens of the old one stay good until they expire.',
  options: SIGNING_OPTIONS,
  examples: ['dip-engine signing-key rotate'],
  async run(argv, context) {
    const read = readOptions(SIGNING_OPTIONS, argv, context.environment);
    noArguments(read);
    const kid = await withOperatorServices(loadStateConfig(read), ({ clients }) => clients.rotateSigningKey());
    if (read.given.has('json')) context.print(`${JSON.stringify({ kid })}\n`);
    else context.print(`signing with ${kid}\n`);
  },
};

const listSigningKeys: Command = {
  name: 'signing-key list',
  argumentsText: '',
  summary: 'Lists the keys that sign access tokens.',
  options: SIGNING_OPTIONS,
  examples: ['dip-engine signing-key list'],
  async run(argv, context) {
    const read = readOptions(SIGNING_OPTIONS, argv, context.environment);
    noArguments(read);
    const keys = await withOperatorServices(loadStateConfig(read), ({ signingKeys }) => signingKeys.list());
    if (read.given.has('json')) {
      const shown = keys.map(({ createdAt, retiredAt, ...key }) => ({
        ...key,
        createdAt: toTime(createdAt),
        retiredAt: retiredAt === null ? null : toTime(retiredAt),
      }));
      context.print(`${JSON.stringify(shown)}\n`);
      return;
    }
    const rows = keys.map((key) => [key.kid, key.algorithm, toTime(key.createdAt), toTime(key.retiredAt)]);
    context.print(toTable(['KEY', 'ALGORITHM', 'CREATED', 'RETIRED'], rows));
  },
};

export const KEY_COMMANDS: readonly Command[] = [createKey, listKeys, revokeKey, rotateSigningKey, listSigningKeys];
