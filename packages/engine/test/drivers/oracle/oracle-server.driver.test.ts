import oracledb from 'oracledb';
import { afterEach, describe, expect, it } from 'vitest';
import type { OracleReleaseName } from '../../support/doubles/oracle-server/oracle-release.ts';
import {
  type OracleServer,
  type OracleServerOptions,
  startOracleServer,
} from '../../support/doubles/oracle-server/oracle-server.ts';
import { callsOf, column } from './oracle-wire.ts';

const ACCOUNT = { username: 'dip', password: 'dip-password', service: 'crm' };
const servers: OracleServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(options: Pick<OracleServerOptions, 'answer' | 'release'>): Promise<OracleServer> {
  const server = await startOracleServer({ ...ACCOUNT, ...options });
  servers.push(server);
  return server;
}

function connect(server: OracleServer, service = ACCOUNT.service): Promise<oracledb.Connection> {
  return oracledb.getConnection({
    user: ACCOUNT.username,
    password: ACCOUNT.password,
    connectString: `127.0.0.1:${server.port}/${service}`,
  });
}

/** What the double must do for oracledb by itself, without the driver. */
describe.each<OracleReleaseName>(['19c', '23ai'])('the double of %s', (release) => {
  it('says its version, answers ping, and is left in order', async () => {
    const server = await start({ release, answer: () => undefined });
    const session = await connect(server);
    expect(session.oracleServerVersionString).toMatch(release === '19c' ? /^19\.18\./ : /^23\.5\./);
    await session.ping();
    await session.close();
    expect(callsOf(server)).toEqual(['login', 'ping', 'logoff']);
    await expect.poll(() => server.sessions).toBe(0);
  });

  it('refuses a service that it does not know', async () => {
    const server = await start({ release, answer: () => undefined });
    await expect(connect(server, 'other')).rejects.toMatchObject({ code: 'NJS-518' });
  });

  it('keeps a change for commit and forgets it at rollback', async () => {
    let committed = 0;
    const onCommit = () => {
      committed += 1;
    };
    const server = await start({ release, answer: () => ({ changed: 2, onCommit }) });
    const session = await connect(server);
    expect((await session.execute('UPDATE t SET a = 1')).rowsAffected).toBe(2);
    expect(session.transactionInProgress).toBe(true);
    await session.rollback();
    expect(session.transactionInProgress).toBe(false);
    await session.execute('UPDATE t SET a = 1');
    expect(committed).toBe(0);
    await session.commit();
    expect(committed).toBe(1);
    await session.close();
  });

  it('says the number and the place of an error', async () => {
    const server = await start({
      release,
      answer: () => ({ error: 904, message: '"X": invalid identifier', offset: 7 }),
    });
    const session = await connect(server);
    await expect(session.execute('SELECT x FROM t')).rejects.toMatchObject({ errorNum: 904, offset: 7 });
    await session.close();
  });

  it('answers a BREAK that comes too late at the next call, and goes on', async () => {
    const server = await start({ release, answer: () => column('NUMBER', '1') });
    const session = await connect(server);
    await session.break();
    await expect(session.execute('SELECT 1 FROM DUAL')).rejects.toMatchObject({ errorNum: 1013 });
    expect((await session.execute('SELECT 1 FROM DUAL')).rows).toEqual([[1]]);
    await session.close();
  });

  it('closes the cursors that the statement cache gives up', async () => {
    const server = await start({ release, answer: () => column('NUMBER', '1') });
    const session = await connect(server);
    for (let index = 0; index < 60; index += 1) await session.execute(`SELECT ${index} FROM DUAL`);
    expect(server.openCursors).toBeLessThanOrEqual(31);
    await session.close();
  });
});
