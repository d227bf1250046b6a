import type { RunOptions } from '../../src/drivers/driver.ts';
import { type Clock, systemClock } from '../../src/util/clock.ts';

/** The deadline of a call that has so much time from now on. */
export function within(timeoutMs: number, clock: Clock = systemClock): RunOptions {
  return { endsAtMs: clock.monotonicMs() + timeoutMs };
}
