import { DriverError, type DriverErrorKind } from '../driver.ts';
import type { DriverConnection } from './driver-connection.ts';

/** After these the next host may do better; a refused password is the same everywhere and must not be tried twice. */
const NEXT_HOST: ReadonlySet<DriverErrorKind> = new Set([
  'refused',
  'unreachable',
  'host-not-found',
  'connect-timeout',
  'connection-lost',
  'egress-denied',
  'too-many-connections',
  'read-only',
]);

export interface HostAttempt {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  /** Aborted when this attempt's share of the time is over or the pool gave up. */
  readonly signal: AbortSignal;
}

/**
 * Tries the hosts in order; what is left of the time is shared by the hosts that are left, so that a silent first one
 * does not use up the second one's. Raises the last host's error.
 */
export async function tryHosts(
  hosts: ReadonlyArray<{ readonly host: string; readonly port: number }>,
  timeoutMs: number,
  signal: AbortSignal,
  attempt: (host: HostAttempt) => Promise<DriverConnection>,
): Promise<DriverConnection> {
  const endsAt = performance.now() + timeoutMs;
  let lastError: unknown = new DriverError('host-not-found', 'No host is configured');
  for (const [index, { host, port }] of hosts.entries()) {
    const shareMs = Math.max(1, Math.floor((endsAt - performance.now()) / (hosts.length - index)));
    const limit = AbortSignal.timeout(shareMs);
    try {
      return await attempt({ host, port, timeoutMs: shareMs, signal: AbortSignal.any([signal, limit]) });
    } catch (error) {
      if (signal.aborted) throw new DriverError('cancelled', 'The opening was given up');
      lastError = limit.aborted
        ? new DriverError('connect-timeout', 'The database did not accept a connection')
        : error;
      if (!(lastError instanceof DriverError) || !NEXT_HOST.has(lastError.kind)) throw lastError;
    }
  }
  throw lastError;
}
