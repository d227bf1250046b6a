import type { Clock } from './clock.ts';

export interface DeadlineOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Waits for a promise no longer than its time, whatever it does: rejects with `late()` when the time is over, with the
 * reason of the signal when that aborts. What the promise does after that is ignored, its rejection too.
 */
export function withDeadline<Result>(
  { clock, timeoutMs, signal }: DeadlineOptions,
  promise: Promise<Result>,
  late: () => Error,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', abort);
    };
    const abort = (): void => {
      settle();
      reject(signal.reason);
    };
    const timer = clock.setTimer(Math.max(0, timeoutMs), () => {
      settle();
      reject(late());
    });
    promise.then(resolve, reject).finally(settle);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
