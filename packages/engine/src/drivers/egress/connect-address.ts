import { connect, isIPv6, type Socket } from 'node:net';
import { DriverError, type DriverErrorKind } from '../driver.ts';

/** Time one address gets before the next is tried as well. @see RFC 8305 section 5 */
const STAGGER_MS = 250;
const KEEP_ALIVE_DELAY_MS = 15_000;

const KIND_BY_CODE: Readonly<Record<string, DriverErrorKind>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  ETIMEDOUT: 'connect-timeout',
};

/** Opens one TCP connection to a literal address. */
export type ConnectAddress = (address: string, port: number) => Socket;

const connectAddress: ConnectAddress = (address, port) =>
  connect({ host: address, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS });

/**
 * Connects to the first of several literal addresses that answers: families take turns, each address gets a head start
 * of a quarter second. The losers are destroyed. The caller's signal ends everything.
 *
 * Node's own `autoSelectFamily` gives an address up when it goes on to the next, so that one lost SYN, which is sent
 * again after a second, would leave a name with one living and one silent address without a connection.
 */
export function connectFirst(
  addresses: readonly string[],
  port: number,
  signal: AbortSignal,
  connectTo: ConnectAddress = connectAddress,
): Promise<Socket> {
  const remaining = interleaveFamilies(addresses);
  return new Promise((resolve, reject) => {
    const attempts = new Set<Socket>();
    let stagger: NodeJS.Timeout | undefined;
    let lastError: unknown;

    const finish = (winner: Socket | undefined, error?: unknown) => {
      clearTimeout(stagger);
      signal.removeEventListener('abort', onAbort);
      for (const socket of attempts) if (socket !== winner) socket.destroy();
      if (winner) resolve(winner);
      else reject(error);
    };
    const onAbort = () => finish(undefined, signal.reason);
    const next = () => {
      clearTimeout(stagger);
      const address = remaining.shift();
      if (address === undefined) {
        if (attempts.size === 0) finish(undefined, toConnectError(lastError));
        return;
      }
      const socket = connectTo(address, port);
      attempts.add(socket);
      // Stays for good: a loser's late error must find a listener.
      socket.on('error', (error) => {
        if (!attempts.delete(socket)) return;
        lastError = error;
        next();
      });
      socket.once('connect', () => {
        if (signal.aborted || !attempts.has(socket)) return;
        attempts.delete(socket);
        finish(socket);
      });
      if (remaining.length > 0) stagger = setTimeout(next, STAGGER_MS);
    };

    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    next();
  });
}

function interleaveFamilies(addresses: readonly string[]): string[] {
  const six = addresses.filter((address) => isIPv6(address));
  const four = addresses.filter((address) => !isIPv6(address));
  const [first, second] = isIPv6(addresses[0] ?? '') ? [six, four] : [four, six];
  const ordered: string[] = [];
  for (let index = 0; index < Math.max(first.length, second.length); index += 1) {
    for (const address of [first[index], second[index]]) if (address !== undefined) ordered.push(address);
  }
  return ordered;
}

function toConnectError(cause: unknown): DriverError {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const kind = KIND_BY_CODE[code] ?? 'unreachable';
  return new DriverError(kind, 'The connection could not be opened', { cause, vendorCode: code || undefined });
}
