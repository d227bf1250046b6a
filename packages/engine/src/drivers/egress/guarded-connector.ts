import { isIP } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { Agent, type buildConnector } from 'undici';
import type { Dialer } from '../driver.ts';

export interface GuardedAgentOptions {
  /** Bounds one dial with its TLS handshake; default 10 000. */
  readonly connectTimeoutMs?: number;
  /** PEM roots in place of the system's. */
  readonly caCertificate?: string;
  /** Bounds the wait for response headers; default 15 000. */
  readonly headersTimeoutMs?: number;
  /** Bounds the wait between two pieces of a response body; default 15 000. */
  readonly bodyTimeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 15_000;

/**
 * An undici dispatcher whose every connection goes through the dialer. It follows no redirect (undici does not unless
 * told) and pools no connection beyond its keep-alive. The owner closes it.
 */
export function createGuardedAgent(dialer: Dialer, options: GuardedAgentOptions = {}): Agent {
  return new Agent({
    connect: createGuardedConnector(dialer, options),
    headersTimeout: options.headersTimeoutMs ?? DEFAULT_TIMEOUT_MS,
    bodyTimeout: options.bodyTimeoutMs ?? DEFAULT_TIMEOUT_MS,
    allowH2: false,
  });
}

/** The connect function alone, for a Pool or Client of one's own. */
export function createGuardedConnector(dialer: Dialer, options: GuardedAgentOptions = {}): buildConnector.connector {
  const timeoutMs = options.connectTimeoutMs ?? 10_000;
  return (target, callback) => {
    const host = target.hostname.replace(/^\[|\]$/g, '');
    const isSecure = target.protocol === 'https:';
    const port = Number(target.port) || (isSecure ? 443 : 80);
    open(host, port).then(
      (socket) => callback(null, socket),
      (error: unknown) => callback(error instanceof Error ? error : new Error('dial failed'), null),
    );

    async function open(dialHost: string, dialPort: number) {
      const startedAt = performance.now();
      const socket = await dialer.dial(dialHost, dialPort, { timeoutMs });
      if (!isSecure) return socket;
      const remainingMs = Math.max(1, timeoutMs - (performance.now() - startedAt));
      return secure(
        connectTls({
          socket,
          host: dialHost,
          // SNI carries names only (RFC 6066 section 3); `host` is what an address is verified against.
          ...(isIP(dialHost) === 0 ? { servername: target.servername ?? dialHost } : {}),
          ...(options.caCertificate === undefined ? {} : { ca: options.caCertificate }),
          ALPNProtocols: ['http/1.1'],
          minVersion: 'TLSv1.2',
        }),
        remainingMs,
      );
    }
  };
}

function secure(socket: TLSSocket, timeoutMs: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new Error('TLS handshake timed out')), timeoutMs);
    const onError = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    socket.once('error', onError);
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      socket.off('error', onError);
      resolve(socket);
    });
  });
}
