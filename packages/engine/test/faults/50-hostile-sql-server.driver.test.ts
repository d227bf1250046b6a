import { Request } from 'tedious';
import { describe, expect, it, vi } from 'vitest';
import { type Dialer, DriverError } from '../../src/drivers/driver.ts';
import { GuardedConnection } from '../../src/drivers/sqlserver/guarded-connection.ts';
import { toSqlserverOptions } from '../../src/drivers/sqlserver/sqlserver-options.ts';
import { createTestDialer, POOL_OPTIONS } from '../drivers/driver-fixture.ts';
import { toTarget, useSqlserver } from '../drivers/sqlserver/sqlserver-harness.ts';
import { createSqlserverAnswers } from '../drivers/sqlserver-answers.ts';
import { SQLSERVER_DIALECT } from '../drivers/sqlserver-script.ts';
import { PACKET, writeMessage, writePacket } from '../support/doubles/tds-packets.ts';
import {
  DONE,
  type TdsAnswer,
  writeColumns,
  writeDatabaseChange,
  writeDone,
  writeInfo,
  writeLoginAccepted,
  writeLoginAcknowledged,
  writePacketSizeChange,
  writeRouting,
} from '../support/doubles/tds-tokens.ts';
import * as types from '../support/doubles/tds-types.ts';
import { plainStatement } from '../support/plain-statement.ts';
import { within } from '../support/within.ts';

const MIB = 1024 * 1024;
const inTime = () => within(5_000);
const ATTACK = 'SELECT attack';
const { one } = SQLSERVER_DIALECT;
const { start, open } = useSqlserver();

/** A double that answers `ATTACK` with bytes of its own, and everything else as it should. */
function startAttacker(raw: Iterable<Buffer>) {
  const answers = createSqlserverAnswers();
  const attack: TdsAnswer = { raw };
  return start({ answer: (request) => (request.statement === ATTACK ? attack : answers(request)) });
}

function* endless(bytes: Buffer): Generator<Buffer> {
  for (;;) yield bytes;
}

function* after(first: Buffer, rest: Iterable<Buffer>): Generator<Buffer> {
  yield first;
  yield* rest;
}

const packet = (...tokens: Buffer[]) => writePacket(PACKET.tabularResult, Buffer.concat(tokens), false);
const message = (...tokens: Buffer[]) => writeMessage(PACKET.tabularResult, Buffer.concat(tokens));

interface Attack {
  readonly name: string;
  readonly raw: () => Iterable<Buffer>;
  readonly access?: 'read' | 'write';
  readonly outcome: 'protocol' | 'query-timeout' | 'truncated';
}

const wide = [{ name: 'value', type: types.varbinaryMax }];
const giantHeader = Buffer.alloc(8);
giantHeader.writeBigUInt64LE(2n * 1024n ** 3n);
const giantChunk = Buffer.concat([types.uint32(3_000), Buffer.alloc(3_000)]);
const image = {
  name: 'image',
  information: Buffer.from([0x22, 0, 0, 0, 0x7f, 1, 1, 0, 0x74, 0]),
  write: () => Buffer.alloc(0),
};

