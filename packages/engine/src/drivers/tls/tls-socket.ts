import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { DriverError, type TlsSettings } from '../driver.ts';
import { findErrorCodes, toTlsErrorKind } from './tls-errors.ts';

export type RequiredTls = Extract<TlsSettings, { readonly mode: 'required' }>;

/** What Node needs to verify as the settings say; `ca` keeps the chain and lets the name go. */
function toTlsOptions(tls: RequiredTls, host: string): ConnectionOptions {
  return {
    host,
    // SNI carries names only (RFC 6066 section 3).
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(tls.caCertificate === undefined ? {} : { ca: tls.caCertificate }),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: tls.verification !== 'none',
    ...(tls.verification === 'full' ? {} : { checkServerIdentity: acceptAnyName }),
  };
}

function acceptAnyName(_host: string, _certificate: PeerCertificate): undefined {
  return undefined;
}

/**
 * Runs the handshake on a dialled socket. Aborting the signal destroys the socket. Raises DriverError by the TLS code.
 *
 * @param protocols offered to the server by ALPN
 */
export function secureSocket(
  socket: Socket,
  tls: RequiredTls,
  host: string,
  signal: AbortSignal,
  protocols?: string[],
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secured = connect({ socket, ...toTlsOptions(tls, host), ALPNProtocols: protocols });
    const settle = () => {
      signal.removeEventListener('abort', onAbort);
      socket.off('close', onClose);
    };
    const onAbort = () => {
      settle();
      secured.destroy();
      reject(signal.reason);
    };
    const onClose = () => {
      settle();
      reject(new DriverError('connection-lost', 'The server hung up during the TLS handshake'));
    };
    const onError = (error: Error) => {
      settle();
      secured.destroy();
      reject(toTlsError(error));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    // A peer that closes in the middle of the handshake ends the raw socket and leaves the TLS socket silent.
    socket.once('close', onClose);
    secured.once('error', onError);
    secured.once('secureConnect', () => {
      settle();
      secured.off('error', onError);
      resolve(secured);
    });
    if (signal.aborted) onAbort();
  });
}

function toTlsError(error: Error): DriverError {
  for (const code of findErrorCodes(error)) {
    const kind = toTlsErrorKind(code);
    if (kind) return new DriverError(kind, 'The TLS handshake failed', { cause: error, vendorCode: code });
  }
  return new DriverError('connection-lost', 'The server hung up during the TLS handshake', { cause: error });
}
