import oracledb from 'oracledb';
import type { OracleBind } from '../../src/drivers/oracle/oracle-module.ts';
import type { OracleAnswer } from '../support/doubles/oracle-double.ts';
import type { Dialect } from './driver-fixture.ts';

const UTC = new Date('2026-02-03T02:05:06.789Z');
/** The digits of a type without zone, as oracledb reads them: in the local time of the process. */
const LOCAL = new Date(2026, 1, 3, 4, 5, 6, 789);

/** Oracle SQL that a real server understands and that the double has answers for. */
export const ORACLE_DIALECT: Dialect = {
  one: 'SELECT 1 AS VALUE FROM DUAL',
  serverVersion: /^\d+\.\d+/,
  sleep: (seconds, marker) => `BEGIN DBMS_SESSION.SLEEP(${seconds}); /* ${marker} */ END;`,
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
      value: UTC,
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

const ECHO_TYPES: Readonly<Record<string, oracledb.DbType>> = {
  'VARCHAR2(4000)': oracledb.DB_TYPE_VARCHAR,
  NUMBER: oracledb.DB_TYPE_NUMBER,
  BINARY_DOUBLE: oracledb.DB_TYPE_BINARY_DOUBLE,
  'TIMESTAMP(3) WITH TIME ZONE': oracledb.DB_TYPE_TIMESTAMP_TZ,
  'RAW(16)': oracledb.DB_TYPE_RAW,
};

const CONSTANTS: Readonly<Record<string, readonly [oracledb.DbType, unknown]>> = {
  '1 AS VALUE': [oracledb.DB_TYPE_NUMBER, '1'],
  'CAST(NULL AS NUMBER) AS VALUE': [oracledb.DB_TYPE_NUMBER, null],
  '7 AS VALUE': [oracledb.DB_TYPE_NUMBER, '7'],
  '9007199254740991 AS VALUE': [oracledb.DB_TYPE_NUMBER, '9007199254740991'],
  '9223372036854775807 AS VALUE': [oracledb.DB_TYPE_NUMBER, '9223372036854775807'],
  '12345678901234567890.0123456789 AS VALUE': [oracledb.DB_TYPE_NUMBER, '12345678901234567890.0123456789'],
  '1.5d AS VALUE': [oracledb.DB_TYPE_BINARY_DOUBLE, 1.5],
  "DATE '2026-02-03' AS VALUE": [oracledb.DB_TYPE_DATE, new Date(2026, 1, 3)],
  "TIMESTAMP '2026-02-03 04:05:06.789' AS VALUE": [oracledb.DB_TYPE_TIMESTAMP, LOCAL],
  "TIMESTAMP '2026-02-03 04:05:06.789 +02:00' AS VALUE": [oracledb.DB_TYPE_TIMESTAMP_TZ, UTC],
  "HEXTORAW('00ff') AS VALUE": [oracledb.DB_TYPE_RAW, Buffer.from([0, 255])],
  "'Zoë 渡辺 😀' AS VALUE": [oracledb.DB_TYPE_VARCHAR, 'Zoë 渡辺 😀'],
};

export function answerOracle(statement: string, binds: readonly OracleBind[]): OracleAnswer | undefined {
  if (statement.includes('DBMS_SESSION.SLEEP')) return 'never';
  if (statement === 'SET TRANSACTION READ ONLY') return { changed: 0 };
  if (statement.includes('DATABASE_ROLE')) return { dbType: oracledb.DB_TYPE_VARCHAR, value: 'PRIMARY' };
  if (statement.includes(';')) return { error: 'ORA-00933' };
  if (statement.startsWith('SELEC ')) return { error: 'ORA-00900' };
  const echo = /^SELECT CAST\(:1 AS (.+)\) AS VALUE FROM DUAL$/.exec(statement);
  const echoType = ECHO_TYPES[echo?.[1] ?? ''];
  if (echoType) {
    const [bind = null] = binds;
    // A NUMBER is fetched as text: the driver asks for it so that no digit is lost.
    const value = echoType === oracledb.DB_TYPE_NUMBER && bind !== null ? String(bind) : bind;
    return { dbType: echoType, value };
  }
  const constant = CONSTANTS[statement.replace(/^SELECT | FROM DUAL$/g, '')];
  return constant && { dbType: constant[0], value: constant[1] };
}
