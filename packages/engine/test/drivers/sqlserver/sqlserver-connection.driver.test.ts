import { describe, expect, it } from 'vitest';
import type { DatabaseValue } from '../../../src/drivers/driver.ts';
import type { TdsDouble } from '../../support/doubles/tds-double.ts';
import { PACKET, writeMessage } from '../../support/doubles/tds-packets.ts';
import {
  DONE,
  DONE_TOKEN,
  type TdsAnswer,
  writeColumns,
  writeDone,
  writePlainRow,
  writeReturnStatus,
  writeTransactionChange,
} from '../../support/doubles/tds-tokens.ts';
import * as types from '../../support/doubles/tds-types.ts';
import { plainStatement } from '../../support/plain-statement.ts';
import { within } from '../../support/within.ts';
import { createSqlserverAnswers } from '../sqlserver-answers.ts';
import { SQLSERVER_DIALECT } from '../sqlserver-script.ts';
import { TYPE_CASES, WRITTEN_BY_STATEMENT } from '../sqlserver-type-cases.ts';
import { useSqlserver } from './sqlserver-harness.ts';

const inTime = () => within(5_000);
const { table, one } = SQLSERVER_DIALECT;
const { start, open } = useSqlserver();

const whatHappened = (double: TdsDouble) => double.events.map(({ what }) => what);
const answerWith = (answer: TdsAnswer) => ({ answer: () => answer });
const rawMessage = (...tokens: Buffer[]): TdsAnswer => ({
  raw: [writeMessage(PACKET.tabularResult, Buffer.concat(tokens))],
});

describe('round trips of SQL Server', () => {
  it('takes one for a statement that reads, the rollback included', async () => {
    const double = await start();
    const pool = open(double);
    const lookup = plainStatement(table.lookup, { access: 'read' });
    expect((await pool.run(lookup, [7], inTime())).rows).toEqual([['note-7']]);
    const before = double.requests.length;
    expect((await pool.run(lookup, [8], inTime())).rows).toEqual([['note-8']]);
    expect(double.requests.length - before).toBe(1);
    expect(whatHappened(double).slice(-4)).toEqual(['began', 'started', 'finished', 'rolled back']);
  });

  it('takes one for a statement that writes, without a transaction of ours', async () => {
    const double = await start();
    const pool = open(double);
    expect(await pool.run(plainStatement(table.insert), [1000, 'added'], inTime())).toMatchObject({ affectedRows: 1 });
    expect(whatHappened(double)).toEqual(['started', 'finished']);
    expect(double.requests.at(-1)).toMatchObject({
      statement: table.insert,
      declarations: '@p1 int, @p2 nvarchar(4000)',
      parameters: [1000, 'added'],
    });
  });

  it('hands a reading statement over as a value, so that a comment at its end hides no rollback', async () => {
    const double = await start({ answer: () => ({ changed: 1 }) });
    await open(double).run(plainStatement('DELETE FROM customers --', { access: 'read' }), [], inTime());
    expect(double.requests.at(-1)?.statement).not.toContain('DELETE');
    expect(whatHappened(double)).toEqual(['began', 'started', 'finished', 'rolled back']);
  });

  it('binds a parameter once that stands twice in the text', async () => {
    const text = 'SELECT id FROM customers WHERE phone = @p1 OR mobile = @p1';
    const double = await start({ answer: () => ({ columns: [{ name: 'id', type: types.int }], rows: [] }) });
    await open(double).run(plainStatement(text, { access: 'read' }), ['+431'], inTime());
    expect(double.requests.at(-1)?.parameters).toEqual([text, '@p1 nvarchar(4000)', '+431']);
  });
});

