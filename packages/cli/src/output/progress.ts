import type { Terminal } from './terminal.ts';
import { formatDuration } from './text.ts';

export interface ProgressStep {
  /** The line where there is no bar. */
  readonly line: string;
  readonly isFailure: boolean;
}

/** Shows how far a long job is: one line repainted on a terminal, otherwise one line a step. */
export interface Progress {
  step(step: ProgressStep): void;
  /** A line that stays, above the bar if there is one. */
  say(line: string): void;
  close(): void;
}

const REPAINT_EVERY_MS = 50;
const WIDEST_BAR = 30;
const CLEAR_LINE = '\r\u001b[2K';

export function createProgress(terminal: Terminal, label: string, total: number, now: () => number): Progress {
  if (!terminal.hasProgressBar) {
    return {
      step: ({ line, isFailure }) => (isFailure ? terminal.alert(line) : terminal.note(line)),
      say: (line) => terminal.note(line),
      close: () => undefined,
    };
  }
  const startedAt = now();
  let done = 0;
  let failed = 0;
  let paintedAt = Number.NEGATIVE_INFINITY;
  const paint = (): void => {
    paintedAt = now();
    terminal.rawNote(
      `${CLEAR_LINE}${renderBar(terminal, { label, done, failed, total, elapsedMs: paintedAt - startedAt })}`,
    );
  };
  paint();
  return {
    step: ({ line, isFailure }) => {
      done += 1;
      if (isFailure) {
        failed += 1;
        terminal.rawAlert(`${CLEAR_LINE}${line}\n`);
      }
      if (isFailure || done === total || now() - paintedAt >= REPAINT_EVERY_MS) paint();
    },
    say: (line) => {
      terminal.rawNote(`${CLEAR_LINE}${line}\n`);
      paint();
    },
    close: () => terminal.rawNote(CLEAR_LINE),
  };
}

interface BarState {
  readonly label: string;
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  readonly elapsedMs: number;
}

function renderBar(terminal: Terminal, state: BarState): string {
  const { good, bad, dim } = terminal.noteStyle;
  const rate = state.elapsedMs > 0 ? (state.done / state.elapsedMs) * 1000 : 0;
  const left =
    rate > 0 && state.done < state.total ? `  ${formatDuration(((state.total - state.done) / rate) * 1000)} left` : '';
  const counts = `${state.done}/${state.total}`;
  const pace = rate > 0 ? `  ${rate.toFixed(rate < 10 ? 1 : 0)}/s${left}` : '';
  const failures = state.failed > 0 ? `  ${state.failed} failed` : '';
  const used = state.label.length + counts.length + pace.length + failures.length + 6;
  const width = Math.max(5, Math.min(WIDEST_BAR, terminal.noteColumns - used));
  const filled = state.total === 0 ? width : Math.floor((state.done / state.total) * width);
  const bar = `${good('━'.repeat(filled))}${dim('─'.repeat(width - filled))}`;
  return `${state.label} ${bar} ${counts}${dim(pace)}${bad(failures)}`;
}
