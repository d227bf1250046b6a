import type { CommandContext } from '../command-context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { toErrorReport } from '../output/error-view.ts';
import { paintStatus, renderHealthTable } from '../output/health-view.ts';
import { formatDuration, neutralizeControls } from '../output/text.ts';
import type { HealthRow } from './health.ts';

export interface WatchOptions {
  readonly read: () => Promise<readonly HealthRow[]>;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
}

const HOME_AND_CLEAR = '\u001b[H\u001b[J';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

/**
 * Looks until the signal: repaints a table on a terminal, else writes a line for each status that changed (a JSON
 * object with `-o json`). The first look must work; later failures are told and the watch goes on, since a server
 * that restarts is what one watches for.
 */
export async function watchHealth(context: CommandContext, options: WatchOptions): Promise<ExitCode> {
  const view = context.terminal.canRepaint ? createScreenView(context, options.intervalMs) : createLineView(context);
  let rows = await options.read();
  try {
    while (!options.signal.aborted) {
      view.show(rows);
      await context.sleep(options.intervalMs, options.signal);
      try {
        rows = await options.read();
      } catch (error) {
        if (options.signal.aborted) break;
        view.fail(toErrorReport(error).message);
      }
    }
  } catch (error) {
    if (!options.signal.aborted) throw error;
  } finally {
    view.close();
  }
  return EXIT_CODES.done;
}

interface WatchView {
  show(rows: readonly HealthRow[]): void;
  fail(message: string): void;
  close(): void;
}

function createScreenView({ terminal, now }: CommandContext, intervalMs: number): WatchView {
  let failure: string | null = null;
  terminal.rawResult(HIDE_CURSOR);
  return {
    show: (rows) => {
      const time = new Date(now()).toISOString().slice(11, 19);
      const title = terminal.style.dim(`every ${formatDuration(intervalMs)}, ${time} UTC, Ctrl-C ends`);
      const table = rows.length === 0 ? 'no connectors' : renderHealthTable(terminal, rows, now());
      const trouble = failure === null ? '' : `\n\n${terminal.style.bad(failure)}`;
      terminal.rawResult(`${HOME_AND_CLEAR}${title}\n\n${table}${trouble}\n`);
      failure = null;
    },
    fail: (message) => {
      failure = message;
    },
    close: () => terminal.rawResult(SHOW_CURSOR),
  };
}

function createLineView({ terminal, now }: CommandContext): WatchView {
  const seen = new Map<string, HealthRow['status']>();
  const tell = (row: HealthRow, before: HealthRow['status'] | null): void => {
    const at = new Date(now()).toISOString();
    if (terminal.format === 'json') {
      terminal.result(JSON.stringify({ at, before, ...row }));
      return;
    }
    const status = paintStatus(row.status, row.status, terminal.style);
    const reason = row.message === null ? '' : ` ${neutralizeControls(row.message)}`;
    const line = `${at} ${neutralizeControls(row.connectorId)} ${before === null ? '' : `${before} -> `}${status}${reason}`;
    terminal.result(terminal.format === 'yaml' ? `- ${JSON.stringify({ at, before, ...row })}` : line);
  };
  return {
    show: (rows) => {
      for (const row of rows) {
        const before = seen.get(row.connectorId) ?? null;
        if (before !== row.status) tell(row, before);
        seen.set(row.connectorId, row.status);
      }
    },
    fail: (message) => terminal.alert(message),
    close: () => undefined,
  };
}
