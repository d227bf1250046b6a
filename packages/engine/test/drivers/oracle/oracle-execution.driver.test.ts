import { describe, expect, it } from 'vitest';
import type { OracleAnswer } from '../../support/doubles/oracle-server/oracle-answer.ts';
import { plainStatement } from '../../support/plain-statement.ts';
import { within } from '../../support/within.ts';
import { callsOf, closeOraclesAfterEach, column, inTime, openOracle } from './oracle-wire.ts';

const SET_READ_ONLY = 'execute SET TRANSACTION READ ONLY';
const LOOKUP = plainStatement('SELECT name FROM customers WHERE id = :1', { access: 'read', maxRows: 1 });
const INSERT = 'INSERT INTO customers (id) VALUES (:1)';
const LOCK = 'SELECT name FROM customers WHERE id = :1 FOR UPDATE';

function answer(statement: string): OracleAnswer | undefined {
  if (statement === LOCK || statement.includes('@elsewhere')) {
    return { columns: [{ name: 'NAME', type: 'VARCHAR2' }], rows: [['Zoë']], locks: true };
  }
  if (statement.startsWith('SELECT name')) return column('VARCHAR2', 'Zoë');
  if (statement === INSERT) return { changed: 1, onCommit: () => {} };
  if (statement.startsWith('UPDATE locked')) return { error: 60, message: 'deadlock detected' };
  if (statement.startsWith('BEGIN')) return { changed: 0 };
  return undefined;
}

closeOraclesAfterEach();

describe('what goes over the wire', () => {
  it('is settings once a session, then one round trip a look-up: parsed once, executed again by its cursor', async () => {
    const { server, pool } = await openOracle({ answer });
    for (const id of [1, 2, 3]) expect((await pool.run(LOOKUP, [id], inTime())).rows).toEqual([['Zoë']]);
    const [login, settings, ...rest] = callsOf(server);
    expect(login).toBe('login');
    expect(settings).toMatch(/^execute ALTER SESSION SET TIME_ZONE = '\+00:00'/);
    expect(rest).toEqual([`execute ${LOOKUP.text}`, `reexecute ${LOOKUP.text}`, `reexecute ${LOOKUP.text}`]);
  });

  it('is a fetch for each further batch of rows, and no row more than the cap and one', async () => {
    const rows = Array.from({ length: 2_000 }, (_, index) => String(index));
    const { server, pool } = await openOracle({ answer: () => column('NUMBER', ...rows) });
    const statement = plainStatement('SELECT n FROM numbers', { access: 'read', maxRows: 600 });
    const result = await pool.run(statement, [], inTime());
    expect(result.rows.map(([value]) => value)).toEqual(rows.slice(0, 600).map(Number));
    expect(result.truncated).toBe(true);
    expect(callsOf(server).slice(2)).toEqual([
      'execute SELECT n FROM numbers',
      'fetch SELECT n FROM numbers',
      'fetch SELECT n FROM numbers',
    ]);
  });

  it('commits a write with its execution', async () => {
    let isCommitted = false;
    const { server, pool } = await openOracle({
      answer: () => ({
        changed: 1,
        onCommit: () => {
          isCommitted = true;
        },
      }),
    });
    expect((await pool.run(plainStatement(INSERT), [1], inTime())).affectedRows).toBe(1);
    expect(isCommitted).toBe(true);
    expect(callsOf(server).slice(2)).toEqual([`execute ${INSERT}`]);
  });

  it('keeps no more cursors open than the statement cache holds', async () => {
    const { server, pool } = await openOracle({ answer });
    for (let index = 0; index < 150; index += 1) {
      await pool.run(plainStatement(`SELECT name FROM customers_${index}`, { access: 'read' }), [], inTime());
    }
    expect(server.openCursors).toBeLessThanOrEqual(102);
  });

  it('names the application with the first statement', async () => {
    const { server, pool } = await openOracle({ answer }, { applicationName: 'dip-module' });
    await pool.run(LOOKUP, [1], inTime());
    server.kill('somebody else');
    expect(server.sessions).toBe(1);
    server.kill('dip-module');
    await expect.poll(() => server.sessions).toBe(0);
  });
});

