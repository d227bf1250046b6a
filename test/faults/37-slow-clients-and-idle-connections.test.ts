import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineProcess } from '../support/engine-process.ts';
import { Product } from '../support/product.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';
import { waitFor } from '../support/wait-for.ts';

const EXECUTE = '/api/v1/dataactions/customer-by-ani/execute';
const PER_ADDRESS = 120;
const IDLE_CONNECTIONS = 5_000;
/** The engine looks for slow callers every two seconds; the rest is room for a busy machine. */
const SLACK_MS = 6_000;

interface Held {
  readonly socket: Socket;
  /** Resolves with what the engine said last, and when it closed the connection. */
  readonly ended: Promise<{ readonly said: string; readonly afterMs: number }>;
}

describe('row 37: slow clients and idle connections', () => {
  let product: Product;
  let engine: EngineProcess;
  const held: Held[] = [];

  beforeAll(async () => {
    product = await Product.start({ args: ['--max-connections-per-address', String(PER_ADDRESS)] });
    engine = product.engine;
  });
  afterEach(() => {
    for (const { socket } of held.splice(0)) socket.destroy();
  });
  afterAll(() => product?.[Symbol.asyncDispose]());

  const hold = (localAddress: string, first = ''): Held => {
    const startedAt = performance.now();
    const socket = connect({ host: '127.0.0.1', port: engine.port, localAddress });
    let said = '';
    socket.on('data', (data) => {
      said += data.toString();
    });
    socket.on('error', () => {});
    const ended = new Promise<{ said: string; afterMs: number }>((resolve) => {
      socket.on('close', () => resolve({ said, afterMs: performance.now() - startedAt }));
    });
    if (first !== '') socket.write(first);
    const connection = { socket, ended };
    held.push(connection);
    return connection;
  };
  /** Sends a byte each second, as long as the connection is open. */
  const drip = async ({ socket }: Held, text: string): Promise<void> => {
    for (const byte of text) {
      if (socket.destroyed) return;
      socket.write(byte);
      await delay(1_000);
    }
  };
  const livez = (localAddress = '127.0.0.1') =>
    new Promise<number>((resolve) => {
      const options = { host: '127.0.0.1', port: engine.port, path: '/livez', localAddress, agent: false };
      request(options, (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)))
        .on('error', () => resolve(0))
        .end();
    });
  const refusedConnections = async (): Promise<number> => {
    const { text } = await product.api('/metrics', { token: null });
    return Number(/^dip_http_connections_refused_total (\d+)$/m.exec(text)?.[1]);
  };

  it('headers at a byte a second are ended after 10 s, with a 408', async () => {
    openFaultSeed(process.env, 'row 37');
    const slow = hold('127.0.0.2');
    void drip(slow, `POST ${EXECUTE} HTTP/1.1\r\nhost: x\r\n`);
    const { said, afterMs } = await slow.ended;
    expect(said).toMatch(/^HTTP\/1\.1 408 /);
    expect(afterMs).toBeGreaterThan(9_000);
    expect(afterMs).toBeLessThan(10_000 + SLACK_MS);
  });

  it('a body at a byte a second is ended after 30 s, and comes to no execution', async () => {
    const headers = `host: x\r\nauthorization: Bearer ${await product.token()}\r\ncontent-length: 1000`;
    const slow = hold('127.0.0.3', `POST ${EXECUTE} HTTP/1.1\r\n${headers}\r\n\r\n`);
    void drip(slow, ' '.repeat(60));
    const { said, afterMs } = await slow.ended;
    expect(said).toMatch(/^HTTP\/1\.1 408 /);
    expect(afterMs).toBeGreaterThan(29_000);
    expect(afterMs).toBeLessThan(30_000 + SLACK_MS);
    const { text } = await product.api('/metrics', { token: null });
    expect(text).toContain('dip_action_executions_in_flight 0\n');
    expect(text).not.toContain('dip_action_executions_total{');
  });

  it('one address holds its share of connections and takes nobody else’s', async () => {
    const before = await refusedConnections();
    const greedy = Array.from({ length: PER_ADDRESS + 80 }, () => hold('127.0.0.4'));
    await waitFor('the refusals', () => greedy.filter(({ socket }) => socket.destroyed).length >= 80);
    expect((await refusedConnections()) - before).toBe(80);
    expect(await livez('127.0.0.4')).toBe(0);
    expect(await livez('127.0.0.5')).toBe(200);
    for (const { socket } of greedy) socket.destroy();
    await waitFor('the share to be free again', async () => (await livez('127.0.0.4')) === 200);
  });

  it('5 000 idle connections hinder nobody and are all closed after 10 s', async () => {
    const random = createRandom(openFaultSeed(process.env, 'row 37'));
    const idle: Held[] = [];
    for (let index = 0; index < IDLE_CONNECTIONS; index += 1) {
      idle.push(hold(`127.0.1.${1 + Math.floor(index / 100)}`, random.between(0, 1) === 0 ? '' : 'GET /li'));
      if (index % 100 === 99) await delay(5);
    }
    for (let attempt = 0; attempt < 20; attempt += 1) expect(await livez()).toBe(200);
    const ends = await Promise.all(idle.map(({ ended }) => ended));
    const timedOut = ends.filter(({ said }) => said.startsWith('HTTP/1.1 408 '));
    expect(timedOut).toHaveLength(IDLE_CONNECTIONS);
    expect(Math.max(...ends.map(({ afterMs }) => afterMs))).toBeLessThan(10_000 + SLACK_MS + 5_000);
    expect(await livez()).toBe(200);
    expect(await Promise.race([engine.ended, delay(100, 'running')])).toBe('running');
  });
});
