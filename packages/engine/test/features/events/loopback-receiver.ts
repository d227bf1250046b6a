import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { buildConnector } from 'undici';
import { afterEach } from 'vitest';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface LoopbackReceiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Connections that are open now. */
  readonly sockets: ReadonlySet<Socket>;
  answer: (response: ServerResponse, received: Received) => void;
}

/** Starts receivers on loopback, stopped with their connections after each test. */
export function useReceivers(): { start(): Promise<LoopbackReceiver> } {
  const stops: Array<() => Promise<void>> = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  return {
    async start() {
      const received: Received[] = [];
      const sockets = new Set<Socket>();
      const server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const { url: path = '', headers } = request;
          const one = { path, headers, body: Buffer.concat(chunks).toString('utf8') };
          received.push(one);
          receiver.answer(response, one);
        });
      });
      server.on('connection', (socket: Socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      stops.push(
        () =>
          new Promise((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      );
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      const receiver: LoopbackReceiver = {
        url: `http://127.0.0.1:${address.port}/hook?a=b`,
        received,
        sockets,
        answer: (response) => void response.writeHead(204).end(),
      };
      return receiver;
    },
  };
}

/** Dials without a guard, as the egress dialer does where loopback is allowed. */
export const connectLoopback: buildConnector.connector = ({ hostname, port }, callback) => {
  const socket = connect({ host: hostname, port: Number(port) });
  socket.once('connect', () => callback(null, socket));
  socket.once('error', (error) => callback(error, null));
};

/** Turns of the loop, until something holds. @throws Error after five seconds */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 5_000;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error('it never came to hold');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
