import type { Logger } from '../util/logger.ts';
import type { AttemptStart, ObservedAttempt } from './attempt.ts';
import type { Tracing } from './tracing.ts';

/** Called after each attempt, in the order in which they end. What it throws is logged and goes no further. */
export type OnAttempt = (attempt: ObservedAttempt) => void;

export interface AttemptObservation {
  /** To be sent along. */
  readonly headers: Readonly<Record<string, string>>;
  end(result: Omit<ObservedAttempt, keyof AttemptStart>): void;
}

/** Sees every attempt start and end. */
export interface AttemptObserver {
  start(attempt: AttemptStart): Promise<AttemptObservation>;
}

/** An observer that makes spans and calls the hook. */
export function createAttemptObserver(
  tracing: Tracing,
  onAttempt: OnAttempt | undefined,
  logger: Logger,
): AttemptObserver {
  return {
    async start(attempt) {
      const span = await tracing.startAttempt(attempt);
      return {
        headers: span.headers,
        end(result) {
          const observed: ObservedAttempt = { ...attempt, ...result };
          span.end(observed);
          try {
            onAttempt?.(observed);
          } catch {
            logger.warn({ hook: 'onAttempt' }, 'a hook of the caller threw');
          }
        },
      };
    },
  };
}
