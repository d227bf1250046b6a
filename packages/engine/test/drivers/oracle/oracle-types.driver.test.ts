import { describe, expect, it } from 'vitest';
import type { DatabaseValue } from '../../../src/drivers/driver.ts';
import type { OracleTypeName, OracleValue } from '../../support/doubles/oracle-server/oracle-types.ts';
import { plainStatement } from '../../support/plain-statement.ts';
import { closeOraclesAfterEach, column, inTime, openOracle } from './oracle-wire.ts';

closeOraclesAfterEach();

const LARGEST = `${'9'.repeat(38)}`;

describe('values from Oracle', () => {
  it.each<readonly [string, OracleTypeName, OracleValue, unknown]>([
    ['zero', 'NUMBER', '0', 0],
    ['a negative integer', 'NUMBER', '-12345', -12345],
    ['the largest safe integer', 'NUMBER', '9007199254740991', 9_007_199_254_740_991],
    ['an integer beyond 2^53', 'NUMBER', '-9007199254740993', '-9007199254740993'],
    ['38 digits', 'NUMBER', LARGEST, LARGEST],
    ['a fraction, with a digit before the point', 'NUMBER', '0.5', '0.5'],
    ['a negative fraction', 'NUMBER', '-0.25', '-0.25'],
    ['a small fraction', 'NUMBER', '0.000000000000000000000001', '0.000000000000000000000001'],
    ['a hundred', 'NUMBER', '100', 100],
    ['a decimal without loss', 'NUMBER', '12345678901234567890.0123456789', '12345678901234567890.0123456789'],
    ['national text', 'NVARCHAR2', 'Zoë 渡辺 😀', 'Zoë 渡辺 😀'],
    ['a CHAR', 'CHAR', 'ab   ', 'ab   '],
    ['a large text', 'CLOB', 'ß'.repeat(40_000), 'ß'.repeat(40_000)],
    ['a large binary', 'BLOB', Buffer.alloc(300, 7), Buffer.alloc(300, 7)],
    ['a negative double', 'BINARY_DOUBLE', -1.5e-300, -1.5e-300],
    ['a date', 'DATE', '1999-12-31T23:59:59', '1999-12-31T23:59:59'],
    ['a timestamp to the millisecond', 'TIMESTAMP', '2026-02-03T04:05:06.007', '2026-02-03T04:05:06.007'],
    ['an instant', 'TIMESTAMP_TZ', '2026-02-03T04:05:06.789Z', '2026-02-03T04:05:06.789Z'],
    ['an instant in local time', 'TIMESTAMP_LTZ', '2026-02-03T04:05:06.789', '2026-02-03T04:05:06.789Z'],
    ['null in a text', 'VARCHAR2', null, null],
    ['null in a large text', 'CLOB', null, null],
  ])('%s arrives as it is', async (_name, type, value, expected) => {
    const { pool } = await openOracle({ answer: () => column(type, value) });
    const statement = plainStatement('SELECT value FROM t', { access: 'read', maxRows: 2 });
    // The second time by the cursor of the first.
    for (let time = 0; time < 2; time += 1) {
      expect((await pool.run(statement, [], inTime())).rows).toEqual([[expected]]);
    }
  });

  it('true and false of 23ai arrive as such', async () => {
    const { pool } = await openOracle({ release: '23ai', answer: () => column('BOOLEAN', true, false, null) });
    expect((await pool.run(plainStatement('SELECT flag FROM t'), [], inTime())).rows).toEqual([
      [true],
      [false],
      [null],
    ]);
  });

  it('rows of several packets arrive whole', async () => {
    const rows = Array.from({ length: 200 }, (_, index) => `${index}-${'x'.repeat(1_000)}`);
    const { pool } = await openOracle({ answer: () => column('VARCHAR2', ...rows) });
    const result = await pool.run(plainStatement('SELECT value FROM t'), [], inTime());
    expect(result.rows).toEqual(rows.map((row) => [row]));
  });
});

describe('values to Oracle', () => {
  it.each<readonly [string, DatabaseValue, OracleValue]>([
    ['text', "O'Hara 😀", "O'Hara 😀"],
    ['long text', 'ß'.repeat(2_000), 'ß'.repeat(2_000)],
    ['text of several packets', 'ß'.repeat(15_000), 'ß'.repeat(15_000)],
    ['a whole number', -42, '-42'],
    ['a fraction', 0.1, '0.1'],
    ['a small number', 1.5e-7, '0.00000015'],
    ['an integer beyond 2^53, as a number', -9_007_199_254_740_993n, '-9007199254740993'],
    ['true', true, '1'],
    ['false', false, '0'],
    ['null', null, null],
    ['an instant, with its zone', new Date('2026-02-03T04:05:06.789Z'), '2026-02-03T04:05:06.789Z'],
    ['bytes', new Uint8Array([0, 1, 255]), Buffer.from([0, 1, 255])],
  ])('%s arrives as it is', async (_name, value, expected) => {
    const seen: (readonly OracleValue[])[] = [];
    const { pool } = await openOracle({
      answer: (statement, binds) => {
        if (statement.startsWith('SELECT')) seen.push(binds);
        return column('NUMBER', '1');
      },
    });
    const statement = plainStatement('SELECT 1 FROM t WHERE a = :1 AND b = :2', { access: 'read', maxRows: 1 });
    await pool.run(statement, [value, 'x'], inTime());
    await pool.run(statement, [value, 'y'], inTime());
    expect(seen).toEqual([
      [expected, 'x'],
      [expected, 'y'],
    ]);
  });

  it('the same placeholder of another type the next time is told to the server', async () => {
    const seen: OracleValue[] = [];
    const { pool } = await openOracle({
      answer: (statement, [bind = null]) => {
        if (statement.startsWith('SELECT')) seen.push(bind);
        return column('NUMBER', '1');
      },
    });
    const statement = plainStatement('SELECT 1 FROM t WHERE a = :1', { access: 'read', maxRows: 1 });
    for (const value of ['7', 7, null, 'a longer text']) await pool.run(statement, [value], inTime());
    expect(seen).toEqual(['7', '7', null, 'a longer text']);
  });
});
