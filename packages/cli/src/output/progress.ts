import type { Terminal } from './terminal.ts';
import { formatDuration } from './text.ts';

export interface ProgressStep {
  /** The line where there is no bar. */
  readonly line: string;
  readonly isFailure: boolean;
}

/** Shows how far a long job is: one line repainted on a terminal, otherwise one line a step and now and then the pace. */
export interface Progress {
  step(step: ProgressStep): void;
  /** A line that stays, above the bar if there is one. */
  say(line: string): void;
  close(): void;
}

export interface ProgressOptions {
  readonly label: string;
  readonly total: number;
  readonly now: () => number;
  /** Requests a second that the server is known to allow; null while that is not known. */
  readonly limit?: () => number | null;
}

const REPAINT_EVERY_MS = 50;
/** Without steps too, so that a wait is seen to be one. */
const REPAINT_IDLE_MS = 1_000;
const SAY_PACE_EVERY_MS = 10_000;
/** The rate is that of the last seconds: an average over hours says nothing of how long it still takes. */
const RATE_WINDOW_MS = 10_000;
const SAMPLE_EVERY_MS = 250;
const WIDEST_BAR = 30;
const CLEAR_LINE = '\r\u001b[2K';

export function createProgress(terminal: Terminal, options: ProgressOptions): Progress {
  return terminal.hasProgressBar ? createBar(terminal, options) : createLines(terminal, options);
}

function createLines(terminal: Terminal, options: ProgressOptions): Progress {
  const meter = createMeter(options);
  let saidAt = options.now();
  return {
    step: ({ line, isFailure }) => {
      meter.count(isFailure);
      if (isFailure) terminal.alert(line);
      else terminal.note(line);
      if (options.now() - saidAt < SAY_PACE_EVERY_MS) return;
      saidAt = options.now();
      const { counts, pace } = describePace(meter.read(), options);
      terminal.note(`${options.label} ${counts}${pace}`);
    },
    say: (line) => terminal.note(line),
    close: () => undefined,
  };
}

function createBar(terminal: Terminal, options: ProgressOptions): Progress {
  const meter = createMeter(options);
  let paintedAt = Number.NEGATIVE_INFINITY;
  const paint = (): void => {
    paintedAt = options.now();
    terminal.rawNote(`${CLEAR_LINE}${renderBar(terminal, meter.read(), options)}`);
  };
  paint();
  const ticking = setInterval(paint, REPAINT_IDLE_MS);
  ticking.unref();
  return {
    step: ({ line, isFailure }) => {
      meter.count(isFailure);
      if (isFailure) terminal.rawAlert(`${CLEAR_LINE}${line}\n`);
      const isLast = meter.read().done === options.total;
      if (isFailure || isLast || options.now() - paintedAt >= REPAINT_EVERY_MS) paint();
    },
    say: (line) => {
      terminal.rawNote(`${CLEAR_LINE}${line}\n`);
      paint();
    },
    close: () => {
      clearInterval(ticking);
      terminal.rawNote(CLEAR_LINE);
    },
  };
}

interface Reading {
  readonly done: number;
  readonly failed: number;
  /** Steps a second of late; 0 while it is not known. */
  readonly rate: number;
}

/** Counts steps and knows their rate over the last seconds. */
function createMeter({ now }: ProgressOptions) {
  const samples = [{ at: now(), done: 0 }];
  let done = 0;
  let failed = 0;
  return {
    count: (isFailure: boolean): void => {
      done += 1;
      if (isFailure) failed += 1;
      const at = now();
      if (at - (samples.at(-1)?.at ?? 0) < SAMPLE_EVERY_MS) return;
      samples.push({ at, done });
      while (samples.length > 2 && at - (samples[1]?.at ?? at) >= RATE_WINDOW_MS) samples.shift();
    },
    read: (): Reading => {
      const oldest = samples[0];
      const elapsedMs = oldest === undefined ? 0 : now() - oldest.at;
      return { done, failed, rate: elapsedMs > 0 ? ((done - (oldest?.done ?? 0)) / elapsedMs) * 1000 : 0 };
    },
  };
}

function describePace(
  { done, failed, rate }: Reading,
  { total, limit }: ProgressOptions,
): { counts: string; pace: string; failures: string } {
  const allowed = limit?.() ?? null;
  const left = rate > 0 && done < total ? `  ${formatDuration(((total - done) / rate) * 1000)} left` : '';
  const bound = allowed === null ? '' : `  limit ${formatRate(allowed)}`;
  return {
    counts: `${done}/${total}`,
    pace: rate > 0 ? `  ${formatRate(rate)}${left}${bound}` : bound,
    failures: failed > 0 ? `  ${failed} failed` : '',
  };
}

function formatRate(perSecond: number): string {
  return `${perSecond.toFixed(perSecond < 10 ? 1 : 0)}/s`;
}

function renderBar(terminal: Terminal, reading: Reading, options: ProgressOptions): string {
  const { good, bad, dim } = terminal.noteStyle;
  const { counts, pace, failures } = describePace(reading, options);
  const used = options.label.length + counts.length + pace.length + failures.length + 6;
  const width = Math.max(5, Math.min(WIDEST_BAR, terminal.noteColumns - used));
  const filled = options.total === 0 ? width : Math.floor((reading.done / options.total) * width);
  const bar = `${good('━'.repeat(filled))}${dim('─'.repeat(width - filled))}`;
  return `${options.label} ${bar} ${counts}${dim(pace)}${bad(failures)}`;
}