describe('access and undo', () => {
  it('has Oracle refuse a change where the access is read, in a transaction that is rolled back', async () => {
    const { server, pool } = await openOracle({ answer });
    await expect(pool.run(plainStatement(INSERT, { access: 'read' }), [1], inTime())).rejects.toMatchObject({
      kind: 'read-only',
      vendorCode: 'ORA-01456',
    });
    expect(callsOf(server).slice(2, 5)).toEqual([SET_READ_ONLY, `execute ${INSERT}`, 'rollback']);
  });

  it('has Oracle refuse a lock where the access is read', async () => {
    const { server, pool } = await openOracle({ answer });
    await expect(pool.run(plainStatement(LOCK, { access: 'read' }), [1], inTime())).rejects.toMatchObject({
      vendorCode: 'ORA-01456',
    });
    expect(callsOf(server)).toContain(SET_READ_ONLY);
  });

  it('rolls back the transaction that a query has all the same', async () => {
    const { server, pool } = await openOracle({ answer });
    const overLink = plainStatement('SELECT name FROM customers@elsewhere', { access: 'read' });
    expect((await pool.run(overLink, [], inTime())).rows).toEqual([['Zoë']]);
    expect(callsOf(server).slice(2)).toEqual([`execute ${overLink.text}`, 'rollback']);
    await pool.run(LOOKUP, [1], inTime());
    expect(callsOf(server).slice(4)).toEqual([`execute ${LOOKUP.text}`]);
  });

  it('leaves no lock behind a query that writes may use, the second time too', async () => {
    const { server, pool } = await openOracle({ answer });
    await pool.run(plainStatement(LOCK), [1], inTime());
    await pool.run(plainStatement(LOCK), [1], inTime());
    expect(callsOf(server).slice(2)).toEqual([`execute ${LOCK}`, `reexecute ${LOCK}`, 'rollback']);
  });

  it.each([
    'BEGIN purge; END;',
    'CALL purge()',
    'DROP TABLE customers',
    'ALTER SYSTEM FLUSH SHARED_POOL',
    '/* x */ COMMIT',
  ])('does not send %s where it could not be held back', async (text) => {
    const { server, pool } = await openOracle({ answer });
    await expect(pool.run(plainStatement(text, { access: 'read' }), [], inTime())).rejects.toMatchObject({
      kind: 'syntax',
    });
    await expect(pool.run(plainStatement(text, { undo: true }), [], inTime())).rejects.toMatchObject({
      kind: 'syntax',
    });
    expect(callsOf(server).slice(2)).toEqual([]);
  });

  it('runs a block where writing is allowed, and gives its session to nobody else', async () => {
    const { server, pool } = await openOracle({ answer });
    await pool.run(plainStatement('BEGIN purge(:1); END;'), ['x'], inTime());
    expect(callsOf(server).slice(2, 3)).toEqual(['execute BEGIN purge(:1); END;']);
    expect(pool.statistics().open).toBe(0);
  });

  it('rolls back what it is told to undo', async () => {
    let isCommitted = false;
    const onCommit = () => {
      isCommitted = true;
    };
    const { server, pool } = await openOracle({ answer: () => ({ changed: 3, onCommit }) });
    expect((await pool.run(plainStatement(INSERT, { undo: true }), [1], inTime())).affectedRows).toBe(3);
    expect(isCommitted).toBe(false);
    expect(callsOf(server).slice(2)).toEqual([`execute ${INSERT}`, 'rollback']);
  });

  it('goes on with the session after a deadlock', async () => {
    const { pool } = await openOracle({ answer });
    await expect(pool.run(plainStatement('UPDATE locked SET n = 1'), [], inTime())).rejects.toMatchObject({
      kind: 'unknown',
      vendorCode: 'ORA-00060',
    });
    expect(pool.statistics()).toMatchObject({ open: 1, idle: 1 });
  });
});

