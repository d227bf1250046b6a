import { describe, expect, it } from 'vitest';
import type { Dialer } from '../../src/drivers/driver.ts';
import { OracleDriver } from '../../src/drivers/oracle/oracle-driver.ts';
import { atPort, createTestDialer, POOL_OPTIONS, targetFromUrl } from '../drivers/driver-fixture.ts';
import { closeOraclesAfterEach, column, inTime, openOracle } from '../drivers/oracle/oracle-wire.ts';
import type { OracleAnswer } from '../support/doubles/oracle-server/oracle-answer.ts';
import { startOracleServer } from '../support/doubles/oracle-server/oracle-server.ts';
import { writeDescription } from '../support/doubles/oracle-server/responses.ts';
import { writeDataFrame } from '../support/doubles/oracle-server/tns-frames.ts';
import { startTnsListener } from '../support/doubles/oracle-server/tns-listener.ts';
import { plainStatement } from '../support/plain-statement.ts';
import { within } from '../support/within.ts';

const MEBIBYTE = 1024 * 1024;
const LOOKUP = plainStatement('SELECT name FROM customers', { access: 'read', maxRows: 1, maxBytes: 32_768 });
const COLUMN = { name: 'NAME', type: 'LONG' } as const;

closeOraclesAfterEach();

/** A statement that is answered with these packets; every other with a one. */
function answerWith(packets: () => Iterable<Buffer>): (statement: string) => OracleAnswer {
  return (statement) => (statement === LOOKUP.text ? { packets: packets() } : column('NUMBER', '1'));
}

function* repeat(packet: Buffer, before: readonly Buffer[] = []): Generator<Buffer> {
  yield* before;
  for (;;) yield packet;
}

