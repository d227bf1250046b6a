import type { AnswerStatement, OracleAnswer } from '../support/doubles/oracle-server/oracle-answer.ts';
import type { OracleTypeName, OracleValue } from '../support/doubles/oracle-server/oracle-types.ts';
import { TABLE_ROWS } from './driver-execution-conformance.ts';
import type { Dialect } from './driver-fixture.ts';

const UTC = '2026-02-03T02:05:06.789Z';

/** Oracle SQL that a real server understands and that the double has answers for. */
export const ORACLE_DIALECT: Dialect = {
  one: 'SELECT 1 AS VALUE FROM DUAL',
  serverVersion: /^\d+\.\d+/,
  // A query, because a block is not run where the access is read.
  sleep: (seconds, marker) =>
    'WITH FUNCTION nap RETURN NUMBER IS BEGIN ' +
    `DBMS_SESSION.SLEEP(${seconds}); RETURN 1; END; SELECT nap /* ${marker} */ AS VALUE FROM DUAL`,
  echoText: 'SELECT CAST(:1 AS VARCHAR2(4000)) AS VALUE FROM DUAL',
  echoes: [
    { name: 'null', statement: 'SELECT CAST(:1 AS VARCHAR2(4000)) AS VALUE FROM DUAL', value: null, expected: null },
    { name: 'integer', statement: 'SELECT CAST(:1 AS NUMBER) AS VALUE FROM DUAL', value: 42, expected: 42 },
    { name: 'float', statement: 'SELECT CAST(:1 AS BINARY_DOUBLE) AS VALUE FROM DUAL', value: 0.1, expected: 0.1 },
    {
      name: 'bigint',
      statement: 'SELECT CAST(:1 AS NUMBER) AS VALUE FROM DUAL',
      value: 9_007_199_254_740_993n,
      expected: '9007199254740993',
    },
    { name: 'boolean', statement: 'SELECT CAST(:1 AS NUMBER) AS VALUE FROM DUAL', value: true, expected: 1 },
    {
      name: 'date',
      statement: 'SELECT CAST(:1 AS TIMESTAMP(3) WITH TIME ZONE) AS VALUE FROM DUAL',
      value: new Date(UTC),
      expected: '2026-02-03T02:05:06.789Z',
    },
    {
      name: 'binary',
      statement: 'SELECT CAST(:1 AS RAW(16)) AS VALUE FROM DUAL',
      value: new Uint8Array([0, 1, 254, 255]),
      expected: Buffer.from([0, 1, 254, 255]),
    },
    {
      name: 'unicode',
      statement: 'SELECT CAST(:1 AS VARCHAR2(4000)) AS VALUE FROM DUAL',
      value: 'Zoë 渡辺 😀',
      expected: 'Zoë 渡辺 😀',
    },
  ],
  types: [
    { name: 'null', statement: 'SELECT CAST(NULL AS NUMBER) AS VALUE FROM DUAL', expected: null },
    { name: 'integer', statement: 'SELECT 7 AS VALUE FROM DUAL', expected: 7 },
    {
      name: 'bigint within 2^53',
      statement: 'SELECT 9007199254740991 AS VALUE FROM DUAL',
      expected: 9_007_199_254_740_991,
    },
    {
      name: 'bigint beyond 2^53',
      statement: 'SELECT 9223372036854775807 AS VALUE FROM DUAL',
      expected: '9223372036854775807',
    },
    {
      name: 'decimal',
      statement: 'SELECT 12345678901234567890.0123456789 AS VALUE FROM DUAL',
      expected: '12345678901234567890.0123456789',
    },
    { name: 'double', statement: 'SELECT 1.5d AS VALUE FROM DUAL', expected: 1.5 },
    { name: 'boolean', statement: 'SELECT TRUE AS VALUE FROM DUAL', expected: true, needs: 'booleanType' },
    { name: 'date', statement: "SELECT DATE '2026-02-03' AS VALUE FROM DUAL", expected: '2026-02-03T00:00:00' },
    {
      name: 'timestamp',
      statement: "SELECT TIMESTAMP '2026-02-03 04:05:06.789' AS VALUE FROM DUAL",
      expected: '2026-02-03T04:05:06.789',
    },
    {
      name: 'timestamp with time zone',
      statement: "SELECT TIMESTAMP '2026-02-03 04:05:06.789 +02:00' AS VALUE FROM DUAL",
      expected: '2026-02-03T02:05:06.789Z',
      needs: 'zonedTimestamp',
    },
    { name: 'binary', statement: "SELECT HEXTORAW('00ff') AS VALUE FROM DUAL", expected: [0, 255] },
    { name: 'unicode', statement: "SELECT 'Zoë 渡辺 😀' AS VALUE FROM DUAL", expected: 'Zoë 渡辺 😀' },
  ],
  syntaxError: 'SELEC 1',
  missingTable: 'SELECT * FROM NO_SUCH_TABLE',
  stacked: 'SELECT 1 FROM DUAL; SELECT 2 FROM DUAL',
  stackedKind: 'syntax',
  many: 'SELECT LEVEL AS N FROM DUAL CONNECT BY LEVEL <= 100000',
  wide:
    "SELECT RPAD('x', 4000, 'x') AS A, RPAD('x', 4000, 'x') AS B, RPAD('x', 4000, 'x') AS C, " +
    "RPAD('x', 4000, 'x') AS D, RPAD('x', 4000, 'x') AS E FROM DUAL",
  table: {
    insert: 'INSERT INTO dip_notes (id, note) VALUES (:1, :2)',
    slowInsert: (seconds, marker) =>
      `BEGIN INSERT INTO dip_notes (id, note) VALUES (:1, 'slow'); DBMS_SESSION.SLEEP(${seconds}); /* ${marker} */ END;`,
    count: 'SELECT COUNT(*) AS total FROM dip_notes',
    all: 'SELECT id, note FROM dip_notes ORDER BY id',
    lookup: 'SELECT note FROM dip_notes WHERE id = :1',
    byNote: 'SELECT id FROM dip_notes WHERE note = :1',
    removeAdded: 'DELETE FROM dip_notes WHERE id > :1',
  },
};

