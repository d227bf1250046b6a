import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import { readTnsPacket, TNS } from '../../../../src/drivers/oracle/tns-packets.ts';
import { ORACLE_RELEASES, type OracleRelease } from './oracle-release.ts';

const CONNECT = 1;
const SDU_BYTES = 8192;
const NO_NETWORK_SERVICES = 0x08;
const COMPRESSION_ON = 0x80;

/**
 * What the listener says to a CONNECT. `compressed` turns on what no client has asked for, `renegotiate` wants a second
 * TLS handshake and the CONNECT again, `resend` the CONNECT alone.
 */
export type TnsReply =
  | { readonly accept: true | 'compressed' }
  | { readonly refuse: number }
  | { readonly redirect: { readonly host: string; readonly port: number } }
  | { readonly renegotiate: true }
  | { readonly resend: true };

export interface TnsListenerOptions {
  readonly reply: (connectData: string, attempt: number) => TnsReply;
  /** Called with the stream of an accepted session. */
  readonly onSession?: (stream: Duplex, connectData: string) => void;
  readonly certificate?: { readonly certificate: string; readonly privateKey: string };
  /** What ACCEPT says the server is. Default 19c. */
  readonly release?: OracleRelease;
}

export interface TnsListener {
  readonly port: number;
  /** CONNECT packets read. */
  readonly connects: number;
  close(): Promise<void>;
  restart(): Promise<void>;
}

/** An Oracle listener on loopback up to the point where a session is accepted. */
export async function startTnsListener(options: TnsListenerOptions): Promise<TnsListener> {
  const sockets = new Set<Socket>();
  let connects = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let attempt = 0;
    serve(secure(socket));

    function serve(stream: Duplex): void {
      let received: Buffer = Buffer.alloc(0);
      stream.on('error', () => socket.destroy());
      const onData = (bytes: Buffer) => {
        received = Buffer.concat([received, bytes]);
        const packet = readTnsPacket(received);
        if (packet === undefined) return;
        if (packet === null || packet.readUInt8(4) !== CONNECT) {
          socket.destroy();
          return;
        }
        const connectData = readConnectData(received, packet);
        if (connectData === undefined) return;
        connects += 1;
        attempt += 1;
        stream.off('data', onData);
        answer(stream, connectData, options.reply(connectData, attempt));
      };
      stream.on('data', onData);
    }

    function answer(stream: Duplex, connectData: string, reply: TnsReply): void {
      if ('accept' in reply) {
        stream.write(writePacket(TNS.accept, 0, writeAccept(options.release ?? ORACLE_RELEASES['19c'], reply.accept)));
        options.onSession?.(stream, connectData);
      } else if ('refuse' in reply) {
        const text = `(DESCRIPTION=(TMP=)(VSNNUM=0)(ERR=${reply.refuse})(ERROR_STACK=(ERROR=(CODE=${reply.refuse}))))`;
        const body = Buffer.concat([Buffer.from([0, 0]), uint16(text.length), Buffer.from(text)]);
        stream.write(writePacket(TNS.refuse, 0, body));
      } else if ('redirect' in reply) {
        const { host, port } = reply.redirect;
        const address = `(ADDRESS=(PROTOCOL=TCP)(HOST=${host})(PORT=${port}))\0${connectData}`;
        stream.write(writePacket(TNS.redirect, 2, Buffer.concat([uint16(address.length), Buffer.from(address)])));
      } else if ('resend' in reply) {
        stream.write(writePacket(TNS.resend, 0, Buffer.alloc(0)));
        stream.removeAllListeners('error');
        serve(stream);
      } else {
        stream.write(writePacket(TNS.resend, 8, Buffer.alloc(0)), () => {
          stream.removeAllListeners();
          serve(secure(socket));
        });
      }
    }
  });

  function secure(socket: Socket): Duplex {
    const { certificate } = options;
    if (!certificate) return socket;
    const secureContext = createSecureContext({ cert: certificate.certificate, key: certificate.privateKey });
    return new TLSSocket(socket, { isServer: true, secureContext });
  }

  const stop = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the listener has no port');
  return {
    port: address.port,
    get connects() {
      return connects;
    },
    close: stop,
    async restart() {
      await stop();
      await listen(address.port);
    },
  };
}

/** The connect data stands in the packet, or when it is long in a DATA packet of its own behind it. */
function readConnectData(received: Buffer, packet: Buffer): string | undefined {
  const length = packet.readUInt16BE(24);
  const inside = packet.subarray(packet.readUInt16BE(26));
  if (inside.length >= length) return inside.toString('ascii');
  const behind = readTnsPacket(received.subarray(packet.length));
  return behind ? behind.subarray(10).toString('ascii') : undefined;
}

/** The body of ACCEPT: version, packet sizes, no native network services, flags. Offsets in the packet are 8 higher. */
function writeAccept(release: OracleRelease, how: true | 'compressed'): Buffer {
  const body = Buffer.alloc(37);
  body.writeUInt16BE(release.netVersion, 0);
  body.writeUInt16BE(SDU_BYTES, 4);
  body.writeUInt16BE(SDU_BYTES, 6);
  body.writeUInt8(NO_NETWORK_SERVICES, 15);
  body.writeUInt32BE(SDU_BYTES, 24);
  body.writeUInt32BE(SDU_BYTES, 28);
  body.writeUInt8(how === 'compressed' ? COMPRESSION_ON : 0, 32);
  body.writeUInt32BE(release.acceptFlags, 33);
  return body;
}

function writePacket(type: number, flags: number, body: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(8 + body.length, 0);
  header.writeUInt8(type, 4);
  header.writeUInt8(flags, 5);
  return Buffer.concat([header, body]);
}

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16BE(value);
  return buffer;
}
