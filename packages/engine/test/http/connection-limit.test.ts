import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limitConnections } from '../../src/http/connection-limit.ts';

describe('limitConnections', () => {
  let server: Server;
  let refused: number;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    refused = 0;
    server = createServer((_request, response) => response.end('served'));
    limitConnections({
      server,
      maxPerAddress: 2,
      onRefused: () => {
        refused += 1;
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const open = (localAddress: string): Socket => {
    const { port } = server.address() as AddressInfo;
    const socket = connect({ host: '127.0.0.1', port, localAddress });
    socket.on('error', () => {});
    sockets.push(socket);
    return socket;
  };
  /** What comes back for a request until the connection ends, or until there is an answer. */
  const ask = (socket: Socket) =>
    new Promise<string>((resolve) => {
      socket.once('data', (data) => resolve(data.toString()));
      socket.once('close', () => resolve('closed'));
      socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    });

  it('closes what one address opens beyond its share, and serves the others', async () => {
    const [first, second] = [open('127.0.0.1'), open('127.0.0.1')];
    expect(await ask(first)).toContain('served');
    expect(await ask(second)).toContain('served');
    expect(await ask(open('127.0.0.1'))).toBe('closed');
    expect(refused).toBe(1);
    expect(await ask(open('127.0.0.2'))).toContain('served');
    expect(await ask(first)).toContain('served');
  });

  it('gives a place back when a connection ends, and never more than there were', async () => {
    const first = open('127.0.0.1');
    await ask(first);
    await ask(open('127.0.0.1'));
    expect(await ask(open('127.0.0.1'))).toBe('closed');
    const ended = new Promise((resolve) => server.once('connection', (socket: Socket) => resolve(socket)));
    first.destroy();
    await expect.poll(() => ask(open('127.0.0.1'))).toContain('served');
    await ended;
    expect(await ask(open('127.0.0.1'))).toBe('closed');
  });
});