describe('break', () => {
  const slow = plainStatement('SELECT name FROM slow', { access: 'read' });
  const never = (statement: string): OracleAnswer | undefined =>
    statement === slow.text ? 'never' : answer(statement);

  it.each(['19c', '23ai'] as const)('stops the statement on %s, and the session is not used again', async (release) => {
    const { server, pool } = await openOracle({ answer: never, release });
    await pool.run(LOOKUP, [1], inTime());
    await expect(pool.run(slow, [], within(200))).rejects.toMatchObject({ kind: 'query-timeout' });
    await expect.poll(() => server.running).toEqual([]);
    await expect.poll(() => callsOf(server).slice(3)).toEqual([`execute ${slow.text}`, `break ${slow.text}`, 'reset']);
    await expect.poll(() => server.sessions).toBe(0);
    server.forgetCalls();
    await pool.run(LOOKUP, [1], inTime());
    expect(callsOf(server)[0]).toBe('login');
  });

  it('drops a session whose server does not respond to it, within the bound, and serves the next caller', async () => {
    const { server, pool } = await openOracle({ answer: never, ignoresBreak: true });
    const startedAt = performance.now();
    await expect(pool.run(slow, [], within(200))).rejects.toMatchObject({ kind: 'query-timeout' });
    expect(performance.now() - startedAt).toBeLessThan(700);
    expect((await pool.run(LOOKUP, [1], inTime())).rows).toEqual([['Zoë']]);
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    expect(callsOf(server)).toContain(`break ${slow.text}`);
    await expect.poll(() => server.running).toEqual([]);
  });

  it('sends nothing more of a read that was given up between its round trips', async () => {
    const { server, pool } = await openOracle({
      answer: (statement) => (statement === LOCK ? 'never' : answer(statement)),
    });
    const controller = new AbortController();
    const work = pool.run(plainStatement(LOCK, { access: 'read' }), [1], { ...inTime(), signal: controller.signal });
    await expect.poll(() => server.running).toEqual([LOCK]);
    controller.abort();
    await expect(work).rejects.toMatchObject({ kind: 'cancelled' });
    await expect.poll(() => server.sessions).toBe(0);
    expect(callsOf(server).slice(2)).toEqual([SET_READ_ONLY, `execute ${LOCK}`, `break ${LOCK}`, 'reset']);
  });
});

describe('description', () => {
  it('has the server parse, runs nothing and needs no values', async () => {
    const { server, pool } = await openOracle({ answer });
    expect(await pool.describe(LOOKUP, [], inTime())).toEqual({ columns: ['VALUE'], writes: false, plan: null });
    expect(await pool.describe(plainStatement(INSERT), [1], inTime())).toEqual({
      columns: [],
      writes: true,
      plan: null,
    });
    expect(callsOf(server).slice(2)).toEqual([`parse ${LOOKUP.text}`, `parse ${INSERT}`]);
  });

  it('does not say whether a block writes, and does not send DDL, which runs when it is parsed', async () => {
    const { server, pool } = await openOracle({ answer });
    expect(await pool.describe(plainStatement('BEGIN purge; END;'), [], inTime())).toMatchObject({ writes: null });
    expect(await pool.describe(plainStatement('DROP TABLE customers'), [], inTime())).toMatchObject({ writes: true });
    expect(callsOf(server).slice(2)).toEqual(['parse BEGIN purge; END;']);
  });

  it('goes on for as long as one likes on one session', async () => {
    const columns = Array.from({ length: 200 }, (_, index) => ({ name: `C${index}`, type: 'NUMBER' as const }));
    const { pool } = await openOracle({ answer: () => ({ columns, rows: [] }) });
    for (let index = 0; index < 30; index += 1) await pool.describe(LOOKUP, [], inTime());
    expect(pool.statistics().open).toBe(1);
  });
});
