import { DipswitchError } from '../errors.ts';
import type { Clock } from '../util/clock.ts';
import { sleep } from '../util/wait.ts';

/**
 * The one place that knows the server's pace; every request passes it. States: open, and closed until a time.
 * `closeFor` closes or prolongs, time opens. A pacing gate has the same two methods.
 */
export interface Gate {
  /** Nobody passes for `delayMs` from now; never shortens what was said before. */
  closeFor(delayMs: number): void;
  /** Resolves when open. @throws DEADLINE_EXCEEDED at once when it opens only after `deadlineAtMs` (monotonic) */
  pass(deadlineAtMs: number, signal: AbortSignal): Promise<void>;
}

export function createGate(clock: Clock): Gate {
  let opensAtMs = Number.NEGATIVE_INFINITY;
  return {
    closeFor(delayMs) {
      opensAtMs = Math.max(opensAtMs, clock.monotonicMs() + delayMs);
    },
    async pass(deadlineAtMs, signal) {
      signal.throwIfAborted();
      // Looked at again after each wait: a timer may fire a little early, and the gate may have been closed anew.
      for (let waitMs = opensAtMs - clock.monotonicMs(); waitMs > 0; waitMs = opensAtMs - clock.monotonicMs()) {
        if (opensAtMs > deadlineAtMs) {
          throw new DipswitchError('DEADLINE_EXCEEDED', 'the server asked for a wait that ends after the deadline');
        }
        await sleep(clock, Math.ceil(waitMs), signal);
      }
    },
  };
}
