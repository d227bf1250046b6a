import type { Socket } from 'node:net';
import { type Dialer, DriverError, type TlsSettings } from '../driver.ts';
import type { HostAttempt } from '../pool/try-hosts.ts';
import { secureSocket } from '../tls/tls-socket.ts';

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const ACCEPTED = 0x53;
const DECLINED = 0x4e;
const ERROR_RESPONSE = 0x45;

/**
 * Dials and, where TLS is required, negotiates it here: pg says "no TLS" and "not PostgreSQL" by message text only, and
 * bytes that a man in the middle puts behind the `S` in clear text must not be read as the server's (CVE-2021-23222).
 */
export async function openPostgresqlSocket(
  dialer: Dialer,
  tls: TlsSettings,
  attempt: HostAttempt & { readonly database?: string },
): Promise<Socket> {
  const socket = await dialer.dial(attempt.host, attempt.port, attempt);
  // A session can break between two listeners of others; without one of ours that would end the process.
  socket.on('error', () => {});
  if (tls.mode === 'off') return socket;
  try {
    await requestTls(socket, attempt.signal);
    const secured = await secureSocket(socket, tls, attempt.host, attempt.signal);
    secured.on('error', () => {});
    return secured;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function requestTls(socket: Socket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      signal.removeEventListener('abort', onAbort);
      socket.off('close', onClose);
      socket.off('data', onData);
      socket.pause();
    };
    const onAbort = () => {
      settle();
      reject(signal.reason);
    };
    const onClose = () => {
      settle();
      reject(new DriverError('connection-lost', 'The server hung up when asked for TLS'));
    };
    const onData = (answer: Buffer) => {
      settle();
      if (answer.length === 1 && answer[0] === ACCEPTED) resolve();
      else reject(toRefusal(answer));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('close', onClose);
    socket.on('data', onData);
    socket.write(SSL_REQUEST);
    if (signal.aborted) onAbort();
  });
}

function toRefusal(answer: Buffer): DriverError {
  if (answer[0] === DECLINED && answer.length === 1) {
    return new DriverError('tls-not-offered', 'The server does not offer TLS and the connector requires it');
  }
  // A server too busy even for the negotiation answers with an error message.
  if (answer[0] === ERROR_RESPONSE) return new DriverError('connection-lost', 'The server refused the session');
  return new DriverError('protocol', 'The peer is not a PostgreSQL server');
}
