import { describe, inject } from 'vitest';
import type {} from '../../../../test/support/databases.ts';
import type { Certificate } from '../../../../test/support/tls-certificates.ts';
import type { DatabaseTarget } from '../../src/drivers/driver.ts';
import { OracleDriver } from '../../src/drivers/oracle/oracle-driver.ts';
import type { OracleReleaseName } from '../support/doubles/oracle-server/oracle-release.ts';
import { startOracleServer } from '../support/doubles/oracle-server/oracle-server.ts';
import { plainStatement } from '../support/plain-statement.ts';
import { within } from '../support/within.ts';
import { describeDriver } from './driver-conformance.ts';
import { TABLE_ROWS } from './driver-execution-conformance.ts';
import {
  atPort,
  createTestDialer,
  type DriverFixture,
  POOL_OPTIONS,
  type TlsServer,
  targetFromUrl,
} from './driver-fixture.ts';
import { createOracleScript, ORACLE_DIALECT } from './oracle-script.ts';

const ACCOUNT = { username: 'dip', password: 'dip-password', service: 'crm' };

const url = inject('oracleUrl');
process.stdout.write(
  url === null
    ? 'oracle: the real oracledb on a wire-level double; DIP_TEST_ORACLE_URL=oracle://user:password@host:1521/service runs it on a real server\n'
    : 'oracle: on the server of DIP_TEST_ORACLE_URL\n',
);
if (url !== null) describeDriver('oracle', () => openReal(url));
else {
  describe.each<OracleReleaseName>(['19c', '23ai'])('on a double of %s', (release) => {
    describeDriver('oracle', () => openDouble(release));
  });
}

async function openDouble(release: OracleReleaseName): Promise<DriverFixture> {
  const server = await startOracleServer({ ...ACCOUNT, release, answer: createOracleScript() });
  return {
    driver: new OracleDriver(),
    target: targetAt(server.port),
    dialect: ORACLE_DIALECT,
    countRunning: async (marker) => server.running.filter((statement) => statement.includes(marker)).length,
    killSessions: async (applicationName) => server.kill(applicationName),
    restart: () => server.restart(),
    async startTlsServer(certificate: Certificate | null): Promise<TlsServer> {
      const secured = await startOracleServer({
        ...ACCOUNT,
        release,
        answer: createOracleScript(),
        ...(certificate ? { certificate } : {}),
      });
      return {
        target: atPort(targetAt(secured.port), secured.port, 'localhost'),
        close: () => secured.close(),
      };
    },
    close: () => server.close(),
  };
}

function targetAt(port: number): DatabaseTarget {
  return targetFromUrl(
    'oracle',
    `oracle://${ACCOUNT.username}:${ACCOUNT.password}@127.0.0.1:${port}/${ACCOUNT.service}`,
  );
}

async function openReal(serverUrl: string): Promise<DriverFixture> {
  const driver = new OracleDriver();
  const target = targetFromUrl('oracle', serverUrl);
  const admin = driver.createPool(target, { ...POOL_OPTIONS, applicationName: 'dip-admin' }, createTestDialer());
  const run = async (statement: string, parameters: string[]) =>
    (await admin.run(plainStatement(statement), parameters, within(10_000))).rows;
  await run('DROP TABLE dip_notes', []).catch(() => {});
  await run('CREATE TABLE dip_notes (id NUMBER PRIMARY KEY, note VARCHAR2(2000 CHAR))', []);
  await run(`INSERT INTO dip_notes SELECT LEVEL, 'note-' || LEVEL FROM DUAL CONNECT BY LEVEL <= ${TABLE_ROWS}`, []);
  return {
    driver,
    target,
    dialect: ORACLE_DIALECT,
    async countRunning(marker) {
      const statement =
        "SELECT s.SID FROM V$SESSION s JOIN V$SQL q ON q.SQL_ID = s.SQL_ID WHERE s.STATUS = 'ACTIVE' " +
        "AND s.AUDSID <> SYS_CONTEXT('USERENV', 'SESSIONID') AND q.SQL_TEXT LIKE '%' || :1 || '%'";
      return (await run(statement, [marker])).length;
    },
    async killSessions(applicationName) {
      const rows = await run('SELECT SID, SERIAL# FROM V$SESSION WHERE MODULE = :1', [applicationName]);
      for (const [id, serial] of rows) {
        await run(`ALTER SYSTEM KILL SESSION '${Number(id)},${Number(serial)}' IMMEDIATE`, []).catch(() => {});
      }
    },
    close: () => admin.close(0),
  };
}