const ATTACKS: readonly Attack[] = [
  {
    name: 'a value of two gigabytes in a row',
    raw: () => after(packet(writeColumns(wide), Buffer.from([0xd1]), giantHeader), endless(packet(giantChunk))),
    outcome: 'truncated',
  },
  {
    name: 'the same in the rows of a write, which then has no known end',
    raw: () => after(packet(writeColumns(wide), Buffer.from([0xd1]), giantHeader), endless(packet(giantChunk))),
    access: 'write',
    outcome: 'protocol',
  },
  {
    name: 'rows without an end of which the first are kept',
    raw: () =>
      after(
        packet(writeColumns([{ name: 'n', type: types.int }])),
        endless(packet(Buffer.from([0xd1, 4, 7, 0, 0, 0]))),
      ),
    outcome: 'truncated',
  },
  {
    name: 'messages of the server without an end',
    raw: () => endless(packet(...Array.from({ length: 40 }, () => writeInfo(50_000, 'hello')))),
    outcome: 'protocol',
  },
  {
    name: 'statements of a batch without an end',
    raw: () => endless(packet(...Array.from({ length: 300 }, () => writeDone(DONE.more, 0)))),
    outcome: 'protocol',
  },
  {
    name: 'empty packets without an end',
    raw: () => endless(Buffer.concat(Array.from({ length: 4_096 }, () => packet()))),
    outcome: 'protocol',
  },
  { name: 'a token that does not exist', raw: () => [message(Buffer.from([0x42, 1, 2, 3]))], outcome: 'protocol' },
  {
    name: 'a type that does not exist',
    raw: () => [
      message(
        writeColumns([
          { name: 'x', type: { name: '', information: Buffer.from([0x01]), write: () => Buffer.alloc(0) } },
        ]),
      ),
    ],
    outcome: 'protocol',
  },
  {
    name: 'a row without columns',
    raw: () => [message(Buffer.from([0xd1]), Buffer.from([0x99]))],
    outcome: 'protocol',
  },
  {
    name: 'an answer that ends in the middle of a row',
    raw: () => [message(writeColumns(wide), Buffer.from([0xd1]), giantHeader)],
    outcome: 'protocol',
  },
  {
    name: 'tokens of a login in the midst of a session',
    raw: () => [message(writeLoginAcknowledged(), writeDone(0, 0))],
    outcome: 'protocol',
  },
  {
    name: 'a route in the midst of a session',
    raw: () => [message(writeRouting('169.254.169.254', 1433), writeDone(0, 0))],
    outcome: 'protocol',
  },
  {
    name: 'a packet shorter than its header',
    raw: () => [Buffer.from([4, 1, 0, 3, 0, 0, 1, 0])],
    outcome: 'protocol',
  },
  {
    name: 'a packet longer than what follows',
    raw: () => [Buffer.from([4, 1, 0xff, 0xff, 0, 0, 1, 0])],
    outcome: 'query-timeout',
  },
  {
    name: 'a value that claims two gigabytes and sends none',
    raw: () => [
      packet(
        writeColumns([{ name: 'image', type: image }]),
        Buffer.from([0xd1, 16]),
        Buffer.alloc(24),
        Buffer.from([0, 0, 0, 0x7f]),
      ),
    ],
    outcome: 'query-timeout',
  },
  {
    name: 'packets of no size',
    raw: () => [message(writePacketSizeChange('8'), writeDone(0, 0))],
    outcome: 'protocol',
  },
  {
    name: 'packets of a size that is no number',
    raw: () => [message(writePacketSizeChange('many'), writeDone(0, 0))],
    outcome: 'protocol',
  },
];

describe('a hostile SQL Server', () => {
  it.each(ATTACKS)(
    'that sends $name costs little, and the next call works',
    async ({ raw, access = 'read', outcome }) => {
      const double = await startAttacker(raw());
      const pool = open(double);
      await pool.run(plainStatement(one), [], inTime());
      const memoryBefore = process.memoryUsage().rss;
      const startedAt = performance.now();
      const statement = plainStatement(ATTACK, { access, maxRows: 10, maxBytes: 64 * 1024 });
      const result = await pool.run(statement, [], within(1_000)).catch((error: unknown) => error);
      if (outcome === 'truncated') expect(result).toMatchObject({ truncated: true });
      else expect(result).toMatchObject({ kind: outcome });
      expect(result instanceof DriverError).toBe(outcome !== 'truncated');
      expect(performance.now() - startedAt).toBeLessThan(2_500);
      expect(process.memoryUsage().rss - memoryBefore).toBeLessThan(96 * MIB);
      expect((await pool.run(plainStatement(one), [], inTime())).rows).toEqual([[1]]);
    },
  );

  it('that changes what we do not know is heard to the end, and nothing is printed', async () => {
    const unknown = Buffer.from([0xe3, 3, 0, 99, 0, 0]);
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
    const double = await startAttacker([message(unknown, unknown, writeDone(DONE.count, 5))]);
    expect(await open(double).run(plainStatement(ATTACK), [], inTime())).toMatchObject({ affectedRows: 5 });
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });
});

