import { type AddressInfo, createServer, type Socket } from 'node:net';

/** What a server of ours does after the login: given what the client sent, it writes what it likes. */
export type HostileBehaviour = (socket: Socket, request: Buffer) => void;

export interface HostilePostgres {
  readonly port: number;
  /** Bytes that went out to clients. */
  sentBytes(): number;
  close(): Promise<void>;
}

const READY = message('Z', Buffer.from('I'));

/** A message of the server; `length` lies about its body where it is given. */
export function message(code: string, body: Buffer = Buffer.alloc(0), length = body.length + 4): Buffer {
  const header = Buffer.alloc(5);
  header.write(code, 0, 'latin1');
  header.writeInt32BE(length, 1);
  return Buffer.concat([header, body]);
}

/** A `DataRow` of one column. */
export function row(text: string): Buffer {
  const body = Buffer.alloc(6 + Buffer.byteLength(text));
  body.writeInt16BE(1, 0);
  body.writeInt32BE(Buffer.byteLength(text), 2);
  body.write(text, 6);
  return message('D', body);
}

/** A `RowDescription` of one column of type text. */
export function oneColumn(): Buffer {
  const body = Buffer.alloc(2 + 2 + 18);
  body.writeInt16BE(1, 0);
  body.write('a\0', 2);
  body.writeInt32BE(25, 2 + 2 + 6);
  return message('T', body);
}

export function notice(): Buffer {
  return message('N', Buffer.from('SNOTICE\0C00000\0Mlook at me\0\0'));
}

/**
 * Speaks just enough of the protocol to log anybody in and to answer the set-up of a session; what comes after is for
 * `behave`. With `onStartup` it already misbehaves at the login.
 */
export async function startHostilePostgres(options: {
  readonly onStartup?: HostileBehaviour;
  readonly behave?: HostileBehaviour;
}): Promise<HostilePostgres> {
  const sockets = new Set<Socket>();
  let closedBytes = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      closedBytes += socket.bytesWritten;
    });
    let step = 0;
    socket.on('data', (request) => {
      step += 1;
      if (options.onStartup) options.onStartup(socket, request);
      else if (step === 1) socket.write(Buffer.concat([message('R', Buffer.alloc(4)), backendKey(), READY]));
      else if (step === 2) socket.write(setUpAnswer());
      else options.behave?.(socket, request);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    sentBytes: () => [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, closedBytes),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function backendKey(): Buffer {
  const body = Buffer.alloc(8);
  body.writeInt32BE(4711, 0);
  return message('K', body);
}

/** Two exchanges: who the server is, and the settings. */
function setUpAnswer(): Buffer {
  const exchange = [message('1'), oneColumn(), message('2'), row('x'), message('C', Buffer.from('SELECT 1\0')), READY];
  return Buffer.concat([...exchange, ...exchange]);
}
