import type { buildConnector } from 'undici';
import type { Dialer } from '../driver.ts';
import { secureSocket } from '../tls/tls-socket.ts';

export interface GuardedConnectorOptions {
  /** PEM roots instead of the system's. */
  readonly caCertificate?: string;
}

/** Bounds one dial with its TLS handshake. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Creates the connect function of an undici Agent whose every connection goes through the dialer. */
export function createGuardedConnector(
  dialer: Dialer,
  { caCertificate }: GuardedConnectorOptions = {},
): buildConnector.connector {
  const tls = {
    mode: 'required',
    verification: 'full',
    ...(caCertificate === undefined ? {} : { caCertificate }),
  } as const;

  async function open(host: string, port: number, isSecure: boolean) {
    const startedAt = performance.now();
    const socket = await dialer.dial(host, port, { timeoutMs: CONNECT_TIMEOUT_MS });
    if (!isSecure) return socket;
    const remainingMs = Math.max(1, Math.ceil(CONNECT_TIMEOUT_MS - (performance.now() - startedAt)));
    return secureSocket(socket, tls, host, AbortSignal.timeout(remainingMs), ['http/1.1']);
  }

  return ({ hostname, port, protocol }, callback) => {
    const isSecure = protocol === 'https:';
    open(hostname.replace(/^\[|\]$/g, ''), Number(port) || (isSecure ? 443 : 80), isSecure).then(
      (socket) => callback(null, socket),
      (error: unknown) => callback(error instanceof Error ? error : new Error('dial failed'), null),
    );
  };
}
