import { type DataActionStats, OUTCOMES } from '@dipswitch/contract';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { renderDetails } from '../../output/details.ts';
import { printStructured } from '../../output/structured.ts';
import { renderTable } from '../../output/table.ts';
import { formatAge, neutralizeControls } from '../../output/text.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { withClient } from '../../session/server-session.ts';
import type { SettingFlags } from '../../session/settings.ts';

/** What executions of a data action came to on the engine that answers, since it started. */
export async function runActionStats(
  context: CommandContext,
  flags: SettingFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  return await withClient(context, flags, async (client) => {
    const signal = stopSignal(context.interrupts);
    const stats = await client.dataActions.stats(operands[0] ?? '', { signal });
    if (!(await printStructured(context.terminal, stats))) print(context, stats);
    return EXIT_CODES.done;
  });
}

interface TimeRow {
  readonly name: string;
  readonly times: DataActionStats['totalMs'];
}

function print({ terminal, now }: CommandContext, stats: DataActionStats): void {
  const { style } = terminal;
  const { executions, outcomes, sources } = stats;
  const id = style.bold(neutralizeControls(stats.actionId));
  terminal.result(`${id}  ${executions} executions, counted since ${formatAge(stats.since, now())}`);
  if (executions === 0) return;
  const share = (count: number): string => `${count} (${((100 * count) / executions).toFixed(1)} %)`;
  const counted = OUTCOMES.flatMap((outcome) => {
    const count = outcomes[outcome] ?? 0;
    return count === 0 ? [] : [[outcome, share(count)] as const];
  });
  const times: readonly TimeRow[] = [
    { name: 'all of it', times: stats.totalMs },
    { name: 'in the queue', times: stats.queueMs },
    { name: 'in the database', times: stats.databaseMs },
  ];
  const quantile = (title: string, of: (row: TimeRow) => number) => {
    return { title, cell: (row: TimeRow) => `${of(row).toFixed(1)} ms`, alignRight: true };
  };
  const columns = [
    { title: 'TIME', cell: ({ name }: TimeRow) => name },
    quantile('P50', (row) => row.times.p50),
    quantile('P95', (row) => row.times.p95),
    quantile('P99', (row) => row.times.p99),
  ];
  const told = Object.entries(sources).filter(([, count]) => count > 0);
  const rest: [string, string][] = [
    ['answered from', told.map(([source, count]) => `${source} ${count}`).join(', ')],
    ['cache hits', String(stats.cacheHits)],
    ['shared', `${stats.coalesced} took the statement of another one`],
    ['truncated', String(stats.truncated)],
    ['rows, bytes', `${stats.rows}, ${stats.bytes}`],
  ];
  terminal.result(`${renderDetails(counted, style, terminal.columns)}\n`);
  terminal.result(`${renderTable(terminal, columns, times)}\n`);
  terminal.result(renderDetails(rest, style, terminal.columns));
}