describe('parameters of SQL Server', () => {
  it.each<[string, DatabaseValue, string, unknown]>([
    ['a small integer', 42, 'int', 42],
    ['the least int', -(2 ** 31), 'int', -(2 ** 31)],
    ['an integer above 31 bits', 2 ** 31, 'bigint', 2n ** 31n],
    ['a bigint', 2n ** 63n - 1n, 'bigint', 2n ** 63n - 1n],
    ['an integer above 63 bits', 2n ** 63n, 'nvarchar(4000)', '9223372036854775808'],
    ['a fraction', 0.1, 'float', 0.1],
    ['true', true, 'bit', true],
    ['a decimal as text', '12345678901234567890.0123456789', 'nvarchar(4000)', '12345678901234567890.0123456789'],
    ['a short text', 'Zoë 渡辺 😀', 'nvarchar(4000)', 'Zoë 渡辺 😀'],
    ['an empty text', '', 'nvarchar(4000)', ''],
    ['the longest short text', 'x'.repeat(4_000), 'nvarchar(4000)', 'x'.repeat(4_000)],
    ['a long text', 'x'.repeat(4_001), 'nvarchar(max)', 'x'.repeat(4_001)],
    ['null', null, 'nvarchar(4000)', null],
    ['bytes', new Uint8Array([0, 255]), 'varbinary(8000)', Buffer.from([0, 255])],
    ['no bytes', new Uint8Array(), 'varbinary(8000)', Buffer.alloc(0)],
    ['many bytes', new Uint8Array(8_001), 'varbinary(max)', Buffer.alloc(8_001)],
    ['a moment', new Date('2026-02-03T04:05:06.789Z'), 'datetimeoffset(7)', new Date('2026-02-03T04:05:06.789Z')],
  ])('declares %s so that plans are shared, and sends it whole', async (_name, value, declaration, sent) => {
    const double = await start({ answer: () => ({ changed: 0 }) });
    await open(double).run(plainStatement('UPDATE t SET a = @p1'), [value], inTime());
    expect(double.requests.at(-1)).toMatchObject({ declarations: `@p1 ${declaration}` });
    expect(double.requests.at(-1)?.parameters).toEqual([sent]);
  });
});

describe('results of SQL Server', () => {
  it('reads each type in a plain row as in one with a bitmap of nulls', async () => {
    const cases = TYPE_CASES.flatMap(({ name, statement, expected }) => {
      const known = WRITTEN_BY_STATEMENT.get(statement);
      return known ? [{ name, expected, ...known }] : [];
    });
    expect(cases.length).toBeGreaterThan(60);
    const columns = cases.map(({ name, type }) => ({ name, type }));
    const values = cases.map(({ written }) => written);
    const plain = [writeColumns(columns), writePlainRow(columns, values), writeDone(DONE.count, 1)];
    for (const answer of [{ columns, rows: [values] }, rawMessage(...plain)]) {
      const double = await start(answerWith(answer));
      const { rows } = await open(double).run(plainStatement('SELECT all'), [], inTime());
      expect(rows[0]?.map((value) => (value instanceof Uint8Array ? [...value] : value))).toEqual(
        cases.map(({ expected }) => expected),
      );
    }
  });

  it('gives the rows that the statement changed, not those of its trigger', async () => {
    const double = await start(
      answerWith(
        rawMessage(
          writeDone(DONE.count | DONE.more, 40, DONE_TOKEN.inProcedure),
          writeDone(DONE.count | DONE.more, 3, DONE_TOKEN.inProcedure),
          writeReturnStatus(),
          writeDone(DONE.final, 0, DONE_TOKEN.procedure),
        ),
      ),
    );
    const result = await open(double).run(plainStatement('UPDATE customers SET vip = 1'), [], inTime());
    expect(result).toMatchObject({ affectedRows: 3, columns: [], rows: [] });
  });

  it('keeps the first of several results', async () => {
    const first = [{ name: 'a', type: types.int }];
    const second = [{ name: 'b', type: types.nvarchar }];
    const double = await start(
      answerWith(
        rawMessage(
          writeColumns(first),
          writePlainRow(first, [1]),
          writeDone(DONE.count | DONE.more, 1, DONE_TOKEN.inProcedure),
          writeColumns(second),
          writePlainRow(second, ['x']),
          writeDone(DONE.count, 1, DONE_TOKEN.inProcedure),
        ),
      ),
    );
    expect(await open(double).run(plainStatement('EXEC several'), [], inTime())).toMatchObject({
      columns: ['a'],
      rows: [[1]],
    });
  });
});

