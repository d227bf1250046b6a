import { describe, expect, it } from 'vitest';
import type { DriverErrorKind } from '../../../src/drivers/driver.ts';
import { FetchFailure } from '../../support/doubles/oracle-server/oracle-answer.ts';
import { plainStatement } from '../../support/plain-statement.ts';
import { closeOraclesAfterEach, column, inTime, openOracle } from './oracle-wire.ts';

const LOOKUP = plainStatement('SELECT name FROM customers', { access: 'read', maxRows: 1 });

closeOraclesAfterEach();

function toCode(number: number): string {
  return `ORA-${String(number).padStart(5, '0')}`;
}

describe('a listener that refuses', () => {
  it.each<[number, DriverErrorKind]>([
    [12514, 'database-not-found'],
    [12505, 'database-not-found'],
    [12516, 'too-many-connections'],
    [12519, 'too-many-connections'],
    [12520, 'too-many-connections'],
    [12528, 'connection-lost'],
    [12541, 'refused'],
    [12599, 'refused'],
  ])('with %i is %s', async (number, kind) => {
    const { pool } = await openOracle({ answer: () => undefined, reply: () => ({ refuse: number }) });
    await expect(pool.run(LOOKUP, [], inTime())).rejects.toMatchObject({ kind, vendorCode: toCode(number) });
  });
});

describe('a server that refuses a login', () => {
  it.each<[number, DriverErrorKind]>([
    [18, 'too-many-connections'],
    [20, 'too-many-connections'],
    [1033, 'connection-lost'],
    [1034, 'connection-lost'],
    [1045, 'permission'],
    [28000, 'authentication'],
    [28001, 'authentication'],
  ])('with ORA-%i is %s', async (number, kind) => {
    const { pool } = await openOracle({ answer: () => undefined, loginError: number });
    await expect(pool.run(LOOKUP, [], inTime())).rejects.toMatchObject({ kind, vendorCode: toCode(number) });
    expect(pool.statistics().open).toBe(0);
  });

  it.each(['19c', '23ai'] as const)('of %s by a wrong password says authentication, by its number', async (release) => {
    const { pool } = await openOracle({ answer: () => undefined, release, password: 'another' });
    await expect(pool.run(LOOKUP, [], inTime())).rejects.toMatchObject({
      kind: 'authentication',
      vendorCode: 'ORA-01017',
    });
  });
});

describe('a statement that fails', () => {
  it.each<[number, DriverErrorKind, boolean]>([
    [60, 'unknown', true],
    [904, 'syntax', true],
    [933, 'syntax', true],
    [942, 'syntax', true],
    [1008, 'syntax', true],
    [1013, 'query-timeout', false],
    [1031, 'permission', true],
    [1722, 'unknown', true],
    [1456, 'read-only', false],
    [16000, 'read-only', false],
    [16456, 'read-only', false],
    [28, 'connection-lost', false],
    [1012, 'connection-lost', false],
    [1089, 'connection-lost', false],
    [3113, 'connection-lost', false],
    [3114, 'connection-lost', false],
    [3135, 'connection-lost', false],
  ])('with ORA-%i is %s, and whether its session stays: %s', async (number, kind, stays) => {
    const { pool } = await openOracle({
      answer: (statement) => (statement === LOOKUP.text ? { error: number } : column('NUMBER', '1')),
    });
    await expect(pool.run(LOOKUP, [], inTime())).rejects.toMatchObject({ kind, vendorCode: toCode(number) });
    expect(pool.statistics().open).toBe(stays ? 1 : 0);
    expect((await pool.run(plainStatement('SELECT 1 FROM DUAL'), [], inTime())).rows).toEqual([[1]]);
  });

  it('because the server hangs up in the middle of it is connection-lost', async () => {
    const { pool } = await openOracle({
      answer: (statement) => (statement === LOOKUP.text ? 'hang-up' : column('NUMBER', '1')),
    });
    await expect(pool.run(LOOKUP, [], inTime())).rejects.toMatchObject({ kind: 'connection-lost' });
    expect((await pool.run(plainStatement('SELECT 1 FROM DUAL'), [], inTime())).rows).toEqual([[1]]);
  });

  it('between two batches of rows can be run again, and is prepared again', async () => {
    let times = 0;
    function* rows(): Generator<readonly string[]> {
      times += 1;
      for (let row = 0; row < 600; row += 1) {
        if (row === 300 && times === 1) throw new FetchFailure(1555);
        yield [String(row)];
      }
    }
    const { server, pool } = await openOracle({
      answer: () => ({ columns: [{ name: 'N', type: 'NUMBER' }], rows: rows() }),
    });
    const all = plainStatement('SELECT n FROM numbers', { access: 'read', maxRows: 400 });
    await expect(pool.run(all, [], inTime())).rejects.toMatchObject({ kind: 'unknown', vendorCode: 'ORA-01555' });
    for (let run = 0; run < 3; run += 1) expect((await pool.run(all, [], inTime())).rows).toHaveLength(400);
    expect(pool.statistics().open).toBe(1);
    expect(server.openCursors).toBeLessThanOrEqual(2);
    const runs = server.calls.filter(({ call, statement }) => statement === all.text && call !== 'fetch');
    expect(runs.map(({ call }) => call)).toEqual(['execute', 'execute', 'execute', 'reexecute']);
  });

  it('by its values is prepared again, and closes its cursors', async () => {
    const { server, pool } = await openOracle({
      answer: (_statement, [bind = null]) => (bind === 'bad' ? { error: 1722 } : column('NUMBER', '1')),
    });
    const byText = plainStatement('SELECT 1 FROM t WHERE n = :1', { access: 'read', maxRows: 1 });
    for (const value of ['ok', 'ok', 'bad', 'ok', 'ok', 'ok'])
      await pool.run(byText, [value], inTime()).catch(() => {});
    const calls = server.calls.filter(({ statement }) => statement === byText.text).map(({ call }) => call);
    expect(calls).toEqual(['execute', 'reexecute', 'reexecute', 'execute', 'execute', 'reexecute']);
    expect(server.openCursors).toBeLessThanOrEqual(2);
  });

  it('with too few values is syntax, and nothing is sent', async () => {
    const { server, pool } = await openOracle({ answer: () => column('NUMBER', '1') });
    const statement = plainStatement('SELECT 1 FROM t WHERE a = :1 AND b = :2');
    await expect(pool.run(statement, ['x'], inTime())).rejects.toMatchObject({ kind: 'syntax', vendorCode: 'NJS-098' });
    expect(server.calls.map(({ call }) => call)).toEqual(['login', 'execute']);
  });

  it('for a column that has no form as a value is syntax, and its session stays', async () => {
    const answer = () => ({ columns: [{ name: 'FILE', type: 'BFILE' as const }], rows: [] });
    const { pool } = await openOracle({ answer });
    await expect(pool.run(LOOKUP, [], inTime())).rejects.toMatchObject({ kind: 'syntax', vendorCode: undefined });
    expect(pool.statistics()).toMatchObject({ open: 1, idle: 1 });
  });
});