describe('a SQL Server that lies at the login', () => {
  const accepted = (...tokens: Buffer[]) => Buffer.concat([...tokens, writeDone(0, 0)]);

  it.each<[string, Buffer]>([
    ['says a version that does not exist', accepted(writeLoginAcknowledged(0x99_00_00_04))],
    ['says the version of another century', accepted(writeLoginAcknowledged(0x71_00_00_01))],
    ['speaks another language', accepted(writeLoginAcknowledged(0x74_00_00_04, 9))],
    ['wants packets of no size', accepted(writeLoginAcknowledged(), writePacketSizeChange('0'))],
    ['wants packets of a size below zero', accepted(writeLoginAcknowledged(), writePacketSizeChange('-1'))],
    ['sends rows', accepted(writeLoginAcknowledged(), writeColumns([{ name: 'x', type: types.int }]))],
    ['sends what is not a token', accepted(Buffer.from([0x00, 0x00]))],
    ['talks without an end', Buffer.concat(Array.from({ length: 20_000 }, () => writeInfo(1, 'hello')))],
  ])('and %s is a protocol error', async (_name, acceptance) => {
    const double = await start({ acceptance });
    const startedAt = performance.now();
    await expect(open(double).run(plainStatement(one), [], inTime())).rejects.toMatchObject({ kind: 'protocol' });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it('and acknowledges nothing is a refused login', async () => {
    const double = await start({ acceptance: accepted(writeDatabaseChange('crm')) });
    await expect(open(double).run(plainStatement(one), [], inTime())).rejects.toMatchObject({ kind: 'authentication' });
  });
});

describe('a routing token of SQL Server', () => {
  function listeningDialer(): { readonly dialer: Dialer; readonly dialled: string[] } {
    const dialled: string[] = [];
    const guard = createTestDialer();
    const dialer: Dialer = {
      dial(host, port, options) {
        dialled.push(`${host}:${port}`);
        return guard.dial(host, port, options);
      },
    };
    return { dialer, dialled };
  }

  it('is followed through the guard', async () => {
    const second = await start();
    const first = await start({ routeTo: { host: 'localhost', port: second.port } });
    const { dialer, dialled } = listeningDialer();
    expect((await open(first, {}, dialer).run(plainStatement(one), [], inTime())).rows).toEqual([[1]]);
    expect(dialled).toEqual([`127.0.0.1:${first.port}`, `localhost:${second.port}`]);
  });

  it('is not followed to where the guard says no', async () => {
    const first = await start({ routeTo: { host: '169.254.169.254', port: 1433 } });
    await expect(open(first).run(plainStatement(one), [], inTime())).rejects.toMatchObject({ kind: 'egress-denied' });
  });

  it('is not followed to where nothing listens for longer than to any other host', async () => {
    const gone = await start();
    await gone.close();
    const first = await start({ routeTo: { host: '127.0.0.1', port: gone.port } });
    await expect(open(first).run(plainStatement(one), [], inTime())).rejects.toMatchObject({ kind: 'refused' });
  });

  it('that leads back to where it came from is followed three times and no more', async () => {
    const free = await start();
    const port = free.port;
    await free.close();
    // Two servers that send each other everybody.
    const second = await start({ routeTo: { host: '127.0.0.1', port } });
    const first = await start({ routeTo: { host: '127.0.0.1', port: second.port } });
    const { dialer, dialled } = listeningDialer();
    const there: Dialer = {
      dial: (host, asked, options) => dialer.dial(host, asked === port ? first.port : asked, options),
    };
    const startedAt = performance.now();
    await expect(open(first, {}, there).run(plainStatement(one), [], inTime())).rejects.toMatchObject({
      kind: 'protocol',
    });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(dialled).toHaveLength(4);
    expect(first.logins + second.logins).toBe(4);
  });
});

describe('a session that is dropped while its answer arrives', () => {
  it('hurts nobody: what still comes is for no one', async () => {
    const answers = createSqlserverAnswers();
    const double = await start({
      answer: (request) => (request.statement === ATTACK ? { changed: 1 } : answers(request)),
    });
    const connection = new GuardedConnection(
      toSqlserverOptions(
        toTarget(double.port),
        POOL_OPTIONS,
        { host: '127.0.0.1', port: double.port, timeoutMs: 1_000 },
        async () => createTestDialer().dial('127.0.0.1', double.port, { timeoutMs: 1_000 }),
      ),
    );
    await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
    const outcome = await new Promise<unknown>((resolve) => {
      const request = new Request(ATTACK, (error) => resolve(error));
      // All tokens are there, and tedious is about to be told that the answer is complete.
      request.once('doneProc', () => connection.close());
      connection.execSql(request);
    });
    expect(outcome).toMatchObject({ code: 'ECLOSE' });
    // What nobody catches ends the run of the tests.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(connection.closed).toBe(true);
  });
});

describe('a login answer of SQL Server', () => {
  it('may say twice that it accepts', async () => {
    const double = await start({ acceptance: Buffer.concat([writeLoginAccepted('crm'), writeLoginAccepted('crm')]) });
    expect((await open(double).run(plainStatement(one), [], inTime())).rows).toEqual([[1]]);
  });
});
