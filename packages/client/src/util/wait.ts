import type { Clock } from './clock.ts';

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as it fires. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(signal.reason);
    };
    const timer = clock.setTimer(delayMs, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Settles as `promise` does, or rejects with the signal's reason first. The promise itself goes on. */
export function raceSignal<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    // Also after an abort: a rejection that nobody has heard would end the process.
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** A signal that fires with the caller's, or by itself after `delayMs` with a reason made then. Must be released. */
export interface TimedSignal {
  readonly signal: AbortSignal;
  release(): void;
}

export function timedSignal(
  clock: Clock,
  parent: AbortSignal | undefined,
  delayMs: number,
  reason: () => Error,
): TimedSignal {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(parent?.reason);
  if (parent?.aborted) onAbort();
  parent?.addEventListener('abort', onAbort, { once: true });
  const timer = clock.setTimer(delayMs, () => controller.abort(reason()));
  return {
    signal: controller.signal,
    release() {
      timer.cancel();
      parent?.removeEventListener('abort', onAbort);
    },
  };
}
