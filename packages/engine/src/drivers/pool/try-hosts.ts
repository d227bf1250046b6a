import { DriverError, type DriverErrorKind } from '../driver.ts';
import type { DriverConnection, OpenContext } from './driver-connection.ts';

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

/** One host's share of an opening; `onBroken` counts once the attempt has won. */
export interface HostAttempt extends Pick<OpenContext, 'signal' | 'onBroken'> {
  readonly host: string;
  readonly port: number;
  /** From now on. The signal aborts then too. */
  readonly timeoutMs: number;
}

/**
 * Tries the hosts in order; what is left of the time is shared by the hosts that are left, so that a silent first one
 * does not use up the second one's. Raises the last host's error.
 */
export async function tryHosts<C extends DriverConnection>(
  hosts: ReadonlyArray<{ readonly host: string; readonly port: number }>,
  context: OpenContext,
  open: (attempt: HostAttempt) => Promise<C>,
): Promise<C> {
  let lastError: unknown = new DriverError('host-not-found', 'No host is configured');
  for (const [index, { host, port }] of hosts.entries()) {
    const timeoutMs = Math.max(1, Math.floor((context.endsAtMs - performance.now()) / (hosts.length - index)));
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([context.signal, limit]);
    // The end of a host that lost must not be taken for the end of the one that is tried next.
    let hasWon = false;
    const onBroken = () => {
      if (hasWon) context.onBroken();
    };
    try {
      const connection = await open({ host, port, timeoutMs, signal, onBroken });
      hasWon = true;
      return connection;
    } catch (error) {
      if (context.signal.aborted) throw new DriverError('cancelled', 'The opening was given up');
      lastError = limit.aborted
        ? new DriverError('connect-timeout', 'The database did not accept a connection')
        : error;
      if (!(lastError instanceof DriverError) || !NEXT_HOST.has(lastError.kind)) throw lastError;
    }
  }
  throw lastError;
}
