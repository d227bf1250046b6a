import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTcpProxy, type TcpProxy, type Toxic } from '../support/tcp-proxy.ts';

const ANSWER = 'x'.repeat(64);

describe('startTcpProxy', () => {
  let server: Server;
  let proxy: TcpProxy;
  let requests: string[];

  beforeEach(async () => {
    requests = [];
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        requests.push(bytes.toString());
        socket.end(ANSWER);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await startTcpProxy({
      upstream: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
      seed: 7,
    });
  });
  afterEach(async () => {
    await proxy.close();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Sends a request and says what came back, how, and in how many pieces. */
  async function ask(waitMs = 2_000) {
    const socket = connect(proxy.port, '127.0.0.1');
    let answer = '';
    let pieces = 0;
    let end = 'open';
    socket.on('data', (bytes) => {
      answer += bytes;
      pieces += 1;
    });
    socket.on('error', (error) => {
      end = 'code' in error ? String(error.code) : 'error';
    });
    socket.on('end', () => {
      end = 'end';
    });
    socket.on('connect', () => socket.write('request'));
    const closed = once(socket, 'close').catch(() => {});
    const timer = setTimeout(() => socket.destroy(), waitMs);
    await closed;
    clearTimeout(timer);
    return { answer, pieces, end };
  }

  it('carries bytes both ways when nothing is set', async () => {
    expect(await ask()).toMatchObject({ answer: ANSWER, end: 'end' });
    expect(proxy.accepted).toBe(1);
  });

  it.each<[Toxic, string, number]>([
    [{ type: 'limit_data', bytes: 10 }, 'end', 10],
    [{ type: 'cut-after-response-byte', bytes: 20 }, 'end', 20],
    [{ type: 'cut-after-request' }, 'end', 0],
  ])('%o', async (toxic, end, bytes) => {
    await proxy.setToxics(toxic);
    expect(await ask()).toMatchObject({ answer: ANSWER.slice(0, bytes), end });
    expect(requests).toEqual(['request']);
  });

  it('refuses when it is down and serves when it is up again', async () => {
    await proxy.setToxics({ type: 'down' });
    expect((await ask()).end).toBe('ECONNREFUSED');
    await proxy.setToxics();
    expect((await ask()).answer).toBe(ANSWER);
  });

  it('keeps the connection open and silent as a black hole', async () => {
    await proxy.setToxics({ type: 'blackhole' });
    expect(await ask(150)).toEqual({ answer: '', pieces: 0, end: 'open' });
    expect(requests).toEqual([]);
  });

  it('resets', async () => {
    await proxy.setToxics({ type: 'reset_peer' });
    expect((await ask()).end).toBe('ECONNRESET');
  });

  it('closes after a time without a byte', async () => {
    await proxy.setToxics({ type: 'timeout', timeoutMs: 30 });
    expect(await ask()).toMatchObject({ answer: '', end: 'end' });
  });

  it('slices, slows and delays without losing a byte', async () => {
    const startedAt = performance.now();
    await proxy.setToxics(
      { type: 'slicer', averageBytes: 8, delayMs: 5 },
      { type: 'latency', latencyMs: 5, jitterMs: 2 },
      { type: 'bandwidth', bytesPerSecond: 10_000 },
      { type: 'slow_close', delayMs: 20 },
    );
    const { answer, pieces } = await ask(5_000);
    expect(answer).toBe(ANSWER);
    expect(pieces).toBeGreaterThan(2);
    expect(performance.now() - startedAt).toBeGreaterThan(40);
  });

  it('cuts off what is open and lets new connections through', async () => {
    const socket = connect(proxy.port, '127.0.0.1');
    await once(socket, 'connect');
    await expect.poll(() => proxy.open).toBe(1);
    proxy.blackholeEstablished();
    socket.write('request');
    expect((await ask()).answer).toBe(ANSWER);
    expect(requests).toHaveLength(1);
    socket.destroy();
  });
});
