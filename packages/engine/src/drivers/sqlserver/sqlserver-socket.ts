import type { Socket } from 'node:net';
import { type DatabaseTarget, type Dialer, DriverError } from '../driver.ts';
import { expectFirstBytes } from '../pool/abandon.ts';
import { TrafficLimit } from '../pool/traffic-limit.ts';
import type { HostAttempt } from '../pool/try-hosts.ts';
import { isStrictTls } from './sqlserver-options.ts';

/** Packet type of everything that a server sends. @see MS-TDS 2.2.3.1.1 */
const TABULAR_RESULT = 0x04;
/** Far above what a greeting, a chain of certificates and a login answer measure. */
const LOGIN_TRAFFIC_BYTES = 512 * 1024;
/** A gateway sends a client to one node, a listener to one replica, and that replica may lie behind a gateway. */
const MAX_ROUTES = 3;

/**
 * The socket that a session has now. A server may send us elsewhere during the login; each hop is a new socket, passes
 * the same guard, and there are few of them.
 */
export class SqlserverSocket {
  readonly #target: DatabaseTarget;
  readonly #dialer: Dialer;
  readonly #attempt: HostAttempt;
  #current: Socket | undefined;
  #traffic: TrafficLimit | undefined;
  #dials = 0;

  constructor(target: DatabaseTarget, dialer: Dialer, attempt: HostAttempt) {
    this.#target = target;
    this.#dialer = dialer;
    this.#attempt = attempt;
  }

  get current(): Socket | undefined {
    return this.#current;
  }

  get traffic(): TrafficLimit | undefined {
    return this.#traffic;
  }

  /** @throws DriverError of the dialer, and `protocol` for a server that routes and routes */
  async dial(where: { readonly host: string; readonly port: number }): Promise<Socket> {
    this.#dials += 1;
    if (this.#dials > 1 + MAX_ROUTES) throw new DriverError('protocol', 'The server sent us elsewhere too often');
    const socket = await this.#dialer.dial(where.host, where.port, this.#attempt);
    socket.on('error', () => {});
    // In strict mode TLS comes first and judges by itself.
    if (!isStrictTls(this.#target)) expectFirstBytes(socket, (bytes) => bytes[0] === TABULAR_RESULT);
    this.#current = socket;
    this.#traffic = new TrafficLimit(socket);
    this.#traffic.begin(LOGIN_TRAFFIC_BYTES, () =>
      socket.destroy(new DriverError('protocol', 'The server sent more than a login needs')),
    );
    return socket;
  }
}