describe('caps of SQL Server', () => {
  it('stops the server at the first row too many, and goes on with the same session', async () => {
    let made = 0;
    const answers = createSqlserverAnswers();
    const rows = function* () {
      for (; made < 1_000_000; made += 1) yield [made];
    };
    const double = await start({
      answer: (request) =>
        request.statement === 'SELECT endless'
          ? { columns: [{ name: 'n', type: types.int }], rows: rows() }
          : answers(request),
    });
    const pool = open(double);
    const result = await pool.run(plainStatement('SELECT endless', { access: 'read', maxRows: 10 }), [], inTime());
    expect(result).toMatchObject({ truncated: true });
    expect(result.rows).toHaveLength(10);
    expect(made).toBeLessThan(500_000);
    expect(whatHappened(double)).toEqual(['began', 'started', 'attention', 'rolled back', 'stopped', 'confirmed']);
    const madeAtConfirmation = made;
    expect((await pool.run(plainStatement(one), [], inTime())).rows).toEqual([[1]]);
    expect(made).toBe(madeAtConfirmation);
    expect(double.logins).toBe(1);
  });

  it('hears a rollback with the confirmation of the attention too', async () => {
    const double = await start({ rollsBackIn: 'confirmation' });
    const pool = open(double);
    const many = plainStatement(SQLSERVER_DIALECT.many, { access: 'read', maxRows: 10 });
    expect(await pool.run(many, [], inTime())).toMatchObject({ truncated: true });
    expect((await pool.run(plainStatement(one), [], inTime())).rows).toEqual([[1]]);
    expect(double.logins).toBe(1);
  });

  it('lets a write finish whose rows are more than may be kept: stopping it would undo it', async () => {
    let isUndone = false;
    const columns = [{ name: 'id', type: types.int }];
    const double = await start({
      answer: () => ({
        columns,
        rows: Array.from({ length: 5_000 }, (_, id) => [id]),
        undo: () => {
          isUndone = true;
        },
      }),
    });
    const statement = plainStatement('DELETE FROM old OUTPUT deleted.id', { maxRows: 3 });
    const result = await open(double).run(statement, [], inTime());
    expect(result).toMatchObject({ truncated: true, rows: [[0], [1], [2]] });
    expect(isUndone).toBe(false);
    expect(whatHappened(double)).toEqual(['started', 'finished']);
  });

  it('answers with what it has when the server does not stop, and drops the session', async () => {
    const columns = [{ name: 'n', type: types.int }];
    const rows = function* () {
      yield [1];
      yield [2];
      for (;;) yield [3];
    };
    const answers = createSqlserverAnswers();
    const double = await start({
      ignoresAttention: true,
      answer: (request) => (request.statement === 'SELECT endless' ? { columns, rows: rows() } : answers(request)),
    });
    const pool = open(double);
    const startedAt = performance.now();
    const statement = plainStatement('SELECT endless', { access: 'read', maxRows: 1, maxBytes: 1_000 });
    expect(await pool.run(statement, [], inTime())).toMatchObject({ truncated: true, rows: [[1]] });
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    expect((await pool.run(plainStatement(one), [], inTime())).rows).toEqual([[1]]);
    expect(double.logins).toBe(2);
  });
});

describe('cancelling on SQL Server', () => {
  it('sends an attention at the deadline, and nothing of the statement runs on after its confirmation', async () => {
    const double = await start();
    const pool = open(double);
    const slow = plainStatement(SQLSERVER_DIALECT.sleep(30, 'slow'), { access: 'read' });
    await expect(pool.run(slow, [], within(200))).rejects.toMatchObject({ kind: 'query-timeout' });
    expect((await pool.run(plainStatement(one), [], inTime())).rows).toEqual([[1]]);
    const events = whatHappened(double);
    expect(events.slice(0, 6)).toEqual(['began', 'started', 'attention', 'rolled back', 'stopped', 'confirmed']);
    expect(double.running).toEqual([]);
  });

  it('answers at the deadline and drops the session of a server that ignores the attention', async () => {
    const double = await start({ ignoresAttention: true });
    const pool = open(double);
    const startedAt = performance.now();
    const slow = pool.run(plainStatement(SQLSERVER_DIALECT.sleep(30, 'slow')), [], within(200));
    await expect(slow).rejects.toMatchObject({ kind: 'query-timeout' });
    expect(performance.now() - startedAt).toBeLessThan(700);
    expect((await pool.run(plainStatement(one), [], inTime())).rows).toEqual([[1]]);
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    expect(double.running).toEqual([]);
    expect(whatHappened(double)).not.toContain('confirmed');
  });

  it('cancels a statement in the midst of its rows', async () => {
    const columns = [{ name: 'text', type: types.nvarchar }];
    const rows = function* () {
      for (;;) yield ['x'.repeat(1_000)];
    };
    const answers = createSqlserverAnswers();
    const double = await start({
      answer: (request) => (request.statement === 'SELECT endless' ? { columns, rows: rows() } : answers(request)),
    });
    const pool = open(double);
    const controller = new AbortController();
    const statement = plainStatement('SELECT endless', { maxBytes: 512 * 1024 * 1024 });
    const work = pool.run(statement, [], { ...within(20_000), signal: controller.signal });
    await expect.poll(() => double.running).toEqual(['SELECT endless']);
    controller.abort();
    await expect(work).rejects.toMatchObject({ kind: 'cancelled' });
    await expect.poll(() => double.running).toEqual([]);
    expect((await pool.run(plainStatement(one), [], inTime())).rows).toEqual([[1]]);
  });
});

