import type { Dialer, TlsSettings } from '../driver.ts';
import type { HostAttempt } from '../pool/try-hosts.ts';
import { openPostgresqlSocket } from './postgresql-socket.ts';

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html */
const CANCEL_REQUEST_CODE = 80_877_102;

/** The two numbers of the server's BackendKeyData, which a request to cancel names. */
export interface CancelKey {
  readonly processId: number;
  readonly secretKey: number;
}

/** Asks the server on a connection of its own to cancel what the session runs; settles when the server has read it. */
export async function sendPostgresqlCancel(
  dialer: Dialer,
  tls: TlsSettings,
  attempt: HostAttempt & { readonly address: string },
  key: CancelKey,
): Promise<void> {
  // The very address that the session is on: a name may lead to several servers.
  const fixed: Dialer = { dial: (_host, port, options) => dialer.dial(attempt.address, port, options) };
  const socket = await openPostgresqlSocket(fixed, tls, attempt);
  const request = Buffer.alloc(16);
  request.writeInt32BE(16, 0);
  request.writeInt32BE(CANCEL_REQUEST_CODE, 4);
  request.writeInt32BE(key.processId, 8);
  request.writeInt32BE(key.secretKey, 12);
  await new Promise<void>((resolve) => {
    const onAbort = () => socket.destroy();
    attempt.signal.addEventListener('abort', onAbort, { once: true });
    socket.once('close', () => {
      attempt.signal.removeEventListener('abort', onAbort);
      resolve();
    });
    socket.resume();
    socket.end(request);
  });
}
