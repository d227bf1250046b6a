import pg from 'pg';
import { describe, inject, it } from 'vitest';
import type {} from '../../../../test/support/databases.ts';
import { startEmbeddedPostgres } from '../../../../test/support/embedded-postgres.ts';
import type { Certificate } from '../../../../test/support/tls-certificates.ts';
import { PostgresqlDriver } from '../../src/drivers/postgresql/postgresql-driver.ts';
import { describeDriver } from './driver-conformance.ts';
import { TABLE_ROWS } from './driver-execution-conformance.ts';
import { atPort, type Dialect, type DriverFixture, targetFromUrl } from './driver-fixture.ts';

const DIALECT: Dialect = {
  one: 'SELECT 1',
  serverVersion: /^\d+\.\d+/,
  sleep: (seconds, marker) => `SELECT pg_sleep(${seconds}) /* ${marker} */`,
  echoText: 'SELECT $1::text',
  echoes: [
    { name: 'null', statement: 'SELECT $1::text', value: null, expected: null },
    { name: 'integer', statement: 'SELECT $1::int', value: 42, expected: 42 },
    { name: 'float', statement: 'SELECT $1::float8', value: 0.1, expected: 0.1 },
    { name: 'bigint', statement: 'SELECT $1::int8', value: 9_007_199_254_740_993n, expected: '9007199254740993' },
    { name: 'boolean', statement: 'SELECT $1::boolean', value: true, expected: true },
    {
      name: 'date',
      statement: 'SELECT $1::timestamptz',
      value: new Date('2026-02-03T04:05:06.789Z'),
      expected: '2026-02-03T04:05:06.789Z',
    },
    {
      name: 'binary',
      statement: 'SELECT $1::bytea',
      value: new Uint8Array([0, 1, 254, 255]),
      expected: Buffer.from([0, 1, 254, 255]),
    },
    { name: 'unicode', statement: 'SELECT $1::text', value: 'Zoë 渡辺 😀', expected: 'Zoë 渡辺 😀' },
  ],
  types: [
    { name: 'null', statement: 'SELECT NULL::int', expected: null },
    { name: 'smallint', statement: 'SELECT 7::smallint', expected: 7 },
    { name: 'bigint within 2^53', statement: 'SELECT 9007199254740991::bigint', expected: 9_007_199_254_740_991 },
    { name: 'bigint beyond 2^53', statement: 'SELECT 9223372036854775807::bigint', expected: '9223372036854775807' },
    {
      name: 'decimal',
      statement: 'SELECT 12345678901234567890.0123456789::numeric',
      expected: '12345678901234567890.0123456789',
    },
    { name: 'double', statement: 'SELECT 1.5::float8', expected: 1.5 },
    { name: 'boolean', statement: 'SELECT true', expected: true, needs: 'booleanType' },
    { name: 'date', statement: "SELECT date '2026-02-03'", expected: '2026-02-03' },
    { name: 'time', statement: "SELECT time '04:05:06.789'", expected: '04:05:06.789' },
    { name: 'timestamp', statement: "SELECT timestamp '2026-02-03 04:05:06.789'", expected: '2026-02-03T04:05:06.789' },
    {
      name: 'timestamp with time zone',
      statement: "SELECT timestamptz '2026-02-03 04:05:06.789+02'",
      expected: '2026-02-03T02:05:06.789Z',
      needs: 'zonedTimestamp',
    },
    { name: 'binary', statement: "SELECT '\\x00ff'::bytea", expected: [0, 255] },
    { name: 'unicode', statement: "SELECT 'Zoë 渡辺 😀'", expected: 'Zoë 渡辺 😀' },
    { name: 'json', statement: `SELECT '{"a": 1}'::json`, expected: '{"a": 1}' },
  ],
  syntaxError: 'SELEC 1',
  missingTable: 'SELECT * FROM no_such_table',
  stacked: 'SELECT 1; SELECT 2',
  stackedKind: 'syntax',
  many: 'SELECT n FROM generate_series(1, 100000) AS n',
  wide: "SELECT repeat('x', 300000)",
  table: {
    insert: 'INSERT INTO dip_notes (id, note) VALUES ($1, $2)',
    slowInsert: (seconds, marker) =>
      `INSERT INTO dip_notes (id, note) SELECT $1, pg_sleep(${seconds})::text /* ${marker} */`,
    count: 'SELECT count(*) FROM dip_notes',
    all: 'SELECT id, note FROM dip_notes ORDER BY id',
    lookup: 'SELECT note FROM dip_notes WHERE id = $1',
    byNote: 'SELECT id FROM dip_notes WHERE note = $1',
    removeAdded: 'DELETE FROM dip_notes WHERE id > $1',
  },
};

const NOTES_TABLE = [
  'DROP TABLE IF EXISTS dip_notes',
  'CREATE TABLE dip_notes (id int PRIMARY KEY, note text)',
  `INSERT INTO dip_notes SELECT n, 'note-' || n FROM generate_series(1, ${TABLE_ROWS}) AS n`,
];

const url = inject('postgresUrl');
if (url === null) {
  describe.skip('postgresql driver: left out by ENGINES', () => it('runs on a real PostgreSQL', () => {}));
} else {
  describeDriver('postgresql', () => openFixture(url));
}

async function openFixture(sharedUrl: string): Promise<DriverFixture> {
  // A server of its own: the suite restarts it and ends sessions.
  const own = process.env.DIP_TEST_POSTGRES_URL ? undefined : await startEmbeddedPostgres();
  const serverUrl = own?.url ?? sharedUrl;
  const query = async (text: string, values: string[]): Promise<unknown[]> => {
    const admin = new pg.Client({ connectionString: serverUrl });
    await admin.connect();
    try {
      return (await admin.query(text, values)).rows;
    } finally {
      await admin.end();
    }
  };
  for (const statement of NOTES_TABLE) await query(statement, []);
  return {
    driver: new PostgresqlDriver(),
    target: targetFromUrl('postgresql', serverUrl),
    dialect: DIALECT,
    async countRunning(marker) {
      const text =
        "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE $1";
      return (await query(text, [`%${marker}%`])).length;
    },
    async killSessions(applicationName) {
      await query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [
        applicationName,
      ]);
    },
    ...(own ? { restart: () => own.restart('immediate') } : {}),
    startTlsServer: (certificate) => startTlsServer(certificate),
    close: async () => own?.close(),
  };
}

async function startTlsServer(certificate: Certificate | null) {
  const server = await startEmbeddedPostgres(
    certificate
      ? {
          settings: { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key' },
          files: { 'server.crt': certificate.certificate, 'server.key': certificate.privateKey },
        }
      : {},
  );
  const target = atPort(targetFromUrl('postgresql', server.url), server.port, 'localhost');
  return { target, close: () => server.close() };
}
