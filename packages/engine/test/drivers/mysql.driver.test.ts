import { createConnection } from 'mysql2/promise';
import { describe, inject, it } from 'vitest';
import type {} from '../../../../test/support/databases.ts';
import { startMariadb } from '../../../../test/support/mariadb.ts';
import type { Certificate } from '../../../../test/support/tls-certificates.ts';
import { MysqlDriver } from '../../src/drivers/mysql/mysql-driver.ts';
import { describeDriver } from './driver-conformance.ts';
import { TABLE_ROWS } from './driver-execution-conformance.ts';
import { atPort, type Dialect, type DriverFixture, targetFromUrl } from './driver-fixture.ts';

const DIALECT: Dialect = {
  one: 'SELECT 1',
  serverVersion: /^\d+\.\d+/,
  sleep: (seconds, marker) => `SELECT SLEEP(${seconds}) /* ${marker} */`,
  echoText: 'SELECT ?',
  echoes: [
    { name: 'null', statement: 'SELECT ?', value: null, expected: null },
    { name: 'integer', statement: 'SELECT CAST(? AS SIGNED)', value: 42, expected: 42 },
    { name: 'float', statement: 'SELECT ? + 0e0', value: 0.1, expected: 0.1 },
    {
      name: 'bigint',
      statement: 'SELECT CAST(? AS SIGNED)',
      value: 9_007_199_254_740_993n,
      expected: '9007199254740993',
    },
    { name: 'boolean', statement: 'SELECT CAST(? AS SIGNED)', value: true, expected: 1 },
    {
      name: 'date',
      statement: 'SELECT CAST(? AS DATETIME(3))',
      value: new Date('2026-02-03T04:05:06.789Z'),
      expected: '2026-02-03T04:05:06.789',
    },
    {
      name: 'binary',
      statement: 'SELECT CAST(? AS BINARY)',
      value: new Uint8Array([0, 1, 254, 255]),
      expected: Buffer.from([0, 1, 254, 255]),
    },
    { name: 'unicode', statement: 'SELECT ?', value: 'Zoë 渡辺 😀', expected: 'Zoë 渡辺 😀' },
  ],
  types: [
    { name: 'null', statement: 'SELECT NULL', expected: null },
    { name: 'integer', statement: 'SELECT CAST(7 AS SIGNED)', expected: 7 },
    { name: 'bigint within 2^53', statement: 'SELECT 9007199254740991', expected: 9_007_199_254_740_991 },
    { name: 'bigint beyond 2^53', statement: 'SELECT 9223372036854775807', expected: '9223372036854775807' },
    {
      name: 'decimal',
      statement: 'SELECT CAST(12345678901234567890.0123456789 AS DECIMAL(30,10))',
      expected: '12345678901234567890.0123456789',
    },
    { name: 'double', statement: 'SELECT 1.5e0', expected: 1.5 },
    { name: 'boolean', statement: 'SELECT true', expected: true, needs: 'booleanType' },
    { name: 'bit', statement: 'SELECT flag FROM dip_types', expected: true },
    { name: 'date', statement: "SELECT CAST('2026-02-03' AS DATE)", expected: '2026-02-03' },
    { name: 'time', statement: "SELECT CAST('04:05:06.789' AS TIME(3))", expected: '04:05:06.789' },
    { name: 'timestamp', statement: 'SELECT at FROM dip_types', expected: '2026-02-03T04:05:06.789' },
    {
      name: 'timestamp with time zone',
      statement: 'SELECT zoned FROM dip_types',
      expected: '2026-02-03T02:05:06.789Z',
      needs: 'zonedTimestamp',
    },
    { name: 'binary', statement: "SELECT x'00ff'", expected: [0, 255] },
    { name: 'unicode', statement: "SELECT 'Zoë 渡辺 😀'", expected: 'Zoë 渡辺 😀' },
    { name: 'json', statement: 'SELECT document FROM dip_types', expected: '{"a": 1}' },
  ],
  syntaxError: 'SELEC 1',
  missingTable: 'SELECT * FROM no_such_table',
  stacked: 'SELECT 1; SELECT 2',
  stackedKind: 'syntax',
  many: 'SELECT seq FROM seq_1_to_100000',
  wide: "SELECT REPEAT('x', 300000)",
  table: {
    insert: 'INSERT INTO dip_notes (id, note) VALUES (?, ?)',
    slowInsert: (seconds, marker) => `INSERT INTO dip_notes (id, note) SELECT ?, SLEEP(${seconds}) /* ${marker} */`,
    count: 'SELECT COUNT(*) FROM dip_notes',
    all: 'SELECT id, note FROM dip_notes ORDER BY id',
    lookup: 'SELECT note FROM dip_notes WHERE id = ?',
    byNote: 'SELECT id FROM dip_notes WHERE note = ?',
    removeAdded: 'DELETE FROM dip_notes WHERE id > ?',
  },
};

