import type { Dialect } from './driver-fixture.ts';
import { MOMENT, TYPE_CASES } from './sqlserver-type-cases.ts';

/** T-SQL that a real server understands and that the double has answers for: `sqlserver-answers.ts`. */
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
      expected: new Uint8Array([0, 1, 254, 255]),
    },
    {
      name: 'unicode',
      statement: 'SELECT CAST(@p1 AS nvarchar(max)) AS value',
      value: 'Zoë 渡辺 😀',
      expected: 'Zoë 渡辺 😀',
    },
  ],
  types: TYPE_CASES,
  syntaxError: 'SELEC 1 FROM',
  missingTable: 'SELECT * FROM no_such_table',
  stacked: 'SELECT 1 AS one; SELECT 2 AS two',
  stackedKind: null,
  many: 'SELECT TOP (100000) ROW_NUMBER() OVER (ORDER BY (SELECT NULL)) AS n FROM sys.all_columns a CROSS JOIN sys.all_columns b',
  wide: "SELECT REPLICATE(CAST('x' AS nvarchar(max)), 300000) AS value",
  table: {
    insert: 'INSERT INTO dip_notes (id, note) VALUES (@p1, @p2)',
    // One statement, as a data action is: INSERT ... EXEC ends with the batch that it runs.
    slowInsert: (seconds, marker) =>
      'INSERT INTO dip_notes (id, note) EXEC sys.sp_executesql ' +
      `N'WAITFOR DELAY ''00:00:${seconds}'' /* ${marker} */; SELECT @id, N''slow''', N'@id int', @id = @p1`,
    count: 'SELECT COUNT(*) AS total FROM dip_notes',
    all: 'SELECT id, note FROM dip_notes ORDER BY id',
    lookup: 'SELECT note FROM dip_notes WHERE id = @p1',
    byNote: 'SELECT id FROM dip_notes WHERE note = @p1',
    removeAdded: 'DELETE FROM dip_notes WHERE id > @p1',
  },
};
