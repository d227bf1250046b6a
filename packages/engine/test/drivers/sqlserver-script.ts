import type { TdsAnswer } from '../support/doubles/tds-tokens.ts';
import * as types from '../support/doubles/tds-types.ts';
import type { Dialect } from './driver-fixture.ts';

const MOMENT = new Date('2026-02-03T04:05:06.789Z');

/** T-SQL that a real server understands and that the double has answers for. */
export const SQLSERVER_DIALECT: Dialect = {
  one: 'SELECT 1 AS one',
  serverVersion: /^\d+\.\d+\.\d+/,
  sleep: (seconds, marker) => `WAITFOR DELAY '00:00:${seconds}' /* ${marker} */`,
  echoText: 'SELECT CAST(@p1 AS nvarchar(max)) AS value',
  echoes: [
    { name: 'null', statement: 'SELECT CAST(@p1 AS nvarchar(max)) AS value', value: null, expected: null },
    { name: 'integer', statement: 'SELECT CAST(@p1 AS int) AS value', value: 42, expected: 42 },
    { name: 'float', statement: 'SELECT CAST(@p1 AS float) AS value', value: 0.1, expected: 0.1 },
    {
      name: 'bigint',
      statement: 'SELECT CAST(@p1 AS bigint) AS value',
      value: 9_007_199_254_740_993n,
      expected: '9007199254740993',
    },
    { name: 'boolean', statement: 'SELECT CAST(@p1 AS bit) AS value', value: true, expected: true },
    {
      name: 'date',
      statement: 'SELECT CAST(@p1 AS datetimeoffset(3)) AS value',
      value: MOMENT,
      expected: '2026-02-03T04:05:06.789Z',
    },
    {
      name: 'binary',
      statement: 'SELECT CAST(@p1 AS varbinary(max)) AS value',
      value: new Uint8Array([0, 1, 254, 255]),
      expected: Buffer.from([0, 1, 254, 255]),
    },
    {
      name: 'unicode',
      statement: 'SELECT CAST(@p1 AS nvarchar(max)) AS value',
      value: 'Zoë 渡辺 😀',
      expected: 'Zoë 渡辺 😀',
    },
  ],
  types: [
    { name: 'null', statement: 'SELECT CAST(NULL AS int) AS value', expected: null },
    { name: 'integer', statement: 'SELECT 7 AS value', expected: 7 },
    {
      name: 'bigint within 2^53',
      statement: 'SELECT CAST(9007199254740991 AS bigint) AS value',
      expected: 9_007_199_254_740_991,
    },
    {
      name: 'bigint beyond 2^53',
      statement: 'SELECT CAST(9223372036854775807 AS bigint) AS value',
      expected: '9223372036854775807',
    },
    { name: 'short decimal', statement: 'SELECT CAST(1234.50 AS decimal(10,2)) AS value', expected: '1234.50' },
    {
      name: 'decimal',
      statement: 'SELECT CAST(12345678901234567890.0123456789 AS decimal(30,10)) AS value',
      expected: '12345678901234567890.0123456789',
      needs: 'exactDecimal',
    },
    { name: 'double', statement: 'SELECT CAST(1.5 AS float) AS value', expected: 1.5 },
    { name: 'boolean', statement: 'SELECT CAST(1 AS bit) AS value', expected: true, needs: 'booleanType' },
    { name: 'date', statement: "SELECT CAST('2026-02-03' AS date) AS value", expected: '2026-02-03' },
    { name: 'time', statement: "SELECT CAST('04:05:06.789' AS time(3)) AS value", expected: '04:05:06.789' },
    {
      name: 'timestamp',
      statement: "SELECT CAST('2026-02-03 04:05:06.789' AS datetime2(3)) AS value",
      expected: '2026-02-03T04:05:06.789',
    },
    {
      name: 'timestamp with time zone',
      statement: "SELECT CAST('2026-02-03 06:05:06.789 +02:00' AS datetimeoffset(3)) AS value",
      expected: '2026-02-03T04:05:06.789Z',
      needs: 'zonedTimestamp',
    },
    { name: 'binary', statement: 'SELECT CAST(0x00ff AS varbinary(2)) AS value', expected: [0, 255] },
    { name: 'unicode', statement: "SELECT N'Zoë 渡辺 😀' AS value", expected: 'Zoë 渡辺 😀' },
  ],
  syntaxError: 'SELEC 1 FROM',
  missingTable: 'SELECT * FROM no_such_table',
  stacked: 'SELECT 1 AS one; SELECT 2 AS two',
  stackedKind: null,
  many: 'SELECT TOP (100000) ROW_NUMBER() OVER (ORDER BY (SELECT NULL)) AS n FROM sys.all_columns a CROSS JOIN sys.all_columns b',
  wide: "SELECT REPLICATE(CAST('x' AS nvarchar(max)), 300000) AS value",
  table: {
    insert: 'INSERT INTO dip_notes (id, note) VALUES (@p1, @p2)',
    slowInsert: (seconds, marker) =>
      `INSERT INTO dip_notes (id, note) VALUES (@p1, N'slow'); WAITFOR DELAY '00:00:${seconds}' /* ${marker} */`,
    count: 'SELECT COUNT(*) AS total FROM dip_notes',
    all: 'SELECT id, note FROM dip_notes ORDER BY id',
    lookup: 'SELECT note FROM dip_notes WHERE id = @p1',
    byNote: 'SELECT id FROM dip_notes WHERE note = @p1',
    removeAdded: 'DELETE FROM dip_notes WHERE id > @p1',
  },
};