const NOTES_TABLE = [
  'DROP TABLE IF EXISTS dip_notes',
  'CREATE TABLE dip_notes (id INT PRIMARY KEY, note VARCHAR(2000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin) ENGINE=InnoDB',
  `INSERT INTO dip_notes SELECT seq, CONCAT('note-', seq) FROM seq_1_to_${TABLE_ROWS}`,
];

const TYPES_TABLE = [
  'DROP TABLE IF EXISTS dip_types',
  'CREATE TABLE dip_types (flag BIT(1), at DATETIME(3), zoned TIMESTAMP(3) NULL, document JSON)',
  "SET time_zone = '+02:00'",
  `INSERT INTO dip_types VALUES (b'1', '2026-02-03 04:05:06.789', '2026-02-03 04:05:06.789', '{"a": 1}')`,
];

const url = inject('mysqlUrl');
if (url === null) {
  describe.skip('mysql driver: left out by ENGINES', () => it('runs on a real MariaDB', () => {}));
} else {
  describeDriver('mysql', () => openFixture(url));
}

async function openFixture(sharedUrl: string): Promise<DriverFixture> {
  // A server of its own: the suite restarts it and ends sessions.
  const own = process.env.DIP_TEST_MYSQL_URL ? undefined : await startMariadb();
  const serverUrl = own?.url ?? sharedUrl;
  const query = async (text: string, values: (string | number)[] = []): Promise<unknown[][]> => {
    const admin = await createConnection({ uri: serverUrl, rowsAsArray: true });
    try {
      const [rows] = await admin.query(text, values);
      return rows as unknown[][];
    } finally {
      await admin.end();
    }
  };
  const setUp = await createConnection(serverUrl);
  for (const statement of [...TYPES_TABLE, ...NOTES_TABLE]) await setUp.query(statement);
  await setUp.end();
  // MariaDB keeps no connection attributes with the performance schema off, so sessions are told apart by being ours.
  return {
    driver: new MysqlDriver(),
    target: targetFromUrl('mysql', serverUrl),
    dialect: DIALECT,
    async countRunning(marker) {
      const text = 'SELECT ID FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND INFO LIKE ?';
      return (await query(text, [`%${marker}%`])).length;
    },
    async killSessions() {
      const rows = await query(
        'SELECT ID FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND USER = ?',
        [decodeURIComponent(new URL(serverUrl).username)],
      );
      for (const [id] of rows) await query(`KILL CONNECTION ${Number(id)}`).catch(() => {});
    },
    ...(own ? { restart: () => own.restart('SIGKILL') } : {}),
    startTlsServer: (certificate) => startTlsServer(certificate),
    close: async () => own?.close(),
  };
}

async function startTlsServer(certificate: Certificate | null) {
  const server = await startMariadb(
    certificate
      ? {
          settings: { 'ssl-cert': '{folder}/server.crt', 'ssl-key': '{folder}/server.key' },
          files: { 'server.crt': certificate.certificate, 'server.key': certificate.privateKey },
        }
      : {},
  );
  const target = atPort(targetFromUrl('mysql', server.url), server.port, 'localhost');
  return { target, close: () => server.close() };
}
