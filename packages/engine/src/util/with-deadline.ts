import type { Clock } from './clock.ts';
import { type Ending, race } from './race.ts';

export interface DeadlineOptions {
  readonly clock: Clock;
  /** Monotonic milliseconds. */
  readonly endsAtMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits for a promise until a moment: then settles with what `late` returns or throws, and rejects with the reason of
 * the signal when that aborts before.
 */
export function withDeadline<Result, Late>(
  promise: Promise<Result>,
  options: DeadlineOptions,
  late: () => Late,
): Promise<Result | Late> {
  return race(promise, toEnding(options), () => {
    options.signal?.throwIfAborted();
    return late();
  });
}

function toEnding({ clock, endsAtMs, signal }: DeadlineOptions): Ending {
  return {
    onReach(listener) {
      const stop = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', end);
      };
      const end = (): void => {
        stop();
        listener();
      };
      const timer = clock.setTimer(Math.max(0, endsAtMs - clock.monotonicMs()), end);
      if (signal?.aborted) end();
      else signal?.addEventListener('abort', end, { once: true });
      return stop;
    },
  };
}
