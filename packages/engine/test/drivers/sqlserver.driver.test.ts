import { inject } from 'vitest';
import type {} from '../../../../test/support/databases.ts';
import type { Certificate } from '../../../../test/support/tls-certificates.ts';
import { SqlserverDriver } from '../../src/drivers/sqlserver/sqlserver-driver.ts';
import { startTdsDouble } from '../support/doubles/tds-double.ts';
import { plainStatement } from '../support/plain-statement.ts';
import { within } from '../support/within.ts';
import { describeDriver } from './driver-conformance.ts';
import { TABLE_ROWS } from './driver-execution-conformance.ts';
import { atPort, createTestDialer, type DriverFixture, POOL_OPTIONS, targetFromUrl } from './driver-fixture.ts';
import { createSqlserverAnswers } from './sqlserver-answers.ts';
import { SQLSERVER_DIALECT } from './sqlserver-script.ts';

const ACCOUNT = { username: 'dip', password: 'Dip-Pässwörd-1!', database: 'crm' };

/** Compared byte by byte: an injection attempt must find itself and nothing that only looks like it. */
const NOTES_TABLE = [
  'DROP TABLE IF EXISTS dip_notes',
  'CREATE TABLE dip_notes (id int PRIMARY KEY, note nvarchar(2000) COLLATE Latin1_General_BIN2)',
  `INSERT INTO dip_notes SELECT value, CONCAT(N'note-', value) FROM GENERATE_SERIES(1, ${TABLE_ROWS})`,
];

const url = inject('sqlserverUrl');
process.stdout.write(
  url === null
    ? 'sqlserver: on the TDS 7.4 double; DIP_TEST_SQLSERVER_URL=sqlserver://user:password@host:1433/database runs it on a real one\n'
    : 'sqlserver: on the server of DIP_TEST_SQLSERVER_URL\n',
);
describeDriver('sqlserver', url === null ? openDouble : () => openReal(url));

async function openDouble(): Promise<DriverFixture> {
  const double = await startTdsDouble({ ...ACCOUNT, answer: createSqlserverAnswers() });
  return {
    driver: new SqlserverDriver(),
    target: targetAt(double.port),
    dialect: SQLSERVER_DIALECT,
    countRunning: async (marker) => double.running.filter((statement) => statement.includes(marker)).length,
    killSessions: async (applicationName) => double.kill(applicationName),
    restart: () => double.restart(),
    startTlsServer: (certificate) => startTlsServer(certificate),
    close: () => double.close(),
  };
}

async function startTlsServer(certificate: Certificate | null) {
  const double = await startTdsDouble({
    ...ACCOUNT,
    answer: createSqlserverAnswers(),
    ...(certificate ? { certificate } : {}),
  });
  return { target: atPort(targetAt(double.port), double.port, 'localhost'), close: () => double.close() };
}

function targetAt(port: number) {
  const { username, password, database } = ACCOUNT;
  const credentials = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
  return targetFromUrl('sqlserver', `sqlserver://${credentials}@127.0.0.1:${port}/${database}`);
}

async function openReal(serverUrl: string): Promise<DriverFixture> {
  const driver = new SqlserverDriver();
  const target = targetFromUrl('sqlserver', serverUrl, { mode: 'required', verification: 'none' });
  const admin = driver.createPool(target, { ...POOL_OPTIONS, applicationName: 'dip-admin' }, createTestDialer());
  const run = async (statement: string, parameters: string[]) =>
    (await admin.run(plainStatement(statement), parameters, within(10_000))).rows;
  for (const statement of NOTES_TABLE) await run(statement, []);
  return {
    driver,
    target,
    dialect: SQLSERVER_DIALECT,
    async countRunning(marker) {
      const statement =
        'SELECT r.session_id FROM sys.dm_exec_requests r CROSS APPLY sys.dm_exec_sql_text(r.sql_handle) t ' +
        "WHERE r.session_id <> @@SPID AND t.text LIKE '%' + @p1 + '%'";
      return (await run(statement, [marker])).length;
    },
    async killSessions(applicationName) {
      const rows = await run('SELECT session_id FROM sys.dm_exec_sessions WHERE program_name = @p1', [applicationName]);
      for (const [id] of rows) await run(`KILL ${Number(id)}`, []).catch(() => {});
    },
    close: () => admin.close(0),
  };
}
