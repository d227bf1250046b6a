import { inject } from 'vitest';
import type {} from '../../../../test/support/databases.ts';
import type { Certificate } from '../../../../test/support/tls-certificates.ts';
import type { DatabaseTarget } from '../../src/drivers/driver.ts';
import { OracleDriver } from '../../src/drivers/oracle/oracle-driver.ts';
import { startOracleDouble } from '../support/doubles/oracle-double.ts';
import { plainStatement } from '../support/plain-statement.ts';
import { describeDriver } from './driver-conformance.ts';
import {
  atPort,
  createTestDialer,
  type DriverFixture,
  POOL_OPTIONS,
  type TlsServer,
  targetFromUrl,
} from './driver-fixture.ts';
import { answerOracle, ORACLE_DIALECT } from './oracle-script.ts';

const ACCOUNT = { username: 'dip', password: 'dip-password', service: 'crm' };

const url = inject('oracleUrl');
process.stdout.write(
  url === null
    ? 'oracle: on a double of the module; DIP_TEST_ORACLE_URL=oracle://user:password@host:1521/service runs it on a real one\n'
    : 'oracle: on the server of DIP_TEST_ORACLE_URL\n',
);
describeDriver('oracle', url === null ? openDouble : () => openReal(url));

async function openDouble(): Promise<DriverFixture> {
  const double = await startOracleDouble({ ...ACCOUNT, answer: answerOracle });
  // Where TLS is tested each case has a double and so a module of its own.
  let current = double.module;
  const driver = new OracleDriver({
    ...double.module,
    getConnection: (attributes) => current.getConnection(attributes),
  });
  return {
    driver,
    target: targetAt(double.port),
    dialect: ORACLE_DIALECT,
    countRunning: async (marker) => double.running.filter((statement) => statement.includes(marker)).length,
    killSessions: async (applicationName) => double.kill(applicationName),
    restart: () => double.restart(),
    async startTlsServer(certificate: Certificate | null): Promise<TlsServer> {
      const secured = await startOracleDouble({
        ...ACCOUNT,
        answer: answerOracle,
        ...(certificate ? { certificate } : {}),
      });
      current = secured.module;
      return {
        target: atPort(targetAt(secured.port), secured.port, 'localhost'),
        async close() {
          current = double.module;
          await secured.close();
        },
      };
    },
    close: () => double.close(),
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
    (await admin.run(plainStatement(statement), parameters, { timeoutMs: 10_000 })).rows;
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
