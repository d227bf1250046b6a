import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { toErrorReport } from '../../output/error-view.ts';
import { type HealthRow, paintStatus, renderHealthTable } from '../../output/health-view.ts';
import type { Style } from '../../output/style.ts';
import { formatDuration, neutralizeControls } from '../../output/text.ts';
import type { CommandContext } from '../../session/command-context.ts';

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

/** Title, counts, gap, table head, what was cut, a failure, the cursor's own line. */
const FRAME_LINES = 7;

const BADNESS: readonly HealthRow['status'][] = ['UNHEALTHY', 'DEGRADED', 'PENDING', 'DISABLED', 'HEALTHY'];

/** What needs a look comes first, so that a screen too small for all never hides it. */
function worstFirst(rows: readonly HealthRow[]): readonly HealthRow[] {
  return rows.toSorted((a, b) => BADNESS.indexOf(a.status) - BADNESS.indexOf(b.status));
}

function renderStatusCounts(rows: readonly HealthRow[], style: Style): string {
  const counts = BADNESS.map((status) => ({ status, count: rows.filter((row) => row.status === status).length }));
  return counts
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => paintStatus(`${count} ${status}`, status, style))
    .join(', ');
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
      const { dim, bad } = terminal.style;
      const time = new Date(now()).toISOString().slice(11, 19);
      const title = dim(`every ${formatDuration(intervalMs)}, ${time} UTC, Ctrl-C ends`);
      const fitting = worstFirst(rows).slice(0, Math.max(1, terminal.rows - FRAME_LINES));
      const table = rows.length === 0 ? 'no connectors' : renderHealthTable(terminal, fitting, now());
      const cut = rows.length > fitting.length ? dim(`\n… ${rows.length - fitting.length} more, none worse`) : '';
      const trouble = failure === null ? '' : `\n${bad(failure)}`;
      terminal.rawResult(
        `${HOME_AND_CLEAR}${title}\n${renderStatusCounts(rows, terminal.style)}\n\n${table}${cut}${trouble}\n`,
      );
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
