import { SCOPES } from '@dipswitch/contract';
import { parseScopes } from '../features/oauth/client.ts';
import { loadStateConfig } from '../settings/config.ts';
import { readOptions, UsageError } from '../settings/read-options.ts';
import { givenTenant, givenText, noArguments, oneArgument, tenantOrDefault } from './arguments.ts';
import { type Command, DESCRIPTION_OPTION, LIST_OPTIONS, MANAGE_OPTIONS, SCOPE_OPTION } from './command.ts';
import { withOperatorServices } from './operator-services.ts';
import { toTable, toTime } from './table.ts';

const CREATE_OPTIONS = { ...MANAGE_OPTIONS, scope: SCOPE_OPTION, description: DESCRIPTION_OPTION } as const;

const createClient: Command = {
  name: 'client create',
  argumentsText: '',
  summary: 'Makes an OAuth client and prints its secret, once.',
  options: CREATE_OPTIONS,
  examples: ['dip-engine client create --tenant default --scope "integrations:read integrations:write" --json'],
  async run(argv, context) {
    const read = readOptions(CREATE_OPTIONS, argv, context.environment);
    noArguments(read);
    const scopes = parseScopes(givenText(read, 'scope') ?? '');
    if (scopes === null) throw new UsageError([`--scope is needed: one or more of ${SCOPES.join(', ')}`]);
    const tenant = tenantOrDefault(read);
    const description = givenText(read, 'description') ?? '';
    const { clientId, clientSecret } = await withOperatorServices(loadStateConfig(read), ({ clients }) =>
      clients.createClient({ tenant, scopes, description }),
    );
    const secret = clientSecret.expose();
    if (read.given.has('json')) context.print(`${JSON.stringify({ clientId, clientSecret: secret })}\n`);
    else context.print(`client id:     ${clientId}\nclient secret: ${secret}\n`);
    context.explain('Keep the secret now: it is not stored and cannot be shown again.\n');
  },
};

const listClients: Command = {
  name: 'client list',
  argumentsText: '',
  summary: 'Lists OAuth clients.',
  options: LIST_OPTIONS,
  examples: ['dip-engine client list --tenant default'],
  async run(argv, context) {
    const read = readOptions(LIST_OPTIONS, argv, context.environment);
    noArguments(read);
    const tenant = givenTenant(read);
    const clients = await withOperatorServices(loadStateConfig(read), (services) =>
      services.clients.listClients(tenant),
    );
    if (read.given.has('json')) {
      const shown = clients.map(({ secretHash: _, createdAt, revokedAt, ...client }) => ({
        ...client,
        createdAt: toTime(createdAt),
        revokedAt: revokedAt === null ? null : toTime(revokedAt),
      }));
      context.print(`${JSON.stringify(shown)}\n`);
      return;
    }
    const rows = clients.map((client) => [
      client.clientId,
      client.tenant,
      client.scopes.join(' '),
      toTime(client.createdAt),
      toTime(client.revokedAt),
      client.description,
    ]);
    context.print(toTable(['CLIENT', 'TENANT', 'SCOPES', 'CREATED', 'REVOKED', 'DESCRIPTION'], rows));
  },
};

const REVOKE_OPTIONS = MANAGE_OPTIONS;

const revokeClient: Command = {
  name: 'client revoke',
  argumentsText: 'ID',
  summary: 'Revokes a client: its tokens stop within seconds, in every engine.',
  options: REVOKE_OPTIONS,
  examples: ['dip-engine client revoke dipc-0123456789abcdef01'],
  async run(argv, context) {
    const read = readOptions(REVOKE_OPTIONS, argv, context.environment);
    const clientId = oneArgument(read, 'ID');
    await withOperatorServices(loadStateConfig(read), ({ clients }) => clients.revokeClient(clientId));
    if (read.given.has('json')) context.print(`${JSON.stringify({ clientId, revoked: true })}\n`);
    else context.print(`revoked ${clientId}\n`);
  },
};

export const CLIENT_COMMANDS: readonly Command[] = [createClient, listClients, revokeClient];
