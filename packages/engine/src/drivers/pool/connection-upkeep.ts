import type { Clock } from '../../util/clock.ts';
import { withDeadline } from '../../util/with-deadline.ts';
import type { DriverConnection } from './driver-connection.ts';

const LONGEST_PING_MS = 500;
/** Of the time that the caller has left; what remains is for a new connection and the statement. */
const PING_SHARE = 1 / 4;
const LIFETIME_JITTER = 0.1;

/** Spread by a tenth, so that connections that were opened together are not closed together. */
export function toLifetimeMs(maxLifetimeMs: number, random: () => number): number {
  return maxLifetimeMs * (1 - LIFETIME_JITTER + 2 * LIFETIME_JITTER * random());
}

/** Whether the server still answers on a connection, within 500 ms and a quarter of what its caller has left. Never rejects. */
export function answersPing(
  connection: Pick<DriverConnection, 'ping'>,
  clock: Clock,
  callEndsAtMs: number,
): Promise<boolean> {
  const nowMs = clock.monotonicMs();
  const endsAtMs = nowMs + Math.min(LONGEST_PING_MS, Math.max(0, callEndsAtMs - nowMs) * PING_SHARE);
  const isAnswered = connection.ping().then(
    () => true,
    () => false,
  );
  return withDeadline(isAnswered, { clock, endsAtMs }, () => false);
}