const ECHO_TYPES: Readonly<Record<string, types.TdsType>> = {
  'nvarchar(max)': types.nvarchar,
  int: types.int,
  float: types.float,
  bigint: types.bigint,
  bit: types.bit,
  'datetimeoffset(3)': types.datetimeoffset,
  'varbinary(max)': types.varbinary,
};

const CONSTANTS: Readonly<Record<string, readonly [types.TdsType, unknown]>> = {
  'SELECT 1 AS one': [types.int, 1],
  'SELECT 1 AS one; SELECT 2 AS two': [types.int, 1],
  'SELECT CAST(NULL AS int) AS value': [types.int, null],
  'SELECT 7 AS value': [types.int, 7],
  'SELECT CAST(9007199254740991 AS bigint) AS value': [types.bigint, 9_007_199_254_740_991n],
  'SELECT CAST(9223372036854775807 AS bigint) AS value': [types.bigint, 9_223_372_036_854_775_807n],
  'SELECT CAST(1234.50 AS decimal(10,2)) AS value': [types.decimal(10, 2), '1234.50'],
  'SELECT CAST(1.5 AS float) AS value': [types.float, 1.5],
  'SELECT CAST(1 AS bit) AS value': [types.bit, true],
  "SELECT CAST('2026-02-03' AS date) AS value": [types.date, MOMENT],
  "SELECT CAST('04:05:06.789' AS time(3)) AS value": [types.time3, MOMENT],
  "SELECT CAST('2026-02-03 04:05:06.789' AS datetime2(3)) AS value": [types.datetime2, MOMENT],
  "SELECT CAST('2026-02-03 06:05:06.789 +02:00' AS datetimeoffset(3)) AS value": [types.datetimeoffset, MOMENT],
  'SELECT CAST(0x00ff AS varbinary(2)) AS value': [types.varbinary, Buffer.from([0, 255])],
  "SELECT N'Zoë 渡辺 😀' AS value": [types.nvarchar, 'Zoë 渡辺 😀'],
};

/** The double's answers to the statements above, and to what tedious and the driver say by themselves. */
export function answerSqlserver(request: {
  readonly statement: string;
  readonly parameters: readonly unknown[];
}): TdsAnswer | undefined {
  const { parameters } = request;
  // FreeTDS leaves the line end of its prompt on a batch.
  const statement = request.statement.trim();
  if (statement.startsWith('WAITFOR DELAY')) return 'never';
  if (/^(?:set |BEGIN TRANSACTION|IF @@TRANCOUNT)/i.test(statement)) return { changed: 0 };
  if (statement.startsWith('SELEC ')) return { error: 102, message: 'Incorrect syntax.' };
  if (statement.includes('SERVERPROPERTY')) {
    const column = { name: '', type: types.nvarchar };
    return { columns: [column, column], rows: [['16.0.1000.6', 'READ_WRITE']] };
  }
  const echo = /^SELECT CAST\(@p1 AS ([^)]+\)?)\) AS value$/.exec(statement);
  const echoType = ECHO_TYPES[echo?.[1] ?? ''];
  if (echoType) return { columns: [{ name: 'value', type: echoType }], rows: [[parameters[0] ?? null]] };
  const constant = CONSTANTS[statement];
  return constant && { columns: [{ name: 'value', type: constant[0] }], rows: [[constant[1]]] };
}
