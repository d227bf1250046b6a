import { Secret } from '@dipswitch/contract';
import { loadStateConfig } from '../settings/config.ts';
import { readOptions, UsageError } from '../settings/read-options.ts';
import { noArguments, oneArgument, tenantOrDefault } from './arguments.ts';
import { type Command, MANAGE_OPTIONS, OPERATOR } from './command.ts';
import { CommandError } from './command-error.ts';
import { withOperatorServices } from './operator-services.ts';
import { toTable, toTime } from './table.ts';

const setSecret: Command = {
  name: 'secret set',
  argumentsText: 'NAME',
  summary: 'Stores a secret, read from standard input, sealed in the embedded store (local://NAME).',
  options: MANAGE_OPTIONS,
  examples: ['dip-engine secret set VAULT_DB_PASSWORD < password.txt'],
  async run(argv, context) {
    const read = readOptions(MANAGE_OPTIONS, argv, context.environment);
    const name = oneArgument(read, 'NAME');
    const tenant = tenantOrDefault(read);
    // One line end is what `echo` adds; more than one is part of the value.
    const value = (await context.readStandardInput()).replace(/\r?\n$/, '');
    if (value === '') throw new UsageError(['standard input is empty: the value is read from there']);
    const { version } = await withOperatorServices(loadStateConfig(read), ({ secrets }) =>
      secrets.set({ tenant, actor: OPERATOR, requestId: '-' }, name, new Secret(value)),
    );
    if (read.given.has('json')) context.print(`${JSON.stringify({ name, version })}\n`);
    else context.print(`stored ${name}, version ${version}\n`);
  },
};

const listSecrets: Command = {
  name: 'secret list',
  argumentsText: '',
  summary: 'Lists the secrets of a tenant by name; never their values.',
  options: MANAGE_OPTIONS,
  examples: ['dip-engine secret list --tenant default'],
  async run(argv, context) {
    const read = readOptions(MANAGE_OPTIONS, argv, context.environment);
    noArguments(read);
    const tenant = tenantOrDefault(read);
    const secrets = await withOperatorServices(loadStateConfig(read), (services) => services.secrets.list(tenant));
    if (read.given.has('json')) {
      const shown = secrets.map(({ name, version, createdAt, updatedAt }) => ({
        name,
        version,
        createdAt: toTime(createdAt),
        updatedAt: toTime(updatedAt),
      }));
      context.print(`${JSON.stringify(shown)}\n`);
      return;
    }
    const rows = secrets.map(({ name, version, createdAt, updatedAt }) => [
      name,
      String(version),
      toTime(createdAt),
      toTime(updatedAt),
    ]);
    context.print(toTable(['NAME', 'VERSION', 'CREATED', 'UPDATED'], rows));
  },
};

const deleteSecret: Command = {
  name: 'secret delete',
  argumentsText: 'NAME',
  summary: 'Deletes a secret.',
  options: MANAGE_OPTIONS,
  examples: ['dip-engine secret delete VAULT_DB_PASSWORD'],
  async run(argv, context) {
    const read = readOptions(MANAGE_OPTIONS, argv, context.environment);
    const name = oneArgument(read, 'NAME');
    const tenant = tenantOrDefault(read);
    const deleted = await withOperatorServices(loadStateConfig(read), ({ secrets }) =>
      secrets.delete({ tenant, actor: OPERATOR, requestId: '-' }, name),
    );
    if (!deleted) throw new CommandError('There is no such secret.');
    if (read.given.has('json')) context.print(`${JSON.stringify({ name, deleted: true })}\n`);
    else context.print(`deleted ${name}\n`);
  },
};

export const SECRET_COMMANDS: readonly Command[] = [setSecret, listSecrets, deleteSecret];
