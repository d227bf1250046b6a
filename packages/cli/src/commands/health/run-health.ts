import type { DipswitchClient } from '@dipswitch/client';
import type { ConnectorHealth, HealthSummary } from '@dipswitch/contract';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { type HealthRow, renderHealth, renderHealthTable } from '../../output/health-view.ts';
import { printStructured } from '../../output/structured.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { withClient } from '../../session/server-session.ts';
import type { SettingFlags } from '../../session/settings.ts';
import { watchHealth } from './watch-health.ts';

export interface HealthFlags extends SettingFlags {
  readonly watch?: boolean;
  readonly interval: number;
}

/** One look: all connectors, or the one asked for. */
export async function readHealth(
  client: DipswitchClient,
  id: string | undefined,
  signal: AbortSignal,
): Promise<readonly HealthRow[]> {
  if (id !== undefined) return [await client.connectors.health(id, { signal })];
  const rows: HealthRow[] = [];
  for await (const { connectorId, health } of client.connectors.list({ signal })) rows.push({ connectorId, ...health });
  return rows;
}

export async function runHealth(
  context: CommandContext,
  flags: HealthFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  const { terminal } = context;
  const id = operands[0];
  const signal = stopSignal(context.interrupts);
  return await withClient(context, flags, async (client) => {
    if (flags.watch === true) {
      return await watchHealth(context, {
        read: () => readHealth(client, id, signal),
        intervalMs: flags.interval * 1000,
        signal,
      });
    }
    if (id !== undefined) return await showOne(context, await client.connectors.health(id, { signal }));
    const items = await readHealth(client, undefined, signal);
    if (!(await printStructured(terminal, { items }))) {
      if (items.length === 0) terminal.note('The server has no connectors that this client can see.');
      else terminal.result(renderHealthTable(terminal, items, context.now()));
    }
    return toExitCode(items);
  });
}

async function showOne(context: CommandContext, health: ConnectorHealth): Promise<ExitCode> {
  if (!(await printStructured(context.terminal, health))) {
    context.terminal.result(renderHealth(context.terminal, health, context.now()));
  }
  return toExitCode([health]);
}

function toExitCode(items: readonly HealthSummary[]): ExitCode {
  return items.some(({ status }) => status === 'UNHEALTHY') ? EXIT_CODES.failed : EXIT_CODES.done;
}