/** The beginning of a row whose one value comes in chunks, and a packet of such chunks. */
function startGiantRow(): { readonly start: Buffer; readonly chunk: Buffer } {
  const start = Buffer.concat([
    writeDescription([COLUMN], 12),
    Buffer.from([6, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.from([7, 254]),
  ]);
  const size = Buffer.from([2, 0x1f, 0x40]);
  return { start: writeDataFrame(start), chunk: writeDataFrame(Buffer.concat([size, Buffer.alloc(0x1f40, 'x')])) };
}

describe('a hostile Oracle server', () => {
  it.each(['19c', '23ai'] as const)('of %s that sends one row of gigabytes is cut off', async (release) => {
    const { start, chunk } = startGiantRow();
    let sent = 0;
    function* packets(): Generator<Buffer> {
      for (const packet of repeat(chunk, [start])) {
        sent += packet.length;
        yield packet;
      }
    }
    const { server, pool } = await openOracle({ release, answer: answerWith(packets) });
    await pool.run(plainStatement('SELECT 1 FROM DUAL'), [], inTime());
    const before = process.memoryUsage().rss;
    const result = await pool.run(LOOKUP, [], within(10_000));
    expect(result).toMatchObject({ rows: [], truncated: true });
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * MEBIBYTE);
    expect(sent).toBeLessThan(100 * MEBIBYTE);
    expect(pool.statistics().open).toBe(0);
    await expect.poll(() => server.sessions).toBe(0);
    expect((await pool.run(plainStatement('SELECT 1 FROM DUAL'), [], inTime())).rows).toEqual([[1]]);
  });

  it.each<[string, () => Iterable<Buffer>]>([
    ['in crumbs', () => repeat(writeDataFrame(Buffer.from([9, 0])))],
    ['a packet shorter than its header', () => [Buffer.from([0, 0, 0, 4, 6, 0, 0, 0, 0, 0])]],
    ['a packet of two gigabytes', () => [Buffer.from([0x7f, 0xff, 0xff, 0xff, 6, 0, 0, 0, 0, 0])]],
    ['a packet of no known type', () => [Buffer.from([0, 0, 0, 16, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])]],
    ['compressed data that nobody asked for', () => [writeDataFrame(Buffer.alloc(100), 0x400)]],
    ['another CONNECT', () => [Buffer.from([0, 0, 0, 12, 1, 0, 0, 0, 0, 0, 0, 0])]],
  ])('that answers %s is dropped, which is protocol', async (_name, packets) => {
    const { server, pool } = await openOracle({ answer: answerWith(packets) });
    await expect(pool.run(LOOKUP, [], inTime())).rejects.toMatchObject({ kind: 'protocol' });
    expect(pool.statistics().open).toBe(0);
    await expect.poll(() => server.sessions).toBe(0);
    expect((await pool.run(plainStatement('SELECT 1 FROM DUAL'), [], inTime())).rows).toEqual([[1]]);
  });

  it.each<[string, Buffer]>([
    ['a message of no known type', Buffer.from([99, 1, 2, 3])],
    ['an integer that is too long', Buffer.from([4, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9])],
  ])('that answers %s fails the statement and costs its session', async (_name, payload) => {
    const { pool } = await openOracle({ answer: answerWith(() => [writeDataFrame(payload)]) });
    await expect(pool.run(LOOKUP, [], within(2_000))).rejects.toMatchObject({ kind: 'protocol' });
    expect(pool.statistics().open).toBe(0);
    expect((await pool.run(plainStatement('SELECT 1 FROM DUAL'), [], inTime())).rows).toEqual([[1]]);
  });

  it('that promises more of a value than it sends costs the caller the deadline and no more', async () => {
    const cut = Buffer.concat([
      writeDescription([COLUMN], 12),
      Buffer.from([6, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from([7, 200, 1, 2, 3]),
    ]);
    const { server, pool } = await openOracle({ answer: answerWith(() => [writeDataFrame(cut)]) });
    const startedAt = performance.now();
    await expect(pool.run(LOOKUP, [], within(300))).rejects.toMatchObject({ kind: 'query-timeout' });
    expect(performance.now() - startedAt).toBeLessThan(800);
    expect(pool.statistics().open).toBe(0);
    await expect.poll(() => server.sessions).toBe(0);
  });

  it('that turns on compression in its ACCEPT is refused', async () => {
    const { server, pool } = await openOracle({ answer: () => undefined, reply: () => ({ accept: 'compressed' }) });
    await expect(pool.run(LOOKUP, [], inTime())).rejects.toMatchObject({ kind: 'protocol' });
    expect(server.calls).toEqual([]);
  });

  it('that talks without having been asked is dropped', async () => {
    const { server, pool } = await openOracle({
      answer: (statement) => (statement === LOOKUP.text ? column('VARCHAR2', 'x') : column('NUMBER', '1')),
    });
    await pool.run(LOOKUP, [], inTime());
    server.babble(writeDataFrame(Buffer.alloc(80_000)));
    await expect.poll(() => pool.statistics().open).toBe(0);
  });

  it.each<[string, { generation: number; derivation: number }]>([
    ['for the key of the password', { generation: 10_000_000, derivation: 3 }],
    ['for the key of the session', { generation: 4096, derivation: 100_000 }],
  ])('that asks for millions of PBKDF2 rounds %s is refused before they are counted', async (_name, rounds) => {
    const { server, pool } = await openOracle({ answer: () => undefined, rounds });
    const startedAt = performance.now();
    const cpu = process.cpuUsage();
    await expect(pool.run(LOOKUP, [], inTime())).rejects.toMatchObject({ kind: 'protocol' });
    const { user, system } = process.cpuUsage(cpu);
    expect((user + system) / 1_000).toBeLessThan(100);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(server.calls).toEqual([]);
  });

  it('that floods the login is dropped', async () => {
    const listener = await startTnsListener({
      reply: () => ({ accept: true }),
      onSession(stream) {
        stream.once('data', () => {
          for (let packet = 0; packet < 100; packet += 1) stream.write(writeDataFrame(Buffer.alloc(8_000)));
        });
      },
    });
    const target = targetFromUrl('oracle', `oracle://dip:secret@127.0.0.1:${listener.port}/crm`);
    const pool = new OracleDriver().createPool(target, POOL_OPTIONS, createTestDialer());
    await expect(pool.run(LOOKUP, [], inTime())).rejects.toMatchObject({ kind: 'protocol' });
    await pool.close(0);
    await listener.close();
  });

  it('that asks for the CONNECT again without end is dropped', async () => {
    const listener = await startTnsListener({ reply: () => ({ resend: true }) });
    const target = targetFromUrl('oracle', `oracle://dip:secret@127.0.0.1:${listener.port}/crm`);
    const pool = new OracleDriver().createPool(target, POOL_OPTIONS, createTestDialer());
    await expect(pool.run(LOOKUP, [], inTime())).rejects.toMatchObject({ kind: 'protocol' });
    expect(listener.connects).toBeLessThan(20);
    await pool.close(0);
    await listener.close();
  });
});

describe('a redirect', () => {
  it('leads through the guard to the server that then runs statements', async () => {
    const account = { username: 'dip', password: 'secret', service: 'crm', answer: () => column('NUMBER', '1') };
    const second = await startOracleServer(account);
    const first = await startOracleServer({
      ...account,
      reply: () => ({ redirect: { host: 'localhost', port: second.port } }),
    });
    const dialled: string[] = [];
    const guard = createTestDialer();
    const dialer: Dialer = {
      dial(host, port, options) {
        dialled.push(`${host}:${port}`);
        return guard.dial(host, port, options);
      },
    };
    const target = atPort(targetFromUrl('oracle', 'oracle://dip:secret@localhost:1/crm'), first.port);
    const pool = new OracleDriver().createPool(target, POOL_OPTIONS, dialer);
    expect((await pool.run(plainStatement('SELECT 1 FROM DUAL'), [], inTime())).rows).toEqual([[1]]);
    expect(dialled).toEqual([`127.0.0.1:${first.port}`, `localhost:${second.port}`]);
    expect(first.sessions).toBe(0);
    await pool.close(0);
    await first.close();
    await second.close();
  });

  it('is not followed to where the guard says no', async () => {
    const first = await startTnsListener({ reply: () => ({ redirect: { host: '169.254.169.254', port: 1521 } }) });
    const target = targetFromUrl('oracle', `oracle://dip:secret@127.0.0.1:${first.port}/crm`);
    const pool = new OracleDriver().createPool(target, POOL_OPTIONS, createTestDialer());
    await expect(pool.run(LOOKUP, [], inTime())).rejects.toMatchObject({ kind: 'egress-denied' });
    await pool.close(0);
    await first.close();
  });
});
