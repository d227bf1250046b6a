import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type Dialer, DriverError, type TlsSettings } from '../driver.ts';
import { withAbandon } from '../pool/abandon.ts';
import type { HostAttempt } from '../pool/try-hosts.ts';
import { secureSocket } from '../tls/tls-socket.ts';
import {
  asksForRenegotiation,
  readRedirect,
  readTnsPacket,
  TNS,
  tnsTypeOf,
  withoutRenegotiation,
  writeRedirect,
} from './tns-packets.ts';

const MAX_REDIRECTS = 2;

/**
 * One session's way to the database. `oracledb` takes no socket of ours: it resolves, dials, verifies and follows
 * redirects by itself, past the egress guard. So it dials a port on loopback that takes one connection and closes;
 * behind it stands a socket that the guard dialled and on which TLS is ours. Redirects are dialled here too.
 */
export class OracleRelay {
  readonly #dialer: Dialer;
  readonly #tls: TlsSettings;
  readonly #attempt: HostAttempt;
  readonly #onClose: () => void;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #redirects = 0;
  #leg = 0;
  #isOpen = true;
  #failure: DriverError | undefined;

  constructor(dialer: Dialer, tls: TlsSettings, attempt: HostAttempt, onClose: () => void) {
    this.#dialer = dialer;
    this.#tls = tls;
    this.#attempt = attempt;
    this.#onClose = onClose;
  }

  /** What the guard, the handshake or a redirect failed on; it says more than the library's "connection closed". */
  get failure(): DriverError | undefined {
    return this.#failure;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Dials the database, then opens the port for the library. Returns the port. */
  async open(): Promise<number> {
    return this.#openLeg(this.#attempt.host, this.#attempt.port);
  }

  destroy(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#onClose();
  }

  async #openLeg(host: string, port: number): Promise<number> {
    this.#leg += 1;
    const leg = this.#leg;
    const raw = await this.#dialer.dial(host, port, this.#attempt);
    this.#keep(raw, leg);
    const database = await this.#secure(raw, host);
    const server = createServer();
    this.#server = server;
    server.listen(0, '127.0.0.1');
    await withAbandon(once(server, 'listening'), raw, this.#attempt.signal);
    server.once('connection', (library: Socket) => {
      server.close();
      this.#keep(library, leg);
      this.#join(library, database, raw, host);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new DriverError('unknown', 'The relay has no port');
    return address.port;
  }

  async #secure(raw: Socket, host: string): Promise<Socket> {
    if (this.#tls.mode === 'off') return raw;
    try {
      const secured = await secureSocket(raw, this.#tls, host, this.#attempt.signal);
      this.#keep(secured, this.#leg);
      return secured;
    } catch (error) {
      // A listener without TLS hangs up on a ClientHello, or answers in its own protocol.
      const isPlain = error instanceof DriverError && (error.kind === 'protocol' || error.kind === 'connection-lost');
      if (isPlain) throw new DriverError('tls-not-offered', 'The server does not speak TLS', { cause: error });
      throw error;
    }
  }

  /** The end of a socket is the end of the session, but for the leg that a redirect left on purpose. */
  #keep(socket: Socket, leg: number): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (leg === this.#leg) this.destroy();
    });
    if (!this.#isOpen) socket.destroy();
  }

  /** Reads the server's packets until the session is accepted or refused, then only carries bytes. */
  #join(library: Socket, database: Socket, raw: Socket, host: string): void {
    let received: Buffer = Buffer.alloc(0);
    let from = database;
    library.on('data', (bytes) => from.write(bytes));
    const carry = () => {
      from.off('data', onData);
      library.removeAllListeners('data');
      if (received.length > 0) library.write(received);
      from.pipe(library);
      library.pipe(from);
    };
    const onData = (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      for (let packet = readTnsPacket(received); packet !== undefined; packet = readTnsPacket(received)) {
        if (packet === null) {
          this.#fail(new DriverError('protocol', 'The peer is not an Oracle listener'));
          return;
        }
        const type = tnsTypeOf(packet);
        if (type === TNS.accept || type === TNS.refuse) {
          carry();
          return;
        }
        received = received.subarray(packet.length);
        if (type === TNS.redirect) {
          from.off('data', onData);
          this.#follow(packet, library).catch((error: unknown) => this.#fail(error));
          return;
        }
        if (asksForRenegotiation(packet) && this.#tls.mode === 'required') {
          from.off('data', onData);
          const resend = withoutRenegotiation(packet);
          this.#secure(raw, host).then(
            (again) => {
              from = again;
              from.on('data', onData);
              library.write(resend);
            },
            (error: unknown) => this.#fail(error),
          );
          return;
        }
        library.write(packet);
      }
    };
    from.on('data', onData);
  }

  async #follow(packet: Buffer, library: Socket): Promise<void> {
    const redirect = readRedirect(packet);
    this.#redirects += 1;
    if (!redirect || this.#redirects > MAX_REDIRECTS) {
      throw new DriverError('protocol', 'The server redirects in a way that is not followed');
    }
    const port = await this.#openLeg(redirect.host, redirect.port);
    library.write(writeRedirect(port, redirect.connectData));
  }

  #fail(error: unknown): void {
    this.#failure ??=
      error instanceof DriverError ? error : new DriverError('unknown', 'The relay failed', { cause: error });
    this.destroy();
  }
}
