/** What ends a wait from outside: a deadline that passes, a caller that gives up. */
export interface Ending {
  /** Calls back once when it comes, at once if it has come already. Returns how to stop listening. */
  onReach(listener: () => void): () => void;
}

/**
 * Settles with the promise, or with what `late` returns or throws as soon as the ending comes, whichever is first. What
 * the promise does after that is ignored, its rejection too.
 */
export function race<Result, Late>(promise: Promise<Result>, ending: Ending, late: () => Late): Promise<Result | Late> {
  return new Promise((resolve, reject) => {
    const stop = ending.onReach(() => {
      try {
        resolve(late());
      } catch (error) {
        reject(error);
      }
    });
    promise.then(
      (result) => {
        stop();
        resolve(result);
      },
      (error: unknown) => {
        stop();
        reject(error);
      },
    );
  });
}

/** The ending that comes when a signal aborts. */
export function onAbort(signal: AbortSignal): Ending {
  return {
    onReach(listener) {
      if (signal.aborted) listener();
      else signal.addEventListener('abort', listener, { once: true });
      return () => signal.removeEventListener('abort', listener);
    },
  };
}
