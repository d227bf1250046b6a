import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { DriverPool } from '../../src/drivers/driver.ts';
import { PostgresqlDriver } from '../../src/drivers/postgresql/postgresql-driver.ts';
import { createTestDialer, POOL_OPTIONS, targetFromUrl } from '../drivers/driver-fixture.ts';
import {
  type HostileBehaviour,
  type HostilePostgres,
  message,
  notice,
  oneColumn,
  row,
  startHostilePostgres,
} from '../drivers/postgresql/hostile-postgres.ts';
import { readStatement } from '../drivers/postgresql/postgresql-fixture.ts';
import { within } from '../support/within.ts';

const TWO_GIGABYTES = 2 ** 31 - 1;
const MEGABYTE = Buffer.alloc(1024 * 1024, 0x78);

describe('a hostile PostgreSQL', () => {
  const servers: HostilePostgres[] = [];
  const pools: DriverPool[] = [];

  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.close(0)));
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  const open = async (options: { onStartup?: HostileBehaviour; behave?: HostileBehaviour }) => {
    const server = await startHostilePostgres(options);
    servers.push(server);
    const target = targetFromUrl('postgresql', `postgresql://user:secret@127.0.0.1:${server.port}/db`);
    const pool = new PostgresqlDriver().createPool(target, POOL_OPTIONS, createTestDialer());
    pools.push(pool);
    return { server, pool };
  };
  const statement = readStatement('SELECT a FROM t', { maxRows: 10, maxBytes: 1_000 });
  const run = (pool: DriverPool) => pool.run(statement, [], within(3_000));
  /** Writes for as long as the other side reads. */
  const pour = (socket: Socket, bytes: Buffer) => {
    const more = () => {
      while (!socket.destroyed && socket.write(bytes));
      if (!socket.destroyed) socket.once('drain', more);
    };
    more();
  };
  const measured = async <T>(work: () => Promise<T>) => {
    const memory = process.memoryUsage().rss;
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    const value = await work();
    const { user, system } = process.cpuUsage(cpu);
    return {
      value,
      grownBytes: process.memoryUsage().rss - memory,
      cpuMs: (user + system) / 1_000,
      elapsedMs: performance.now() - startedAt,
    };
  };

  it('is not given memory for a row of 2 GB: its connection is dropped at the header', async () => {
    const { server, pool } = await open({
      behave: (socket) => {
        socket.write(
          Buffer.concat([message('1'), oneColumn(), message('2'), message('D', Buffer.alloc(6), TWO_GIGABYTES)]),
        );
        pour(socket, MEGABYTE);
      },
    });
    const { value, grownBytes, elapsedMs } = await measured(() => run(pool));
    expect(value).toMatchObject({ rows: [], truncated: true });
    expect(grownBytes).toBeLessThan(64 * 1024 * 1024);
    expect(server.sentBytes()).toBeLessThan(64 * 1024 * 1024);
    expect(elapsedMs).toBeLessThan(2_000);
    expect(pool.statistics().open).toBe(0);
  });

  it('is cut off when it sends rows without end, and its caller has the first ones', async () => {
    const rows = Buffer.concat(Array.from({ length: 100 }, () => row('x'.repeat(50))));
    const { pool } = await open({
      behave: (socket) => {
        socket.write(Buffer.concat([message('1'), oneColumn(), message('2')]));
        pour(socket, rows);
      },
    });
    const { value, grownBytes } = await measured(() => run(pool));
    expect(value).toMatchObject({ rows: { length: 10 }, truncated: true });
    expect(grownBytes).toBeLessThan(64 * 1024 * 1024);
  });

  it.each([
    ['notices without end', Buffer.concat(Array.from({ length: 100 }, notice))],
    ['an error of 2 GB', Buffer.concat([message('E', Buffer.alloc(0), TWO_GIGABYTES), MEGABYTE])],
    ['a length below zero', message('D', Buffer.alloc(0), -5)],
    ['a copy out of the blue', message('H', Buffer.from([0, 0, 0]))],
    [
      'a row shorter than its values',
      Buffer.concat([message('1'), oneColumn(), message('2'), message('D', Buffer.from([0, 1, 0, 0, 0, 9, 1]))]),
    ],
    [
      'a row of other columns',
      Buffer.concat([message('1'), oneColumn(), message('2'), message('D', Buffer.from([0, 9]))]),
    ],
    ['a description that has no end', message('T', Buffer.from([0, 1, 0x61]))],
    ['a message of no known kind', message('?', Buffer.from('x'))],
  ])('that sends %s is left with protocol', async (name, bytes) => {
    const isEndless = name.endsWith('without end');
    const { pool } = await open({ behave: (socket) => (isEndless ? pour(socket, bytes) : socket.write(bytes)) });
    const { value, grownBytes, elapsedMs } = await measured(() => run(pool).catch((error: unknown) => error));
    expect(value).toMatchObject({ kind: 'protocol' });
    expect(grownBytes).toBeLessThan(64 * 1024 * 1024);
    expect(elapsedMs).toBeLessThan(2_000);
  });

  it('that talks while nobody asks loses its connection', async () => {
    const answer = Buffer.concat([
      ...[message('1'), message('2'), message('C', Buffer.from('BEGIN\0'))],
      ...[
        message('1'),
        oneColumn(),
        message('2'),
        row('x'),
        message('C', Buffer.from('SELECT 1\0')),
        message('Z', Buffer.from('T')),
      ],
      ...[message('1'), message('Z', Buffer.from('T')), message('1'), message('Z', Buffer.from('T'))],
      ...[message('1'), message('2'), message('C', Buffer.from('ROLLBACK\0')), message('Z', Buffer.from('I'))],
    ]);
    const { pool } = await open({
      behave: (socket) => {
        socket.write(answer);
        setTimeout(() => socket.write(row('unasked')), 20);
      },
    });
    expect((await run(pool)).rows).toEqual([['x']]);
    await expect.poll(() => pool.statistics().open, { timeout: 2_000 }).toBe(0);
  });

  it.each([
    ['10 000 000 iterations of SCRAM', 10_000_000],
    ['100 001 iterations of SCRAM', 100_001],
  ])('that asks for %s gets none', async (_name, iterations) => {
    const { pool } = await open({ onStartup: (socket, request) => socket.write(askForScram(request, iterations)) });
    const { value, cpuMs } = await measured(() => run(pool).catch((error: unknown) => error));
    expect(value).toMatchObject({ kind: 'protocol' });
    expect(cpuMs).toBeLessThan(100);
  });

  it.each([
    ['a login message of 2 GB', message('R', Buffer.alloc(4), TWO_GIGABYTES)],
    ['notices without end at the login', Buffer.concat(Array.from({ length: 100 }, notice))],
  ])('that sends %s is left with protocol', async (_name, bytes) => {
    const { pool, server } = await open({
      onStartup: (socket) => {
        socket.write(bytes);
        pour(socket, bytes.length < 100 ? MEGABYTE : bytes);
      },
    });
    const { value, grownBytes } = await measured(() => run(pool).catch((error: unknown) => error));
    expect(value).toMatchObject({ kind: 'protocol' });
    expect(grownBytes).toBeLessThan(64 * 1024 * 1024);
    expect(server.sentBytes()).toBeLessThan(64 * 1024 * 1024);
  });
});

/** The server's part of SCRAM-SHA-256 up to the number of iterations. */
function askForScram(request: Buffer, iterations: number): Buffer {
  if (request[0] !== 0x70)
    return message('R', Buffer.concat([Buffer.from([0, 0, 0, 10]), Buffer.from('SCRAM-SHA-256\0\0')]));
  const nonce = /r=([^,]+)/.exec(request.toString('latin1'))?.[1] ?? '';
  const first = `r=${nonce}server,s=${Buffer.from('saltsaltsaltsalt').toString('base64')},i=${iterations}`;
  return message('R', Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from(first)]));
}