describe('sessions of SQL Server', () => {
  it('are not used again when a statement left a transaction open', async () => {
    const answers = createSqlserverAnswers();
    const open_ = writeTransactionChange('begin');
    const double = await start({
      answer: (request) =>
        request.statement === 'UPDATE leaves_open'
          ? rawMessage(open_, writeDone(DONE.count, 1, DONE_TOKEN.inProcedure))
          : answers(request),
    });
    const pool = open(double);
    expect(await pool.run(plainStatement('UPDATE leaves_open'), [], inTime())).toMatchObject({ affectedRows: 1 });
    await pool.run(plainStatement(one), [], inTime());
    expect(double.logins).toBe(2);
  });

  it.each([
    ['EXEC dbo.find_customer @p1', 1],
    ['execute [crm].[find_customer] @p1', 1],
    ["EXEC sp_getapplock @Resource = @p1, @LockMode = 'Exclusive', @LockOwner = 'Session'", 2],
    ['EXEC sys.sp_set_session_context @p1, 1', 2],
    ["SET LANGUAGE 'Deutsch' -- @p1", 2],
  ])('are used again after what ends with itself: %s (%i logins)', async (text, logins) => {
    const answers = createSqlserverAnswers();
    const double = await start({
      answer: (request) => (request.statement === text ? { changed: 1 } : answers(request)),
    });
    const pool = open(double);
    await pool.run(plainStatement(text), ['x'], inTime());
    await pool.run(plainStatement(one), [], inTime());
    expect(double.logins).toBe(logins);
  });

  it('are evicted by the error of a database that takes no writes any more', async () => {
    const answers = createSqlserverAnswers();
    const double = await start({
      answer: (request) =>
        request.statement === table.insert ? { error: 3906, message: 'read-only' } : answers(request),
    });
    const pool = open(double);
    await expect(pool.run(plainStatement(table.insert), [1, 'x'], inTime())).rejects.toMatchObject({
      kind: 'read-only',
      vendorCode: '3906',
    });
    expect(pool.statistics().open).toBe(0);
  });

  it('stay after a deadlock, which is worth another try', async () => {
    const double = await start({ answer: () => ({ error: 1205, message: 'deadlock' }) });
    const pool = open(double);
    await expect(pool.run(plainStatement('UPDATE t SET a = 1'), [], inTime())).rejects.toMatchObject({
      vendorCode: '1205',
      retryable: true,
    });
    expect(pool.statistics()).toMatchObject({ open: 1, idle: 1 });
  });
});

describe('descriptions of SQL Server', () => {
  it('name the columns of a statement, and of one without a result none', async () => {
    const double = await start();
    const pool = open(double);
    expect(await pool.describe(plainStatement(table.all), [], inTime())).toEqual({
      columns: ['id', 'note'],
      writes: null,
      plan: null,
    });
    expect(await pool.describe(plainStatement(table.insert), [1, 'x'], inTime())).toMatchObject({ columns: [] });
    expect(double.requests.at(-1)?.parameters.slice(0, 2)).toEqual([table.insert, '@p1 int, @p2 nvarchar(4000)']);
    expect(whatHappened(double)).toEqual([]);
  });

  it.each([
    [11_513, 'dynamic SQL'],
    [11_525, 'a temporary table'],
  ])('say that they do not know the columns after %i (%s)', async (error, message) => {
    const double = await start({ answer: () => ({ error, message }) });
    const described = await open(double).describe(plainStatement('EXEC dynamic'), [], inTime());
    expect(described).toEqual({ columns: null, writes: null, plan: null });
  });

  it('say what is wrong first, and what follows from it not at all', async () => {
    const double = await start({ answer: () => ({ error: 229, message: 'SELECT permission was denied' }) });
    await expect(open(double).describe(plainStatement('SELECT secret'), [], inTime())).rejects.toMatchObject({
      kind: 'permission',
      vendorCode: '229',
    });
  });
});
