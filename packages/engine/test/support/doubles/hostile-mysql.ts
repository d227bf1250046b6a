import { createServer, type Socket } from 'node:net';

/** What a hostile server does with the first statement of a session. */
export type MysqlMischief =
  | { readonly kind: 'local-infile'; readonly path: string }
  | { readonly kind: 'endless-rows' }
  | { readonly kind: 'giant-row' }
  | { readonly kind: 'garbage' }
  | { readonly kind: 'lost-count' }
  /** An answer that is whole but for the numbers of its packets, in one piece. */
  | { readonly kind: 'whole-but-lost-count' };

export interface HostileMysql {
  readonly port: number;
  /** Everything that clients sent after the login, as text. */
  readonly received: string[];
  sentBytes(): number;
  close(): Promise<void>;
}

const COM_QUIT = 1;
const COM_QUERY = 3;
const COM_STMT_PREPARE = 0x16;
const COM_STMT_EXECUTE = 0x17;
const OK = Buffer.from([0, 0, 0, 2, 0, 0, 0]);
const EOF = Buffer.from([0xfe, 0, 0, 2, 0]);
const ROWS_AT_ONCE = 1000;
const CHUNK = Buffer.alloc(1024 * 1024, 'x');

/** Speaks so much of the MySQL protocol that mysql2 logs in and prepares, then misbehaves. A double for hostility only. */
export async function startHostileMysql(mischief: MysqlMischief): Promise<HostileMysql> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  let sent = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    const send = (sequence: number, payload: Buffer) => {
      const header = Buffer.alloc(4);
      header.writeUIntLE(payload.length, 0, 3);
      header[3] = sequence & 0xff;
      sent += payload.length;
      return socket.write(Buffer.concat([header, payload]));
    };
    send(0, greeting());
    let isLoggedIn = false;
    onPackets(socket, (payload) => {
      if (!isLoggedIn) {
        isLoggedIn = true;
        send(2, OK);
        return;
      }
      received.push(payload.toString('latin1'));
      switch (payload[0]) {
        case COM_QUIT:
          socket.end();
          break;
        case COM_QUERY:
          send(1, OK);
          break;
        case COM_STMT_PREPARE:
          // Statement 1, one column, no parameter.
          send(1, Buffer.from([0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          send(2, columnDefinition());
          send(3, EOF);
          break;
        case COM_STMT_EXECUTE:
          misbehave(mischief, socket, send, (bytes) => {
            sent += bytes;
          });
          break;
      }
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    received,
    sentBytes: () => sent,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

type Send = (sequence: number, payload: Buffer) => boolean;

function misbehave(mischief: MysqlMischief, socket: Socket, send: Send, count: (bytes: number) => void): void {
  switch (mischief.kind) {
    case 'local-infile':
      send(1, Buffer.concat([Buffer.from([0xfb]), Buffer.from(mischief.path)]));
      return;
    case 'lost-count':
      for (let packet = 0; packet < 1000; packet += 1) send(99, columnDefinition());
      return;
    case 'whole-but-lost-count':
      socket.cork();
      for (const payload of [Buffer.from([1]), columnDefinition(), EOF, EOF]) send(99, payload);
      socket.uncork();
      return;
    case 'garbage':
      send(1, Buffer.from([0xf0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
      return;
    case 'endless-rows':
    case 'giant-row': {
      send(1, Buffer.from([1]));
      send(2, columnDefinition());
      send(3, EOF);
      let sequence = 4;
      const next = () => {
        const packets = mischief.kind === 'endless-rows' ? smallRows(sequence) : giantRow(sequence, count);
        sequence += mischief.kind === 'endless-rows' ? ROWS_AT_ONCE : 1;
        return packets;
      };
      const pump = () => {
        while (!socket.destroyed && socket.write(next())) {}
      };
      socket.on('drain', pump);
      pump();
      return;
    }
  }
}

/** Binary rows of one short text. */
function smallRows(sequence: number): Buffer {
  const row = (index: number) => [6, 0, 0, (sequence + index) & 0xff, 0, 0, 3, 0x61, 0x62, 0x63];
  return Buffer.from(Array.from({ length: ROWS_AT_ONCE }, (_, index) => row(index)).flat());
}

/** Packets of the largest size: each says that the row goes on in the next. */
function giantRow(sequence: number, count: (bytes: number) => void): Buffer {
  count(16 * CHUNK.length);
  const header = Buffer.from([0xff, 0xff, 0xff, sequence & 0xff]);
  return Buffer.concat([header, ...Array.from({ length: 15 }, () => CHUNK), CHUNK.subarray(1)]);
}

function greeting(): Buffer {
  const capabilities = 0x00000001 | 0x00000008 | 0x00000200 | 0x00008000 | 0x00080000 | 0x00020000;
  const low = Buffer.alloc(2);
  low.writeUInt16LE(capabilities & 0xffff);
  const high = Buffer.alloc(2);
  high.writeUInt16LE(capabilities >>> 16);
  return Buffer.concat([
    Buffer.from([10]),
    Buffer.from('8.0.33-hostile\0'),
    Buffer.from([1, 0, 0, 0]),
    Buffer.from('12345678\0'),
    low,
    Buffer.from([45, 2, 0]),
    high,
    Buffer.from([21]),
    Buffer.alloc(10),
    Buffer.from('123456789012\0'),
    Buffer.from('mysql_native_password\0'),
  ]);
}

function columnDefinition(): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  return Buffer.concat([
    text('def'),
    text(''),
    text(''),
    text(''),
    text('value'),
    text(''),
    // Fixed part: utf8mb4, length, VARCHAR, no flags, no decimals.
    Buffer.from([0x0c, 45, 0, 255, 0, 0, 0, 0xfd, 0, 0, 0, 0, 0]),
  ]);
}

function onPackets(socket: Socket, onPacket: (payload: Buffer) => void): void {
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 4) {
      const length = pending.readUIntLE(0, 3);
      if (pending.length < 4 + length) return;
      onPacket(pending.subarray(4, 4 + length));
      pending = pending.subarray(4 + length);
    }
  });
}
