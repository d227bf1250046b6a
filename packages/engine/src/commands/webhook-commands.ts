import { loadStateConfig } from '../settings/config.ts';
import { readOptions } from '../settings/read-options.ts';
import { noArguments, oneArgument, tenantOrDefault } from './arguments.ts';
import { type Command, type CommandContext, MANAGE_OPTIONS, OPERATOR } from './command.ts';
import { type OperatorServices, withOperatorServices } from './operator-services.ts';
import { toTable } from './table.ts';

const ACTOR = { actor: OPERATOR, requestId: '-' };

const listWebhooks: Command = {
  name: 'webhook list',
  argumentsText: '',
  summary: 'Lists the webhooks of a tenant with their waiting and dead deliveries.',
  options: MANAGE_OPTIONS,
  examples: ['dip-engine webhook list --tenant default'],
  async run(argv, context) {
    const read = readOptions(MANAGE_OPTIONS, argv, context.environment);
    noArguments(read);
    const tenant = tenantOrDefault(read);
    const webhooks = await withOperatorServices(loadStateConfig(read), (services) => services.webhooks.list(tenant));
    if (read.given.has('json')) {
      context.print(`${JSON.stringify(webhooks)}\n`);
      return;
    }
    const rows = webhooks.map((webhook) => [
      webhook.webhookUrl,
      String(webhook.pendingDeliveries),
      String(webhook.deadDeliveries),
      webhook.disabledAt ?? '-',
    ]);
    context.print(toTable(['WEBHOOK', 'WAITING', 'DEAD', 'DISABLED'], rows));
  },
};

const showSecret: Command = {
  name: 'webhook secret',
  argumentsText: 'URL',
  summary: 'Prints the signing secret of a webhook, once.',
  options: MANAGE_OPTIONS,
  examples: ['dip-engine webhook secret https://vault-sync.internal/webhooks/cxone-config'],
  run: (argv, context) =>
    withWebhook(argv, context, async ({ webhooks }, tenant, webhookUrl) => ({
      webhookUrl,
      secret: (await webhooks.showSecret({ tenant, webhookUrl }, ACTOR)).expose(),
    })),
};

const rotateSecret: Command = {
  name: 'webhook rotate',
  argumentsText: 'URL',
  summary: 'Makes a new signing secret and prints it; for a day deliveries carry a signature of each.',
  options: MANAGE_OPTIONS,
  examples: ['dip-engine webhook rotate https://vault-sync.internal/webhooks/cxone-config'],
  run: (argv, context) =>
    withWebhook(argv, context, async ({ webhooks }, tenant, webhookUrl) => ({
      webhookUrl,
      secret: (await webhooks.rotateSecret({ tenant, webhookUrl }, ACTOR)).expose(),
    })),
};

const replay: Command = {
  name: 'webhook replay',
  argumentsText: 'URL',
  summary: 'Sends the dead deliveries of a webhook again, under the same ids.',
  options: MANAGE_OPTIONS,
  examples: ['dip-engine webhook replay https://vault-sync.internal/webhooks/cxone-config'],
  run: (argv, context) =>
    withWebhook(argv, context, async ({ webhooks }, tenant, webhookUrl) => ({
      webhookUrl,
      replayed: String(await webhooks.replay({ tenant, webhookUrl }, ACTOR)),
    })),
};

const enable: Command = {
  name: 'webhook enable',
  argumentsText: 'URL',
  summary: 'Sends again to a webhook that had answered 410 Gone.',
  options: MANAGE_OPTIONS,
  examples: ['dip-engine webhook enable https://vault-sync.internal/webhooks/cxone-config'],
  run: (argv, context) =>
    withWebhook(argv, context, async ({ webhooks }, tenant, webhookUrl) => {
      await webhooks.enable({ tenant, webhookUrl }, ACTOR);
      return { webhookUrl, enabled: 'yes' };
    }),
};

async function withWebhook(
  argv: readonly string[],
  context: CommandContext,
  work: (services: OperatorServices, tenant: string, webhookUrl: string) => Promise<Readonly<Record<string, string>>>,
): Promise<void> {
  const read = readOptions(MANAGE_OPTIONS, argv, context.environment);
  const webhookUrl = oneArgument(read, 'URL');
  const tenant = tenantOrDefault(read);
  const result = await withOperatorServices(loadStateConfig(read), (services) => work(services, tenant, webhookUrl));
  if (read.given.has('json')) context.print(`${JSON.stringify(result)}\n`);
  else for (const [name, value] of Object.entries(result)) context.print(`${name}: ${value}\n`);
}

export const WEBHOOK_COMMANDS: readonly Command[] = [listWebhooks, showSecret, rotateSecret, replay, enable];
