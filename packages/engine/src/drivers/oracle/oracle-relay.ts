import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type Dialer, DriverError, type TlsSettings } from '../driver.ts';
import { withAbandon } from '../pool/abandon.ts';
import type { HostAttempt } from '../pool/try-hosts.ts';
import { secureSocket } from '../tls/tls-socket.ts';
import { TnsInspector } from './tns-inspector.ts';
import {
  asksForRenegotiation,
  compresses,
  readRedirect,
  readRefusal,
  readTnsPacket,
  TNS,
  tnsTypeOf,
  withoutRenegotiation,
  writeRedirect,
} from './tns-packets.ts';

const MAX_REDIRECTS = 2;
/** A listener asks for the CONNECT again once or twice, never without end. */
const MAX_PACKETS_BEFORE_SESSION = 16;

/** One try for a session: the library on one side, the server on the other. */
interface Leg {
  readonly library: Socket;
  readonly raw: Socket;
  readonly host: string;
  /** The server's stream: `raw`, or TLS on it. */
  from: Socket;
  /** What came and is not a whole packet yet. */
  received: Buffer;
  packets: number;
}

/**
 * One session's way to the database. `oracledb` takes no socket of ours: it resolves, dials, verifies and follows
 * redirects by itself, past the egress guard. So it dials a port on loopback that takes one connection and closes;
 * behind it stands a socket that the guard dialled and on which TLS is ours. Redirects are dialled here too. What the
 * server sends is inspected on its way, because oracledb bounds nothing of it.
 */
export class OracleRelay {
  readonly #dialer: Dialer;
  readonly #tls: TlsSettings;
  readonly #attempt: HostAttempt;
  readonly #onClose: () => void;
  readonly #sockets = new Set<Socket>();
  readonly #inspector = new TnsInspector();
  #server: Server | undefined;
  #redirects = 0;
  #leg = 0;
  #isOpen = true;
  #failure: DriverError | undefined;
  #refusal: number | undefined;

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

  /** The number with which the listener refused. */
  get refusal(): number | undefined {
    return this.#refusal;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Dials the database, then opens the port for the library. Returns the port. */
  async open(): Promise<number> {
    return this.#openLeg(this.#attempt.host, this.#attempt.port);
  }

  /** The server may answer a statement with so many bytes; with more, `onExceeded` is called once. */
  beginStatement(limitBytes: number, onExceeded: () => void): void {
    this.#inspector.begin(limitBytes, onExceeded);
  }

  /** From now on the server has nothing to say of its own but a line or two. */
  endStatement(): void {
    this.#inspector.end();
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
    const server = createServer({ noDelay: true });
    this.#server = server;
    server.listen(0, '127.0.0.1');
    await withAbandon(once(server, 'listening'), raw, this.#attempt.signal);
    server.once('connection', (library: Socket) => {
      server.close();
      this.#keep(library, leg);
      this.#join({ library, raw, host, from: database, received: Buffer.alloc(0), packets: 0 });
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
  #join(leg: Leg): void {
    leg.library.on('data', (bytes) => leg.from.write(bytes));
    this.#listen(leg);
  }

  #listen(leg: Leg): void {
    const onData = (bytes: Buffer) => {
      leg.received = Buffer.concat([leg.received, bytes]);
      for (let packet = readTnsPacket(leg.received); packet !== undefined; packet = readTnsPacket(leg.received)) {
        if (this.#takePacket(leg, packet)) continue;
        leg.from.off('data', onData);
        return;
      }
    };
    leg.from.on('data', onData);
  }

  /** False when this was the last packet that is read in this way. */
  #takePacket(leg: Leg, packet: Buffer | null): boolean {
    leg.packets += 1;
    if (packet === null) return this.#fail(new DriverError('protocol', 'The peer is not an Oracle listener'));
    if (leg.packets > MAX_PACKETS_BEFORE_SESSION) {
      return this.#fail(new DriverError('protocol', 'The server neither accepts nor refuses'));
    }
    const type = tnsTypeOf(packet);
    if (type === TNS.accept) return this.#accept(leg, packet);
    if (type === TNS.refuse) {
      this.#refusal = readRefusal(packet);
      return this.#carry(leg);
    }
    leg.received = leg.received.subarray(packet.length);
    if (type === TNS.redirect) {
      this.#follow(packet, leg.library).catch((error: unknown) => this.#fail(error));
      return false;
    }
    if (asksForRenegotiation(packet) && this.#tls.mode === 'required') {
      this.#renegotiate(leg, packet);
      return false;
    }
    leg.library.write(packet);
    return true;
  }

  #accept(leg: Leg, packet: Buffer): false {
    if (compresses(packet)) {
      return this.#fail(new DriverError('protocol', 'The server compresses without having been asked'));
    }
    // Before the library sees them: listeners run in the order in which they came.
    leg.from.on('data', (bytes) => this.#inspect(bytes));
    this.#inspect(leg.received.subarray(packet.length));
    return this.#carry(leg);
  }

  #carry({ from, library, received }: Leg): false {
    library.removeAllListeners('data');
    library.write(received);
    from.pipe(library);
    library.pipe(from);
    return false;
  }

  #renegotiate(leg: Leg, packet: Buffer): void {
    this.#secure(leg.raw, leg.host).then(
      (again) => {
        leg.from = again;
        this.#listen(leg);
        leg.library.write(withoutRenegotiation(packet));
      },
      (error: unknown) => this.#fail(error),
    );
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

  #inspect(bytes: Buffer): void {
    try {
      this.#inspector.push(bytes);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): false {
    this.#failure ??=
      error instanceof DriverError ? error : new DriverError('unknown', 'The relay failed', { cause: error });
    this.destroy();
    return false;
  }
}