const ECHO_TYPES: Readonly<Record<string, OracleTypeName>> = {
  'VARCHAR2(4000)': 'VARCHAR2',
  NUMBER: 'NUMBER',
  BINARY_DOUBLE: 'BINARY_DOUBLE',
  'TIMESTAMP(3) WITH TIME ZONE': 'TIMESTAMP_TZ',
  'RAW(16)': 'RAW',
};

const CONSTANTS: Readonly<Record<string, readonly [OracleTypeName, OracleValue]>> = {
  '1 AS VALUE': ['NUMBER', '1'],
  'CAST(NULL AS NUMBER) AS VALUE': ['NUMBER', null],
  '7 AS VALUE': ['NUMBER', '7'],
  '9007199254740991 AS VALUE': ['NUMBER', '9007199254740991'],
  '9223372036854775807 AS VALUE': ['NUMBER', '9223372036854775807'],
  '12345678901234567890.0123456789 AS VALUE': ['NUMBER', '12345678901234567890.0123456789'],
  '1.5d AS VALUE': ['BINARY_DOUBLE', 1.5],
  "DATE '2026-02-03' AS VALUE": ['DATE', '2026-02-03T00:00:00'],
  "TIMESTAMP '2026-02-03 04:05:06.789' AS VALUE": ['TIMESTAMP', '2026-02-03T04:05:06.789'],
  "TIMESTAMP '2026-02-03 04:05:06.789 +02:00' AS VALUE": ['TIMESTAMP_TZ', UTC],
  "HEXTORAW('00ff') AS VALUE": ['RAW', Buffer.from([0, 255])],
  "'Zoë 渡辺 😀' AS VALUE": ['VARCHAR2', 'Zoë 渡辺 😀'],
};

/** The answers of a server with the suite's table, which is kept as long as the script. */
export function createOracleScript(): AnswerStatement {
  const answerTable = createNotes();
  return (statement, binds) =>
    answerTable(statement, binds) ??
    answerRefused(statement) ??
    answerEcho(statement, binds) ??
    answerConstant(statement);
}

function answerRefused(statement: string): OracleAnswer | undefined {
  if (statement.includes('DBMS_SESSION.SLEEP')) return 'never';
  if (statement.includes(';')) return { error: 933, message: 'SQL command not properly ended', offset: 18 };
  if (statement.startsWith('SELEC ')) return { error: 900, message: 'invalid SQL statement', offset: 0 };
  return undefined;
}

function answerEcho(statement: string, [bind = null]: readonly OracleValue[]): OracleAnswer | undefined {
  const type = ECHO_TYPES[/^SELECT CAST\(:1 AS (.+)\) AS VALUE FROM DUAL$/.exec(statement)?.[1] ?? ''];
  return type && one('VALUE', type, bind);
}

function answerConstant(statement: string): OracleAnswer | undefined {
  if (statement.includes('DATABASE_ROLE')) return one('ROLE', 'VARCHAR2', 'PRIMARY');
  const constant = CONSTANTS[statement.replace(/^SELECT | FROM DUAL$/g, '')];
  return constant && one('VALUE', constant[0], constant[1]);
}

function one(name: string, type: OracleTypeName, value: OracleValue): OracleAnswer {
  return { columns: [{ name, type }], rows: [[value]] };
}

function createNotes(): AnswerStatement {
  const notes = new Map(Array.from({ length: TABLE_ROWS }, (_, index) => [index + 1, `note-${index + 1}`]));
  const id = { name: 'ID', type: 'NUMBER' } as const;
  const note = { name: 'NOTE', type: 'VARCHAR2' } as const;
  const { table, many, wide } = ORACLE_DIALECT;
  return (statement, binds) => {
    const [first = null, second = null] = binds;
    switch (statement) {
      case table.count:
        return one('TOTAL', 'NUMBER', String(notes.size));
      case table.all:
        return { columns: [id, note], rows: [...notes].map(([key, text]) => [String(key), text]) };
      case table.lookup: {
        const found = notes.get(Number(first));
        return { columns: [note], rows: found === undefined ? [] : [[found]] };
      }
      case table.byNote:
        return { columns: [id], rows: [...notes].filter(([, text]) => text === first).map(([key]) => [String(key)]) };
      case table.insert:
        return { changed: 1, onCommit: () => notes.set(Number(first), String(second)) };
      case table.removeAdded: {
        const removed = [...notes.keys()].filter((key) => key > Number(first));
        return { changed: removed.length, onCommit: () => removed.map((key) => notes.delete(key)) };
      }
      case many:
        return { columns: [id], rows: countTo(100_000) };
      case wide:
        return {
          columns: ['A', 'B', 'C', 'D', 'E'].map((name) => ({ name, type: 'VARCHAR2' })),
          rows: [Array.from({ length: 5 }, () => 'x'.repeat(4000))],
        };
      default:
        return undefined;
    }
  };
}

function* countTo(last: number): Iterable<readonly OracleValue[]> {
  for (let value = 1; value <= last; value += 1) yield [String(value)];
}
