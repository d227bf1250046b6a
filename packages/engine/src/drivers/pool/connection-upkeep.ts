import type { Clock } from '../../util/clock.ts';
import type { DriverConnection } from './driver-connection.ts';

const LONGEST_PING_MS = 500;
/** Of the time that the caller has left; what remains is for a new connection and the statement. */
const PING_SHARE = 1 / 4;
const LIFETIME_JITTER = 0.1;

/** Spread by a tenth, so that connections that were opened together are not closed together. */
export function toLifetimeMs(maxLifetimeMs: number, random: () => number): number {
  return maxLifetimeMs * (1 - LIFETIME_JITTER + 2 * LIFETIME_JITTER * random());
}

/** Whether the server still answers on a connection, within 500 ms and a quarter of `remainingMs`. Never rejects. */
export function answersPing(
  connection: Pick<DriverConnection, 'ping'>,
  clock: Clock,
  remainingMs: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const limitMs = Math.min(LONGEST_PING_MS, Math.max(0, remainingMs) * PING_SHARE);
    const timer = clock.setTimer(limitMs, () => resolve(false));
    const settle = (isAlive: boolean) => {
      timer.cancel();
      resolve(isAlive);
    };
    connection.ping().then(
      () => settle(true),
      () => settle(false),
    );
  });
}
