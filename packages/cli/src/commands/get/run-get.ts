import {
  CONNECTOR_TYPES,
  type ConnectorResource,
  type DatabaseKind,
  parseConnectionString,
  toConnectorType,
  toDatabaseKind,
} from '@dipswitch/contract';
import { createUsageError } from '../../cli-error.ts';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { renderDetails, shown } from '../../output/details.ts';
import { paintStatus } from '../../output/health-view.ts';
import { printStructured } from '../../output/structured.ts';
import { renderTable } from '../../output/table.ts';
import type { Terminal } from '../../output/terminal.ts';
import { countOf, formatAge, neutralizeControls } from '../../output/text.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { withClient } from '../../session/server-session.ts';
import type { SettingFlags } from '../../session/settings.ts';
import { getDataActions } from './get-actions.ts';

export interface GetFlags extends SettingFlags {
  readonly type?: DatabaseKind;
}

export async function runGet(context: CommandContext, flags: GetFlags, operands: readonly string[]): Promise<ExitCode> {
  const { terminal } = context;
  const signal = stopSignal(context.interrupts);
  const [kind, id] = operands;
  if (kind === 'actions') {
    if (flags.type !== undefined) throw createUsageError('--type is for connectors.', 'Leave it out.');
    return await withClient(context, flags, async (client) => await getDataActions(context, client, id));
  }
  return await withClient(context, flags, async (client) => {
    if (id !== undefined) {
      const connector = await client.connectors.get(id, { signal });
      if (!(await printStructured(terminal, connector))) printConnector(context, connector);
      return EXIT_CODES.done;
    }
    const items: ConnectorResource[] = [];
    const type = flags.type === undefined ? {} : { type: toConnectorType(flags.type) };
    for await (const connector of client.connectors.list({ signal, ...type })) items.push(connector);
    if (!(await printStructured(terminal, { items }))) printConnectors(context, items);
    return EXIT_CODES.done;
  });
}

function printConnectors({ terminal, now }: CommandContext, items: readonly ConnectorResource[]): void {
  if (items.length === 0) {
    terminal.note('The server has no connectors that this client can see.');
    return;
  }
  const nowMs = now();
  const columns = [
    { title: 'ID', cell: (item: ConnectorResource) => neutralizeControls(item.connectorId) },
    { title: 'TYPE', cell: kindOf },
    { title: 'TARGET', cell: targetOf, shrinks: true },
    {
      title: 'STATUS',
      cell: (item: ConnectorResource) => item.health.status,
      paint: (text: string, item: ConnectorResource) => paintStatus(text, item.health.status, terminal.style),
    },
    { title: 'REV', cell: (item: ConnectorResource) => String(item.revision), alignRight: true },
    { title: 'CHANGED', cell: (item: ConnectorResource) => formatAge(item.updatedAt, nowMs), alignRight: true },
  ];
  terminal.result(renderTable(terminal, columns, items));
  terminal.note(terminal.noteStyle.dim(`\n${countOf(items.length, 'connector')}`));
}

function printConnector(context: CommandContext, item: ConnectorResource): void {
  const { terminal } = context;
  const { configuration, healthCheck, eventSubscriptions, labels } = item;
  const { poolSettings, securitySettings, credentialMasking } = configuration;
  const tls = securitySettings.sslMode ? `required, verification ${securitySettings.sslVerification ?? 'full'}` : 'off';
  const rows: [string, string][] = [
    ['id', shown(item.connectorId)],
    ['name', shown(item.connectorName)],
    ['type', kindOf(item)],
    ['connection', shown(configuration.connectionString)],
    ['credentials', `${shown(credentialMasking.username)}, ${shown(credentialMasking.password)} (references)`],
    [
      'pool',
      `${poolSettings.minPoolSize} to ${poolSettings.maxPoolSize}, connect within ${poolSettings.connectionTimeoutSeconds} s`,
    ],
    ['tls', tls],
    [
      'health check',
      healthCheck?.enabled === true ? `${shown(healthCheck.query)} every ${healthCheck.intervalSeconds} s` : 'off',
    ],
    ...(eventSubscriptions ?? []).map((event): [string, string] => [
      'event',
      `${event.eventType} to ${shown(event.webhookUrl)}`,
    ]),
    ...Object.entries(labels ?? {}).map(([name, value]): [string, string] => [
      'label',
      `${shown(name)}: ${shown(value)}`,
    ]),
    ['status', renderStatus(terminal, item)],
    ['revision', `${item.revision}, changed ${formatAge(item.updatedAt, context.now())}`],
  ];
  terminal.result(renderDetails(rows, terminal.style, terminal.columns));
}

function renderStatus(terminal: Terminal, { health }: ConnectorResource): string {
  const reason = [health.errorClass, health.message].filter((part) => part !== null).join(': ');
  const latency = health.latencyMs === null ? '' : ` in ${health.latencyMs.toFixed(1)} ms`;
  const status = paintStatus(health.status, health.status, terminal.style);
  return `${status}${latency}${reason === '' ? '' : ` (${neutralizeControls(reason)})`}`;
}

/** The server may be newer than we are and know more types. */
export function kindOf({ connectorType }: ConnectorResource): string {
  const type = CONNECTOR_TYPES.find((known) => known === connectorType);
  return type === undefined ? neutralizeControls(connectorType) : toDatabaseKind(type);
}

export function targetOf({ configuration }: ConnectorResource): string {
  try {
    const { hosts, database } = parseConnectionString(configuration.connectionString);
    return `${hosts.map(({ host, port }) => `${host}:${port}`).join(',')}/${database}`;
  } catch {
    return neutralizeControls(configuration.connectionString);
  }
}
