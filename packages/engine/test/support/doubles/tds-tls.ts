import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import { MessageReader, PACKET, writeMessage } from './tds-packets.ts';

/**
 * TLS as TDS 7.4 does it: handshake records travel inside PRELOGIN packets, later ones bare. The first bare record of
 * the client ends the wrapping on both sides.
 */
export function startWrappedTls(
  socket: Socket,
  certificate: { readonly certificate: string; readonly privateKey: string },
): TLSSocket {
  const reader = new MessageReader();
  let isWrapped = true;
  let flight: Buffer[] = [];
  const inner = new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, done) {
      if (!isWrapped) {
        socket.write(bytes, done);
        return;
      }
      // A client reads one message for each that it sends, so the records of one flight go in one.
      flight.push(bytes);
      if (flight.length === 1) setImmediate(sendFlight);
      done();
    },
    final(done) {
      socket.end();
      done();
    },
  });
  const sendFlight = () => {
    const payload = Buffer.concat(flight);
    flight = [];
    if (socket.writable) socket.write(writeMessage(PACKET.prelogin, payload));
  };
  socket.on('data', (bytes) => {
    if (isWrapped && bytes[0] === PACKET.prelogin) reader.push(bytes, (message) => inner.push(message.payload));
    else {
      isWrapped = false;
      inner.push(bytes);
    }
  });
  socket.on('close', () => inner.destroy());
  const { certificate: cert, privateKey: key } = certificate;
  const secured = new TLSSocket(inner, {
    isServer: true,
    secureContext: createSecureContext({ cert, key, maxVersion: 'TLSv1.2' }),
  });
  secured.on('error', () => socket.destroy());
  return secured;
}
