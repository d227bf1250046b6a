import type { ApplyProgress } from '@dipswitch/client';
import { renderChangeResult, renderHealthResult } from './apply-view.ts';
import { createProgress, type Progress } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { countOf, formatDuration } from './text.ts';

export interface ApplyProgressOptions {
  readonly terminal: Terminal;
  readonly now: () => number;
  readonly waitHealthyMs: number | undefined;
  /** Requests a second that the server is known to allow. */
  readonly limit: () => number | null;
}

export interface ApplyProgressView {
  onProgress(progress: ApplyProgress): void;
  close(): void;
}

/** Two stretches, each with its own bar: the changes, then the wait for health. */
export function createApplyProgress(options: ApplyProgressOptions): ApplyProgressView {
  const { terminal, now, limit } = options;
  const style = terminal.noteStyle;
  let progress: Progress | null = null;
  let isWaiting = false;
  const startWaiting = (awaited: number): void => {
    isWaiting = true;
    progress?.close();
    const seconds = (options.waitHealthyMs ?? 0) / 1000;
    terminal.note(style.dim(`Waiting up to ${seconds} s for ${countOf(awaited, 'connector')} to turn healthy`));
    progress = createProgress(terminal, { label: 'healthy', total: awaited, now });
  };
  const onProgress = (event: ApplyProgress): void => {
    if (event.type === 'started' && event.total > 0) {
      progress = createProgress(terminal, { label: 'applying', total: event.total, now, limit });
    } else if (event.type === 'change-finished') {
      const isFailure = event.result.status === 'failed' || event.result.status === 'conflict';
      progress?.step({ line: renderChangeResult(event.result, style), isFailure });
    } else if (event.type === 'paused') {
      terminal.note(style.caution('No token is available at the moment; nothing is sent until one is.'));
    } else if (event.type === 'resumed') {
      terminal.note(`Tokens are available again after ${formatDuration(event.pausedMs)}; continuing.`);
    } else if (event.type === 'health' || event.type === 'health-finished') {
      // The first word about health comes while all are still awaited.
      if (!isWaiting) startWaiting(event.type === 'health' ? event.waiting : event.waiting + 1);
      if (event.type === 'health-finished') {
        progress?.step({ line: renderHealthResult(event.result, style), isFailure: !event.result.reached });
      }
    }
  };
  return { onProgress, close: () => progress?.close() };
}
