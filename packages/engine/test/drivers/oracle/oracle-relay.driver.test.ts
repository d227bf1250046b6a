import oracledb from 'oracledb';
import { afterEach, describe, expect, it } from 'vitest';
import { startSilentServer } from '../../../../../test/support/silent-server.ts';
import { createCertificateAuthority } from '../../../../../test/support/tls-certificates.ts';
import { type DatabaseTarget, type Dialer, DriverError, type TlsSettings } from '../../../src/drivers/driver.ts';
import { OracleDriver } from '../../../src/drivers/oracle/oracle-driver.ts';
import { toOracleError } from '../../../src/drivers/oracle/oracle-errors.ts';
import {
  startTnsListener,
  type TnsListener,
  type TnsListenerOptions,
} from '../../support/doubles/oracle-server/tns-listener.ts';
import { plainStatement } from '../../support/plain-statement.ts';
import { within } from '../../support/within.ts';
import { atPort, createTestDialer, POOL_OPTIONS, targetFromUrl } from '../driver-fixture.ts';

/** The real oracledb against a listener of ours: as far as a session goes without a database behind it. */
const TARGET = targetFromUrl('oracle', 'oracle://dip:secret@localhost:1/crm');
const listeners: TnsListener[] = [];

afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.close();
});

async function listen(options: TnsListenerOptions): Promise<TnsListener> {
  const listener = await startTnsListener(options);
  listeners.push(listener);
  return listener;
}

async function run(target: DatabaseTarget, connectTimeoutMs = 5_000, dialer: Dialer = createTestDialer()) {
  const pool = new OracleDriver().createPool(target, { ...POOL_OPTIONS, connectTimeoutMs }, dialer);
  try {
    return await pool.run(plainStatement('SELECT 1 FROM DUAL'), [], within(10_000)).catch((error: unknown) => error);
  } finally {
    await pool.close(0);
  }
}

describe('oracledb through the relay', () => {
  it('names the service in the CONNECT and says database-not-found when the listener does not know it', async () => {
    const seen: string[] = [];
    const listener = await listen({
      reply: (connectData) => {
        seen.push(connectData);
        return { refuse: 12514 };
      },
    });
    expect(await run(atPort(TARGET, listener.port))).toMatchObject({
      kind: 'database-not-found',
      vendorCode: 'ORA-12514',
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toContain('(SERVICE_NAME=crm)');
  });

  it('names a SID where the model says so', async () => {
    const seen: string[] = [];
    const listener = await listen({
      reply: (connectData) => {
        seen.push(connectData);
        return { refuse: 12505 };
      },
    });
    const target = { ...atPort(TARGET, listener.port), databaseIsSid: true };
    expect(await run(target)).toMatchObject({ kind: 'database-not-found', vendorCode: 'ORA-12505' });
    expect(seen[0]).toContain('(SID=crm)');
  });

  it('follows a redirect through the guard', async () => {
    const second = await listen({ reply: () => ({ refuse: 12514 }) });
    const first = await listen({ reply: () => ({ redirect: { host: 'localhost', port: second.port } }) });
    const dialled: string[] = [];
    const guard = createTestDialer();
    const dialer: Dialer = {
      dial(host, port, options) {
        dialled.push(`${host}:${port}`);
        return guard.dial(host, port, options);
      },
    };
    expect(await run(atPort(TARGET, first.port), 5_000, dialer)).toMatchObject({ kind: 'database-not-found' });
    expect(second.connects).toBe(1);
    expect(dialled).toEqual([`127.0.0.1:${first.port}`, `localhost:${second.port}`]);
  });

  it('follows no redirect to where the guard says no', async () => {
    const listener = await listen({ reply: () => ({ redirect: { host: '169.254.169.254', port: 80 } }) });
    expect(await run(atPort(TARGET, listener.port))).toMatchObject({ kind: 'egress-denied' });
  });

  it('ends a chain of redirects', async () => {
    const listener: TnsListener = await listen({
      reply: () => ({ redirect: { host: '127.0.0.1', port: listener.port } }),
    });
    expect(await run(atPort(TARGET, listener.port))).toMatchObject({ kind: 'protocol' });
    expect(listener.connects).toBe(3);
  });

  it('makes the second TLS handshake that a dedicated server wants, and verifies it again', async () => {
    const authority = createCertificateAuthority();
    const tls: TlsSettings = { mode: 'required', verification: 'full', caCertificate: authority.certificate };
    const listener = await listen({
      certificate: authority.issue(['localhost']),
      reply: (_connectData, attempt) => (attempt === 1 ? { renegotiate: true } : { refuse: 12514 }),
    });
    const target = { ...atPort(TARGET, listener.port, 'localhost'), tls };
    expect(await run(target)).toMatchObject({ kind: 'database-not-found' });
    expect(listener.connects).toBe(2);
  });

  it('says connect-timeout within the limit when the listener takes the call and is silent', async () => {
    const silent = await startSilentServer();
    const startedAt = performance.now();
    expect(await run(atPort(TARGET, silent.port), 400)).toMatchObject({ kind: 'connect-timeout' });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await silent.close();
  });

  it('refuses a service name that would end the descriptor', async () => {
    const listener = await listen({ reply: () => ({ refuse: 12514 }) });
    const target = { ...atPort(TARGET, listener.port), database: 'crm)(SERVER=DEDICATED' };
    expect(await run(target)).toMatchObject({ kind: 'database-not-found', vendorCode: undefined });
    expect(listener.connects).toBe(0);
  });
});

describe('what oracledb raises by itself', () => {
  const connect = async (address: string, timeout = '0.400') => {
    const connectString = `(DESCRIPTION=(CONNECT_TIMEOUT=${timeout})(ADDRESS=(PROTOCOL=TCP)${address})(CONNECT_DATA=(SERVICE_NAME=x)))`;
    try {
      await (await oracledb.getConnection({ user: 'u', password: 'p', connectString })).close();
      throw new Error('it worked');
    } catch (error) {
      return toOracleError(error, false);
    }
  };

  it('refused is NJS-503', async () => {
    const gone = await startSilentServer();
    await gone.close();
    const error = await connect(`(HOST=127.0.0.1)(PORT=${gone.port})`);
    expect(error).toBeInstanceOf(DriverError);
    expect(error).toMatchObject({ kind: 'refused', vendorCode: 'NJS-503' });
  });

  it('a silent peer is NJS-510, by a limit in seconds as the driver writes it', async () => {
    const silent = await startSilentServer();
    const error = await connect(`(HOST=127.0.0.1)(PORT=${silent.port})`);
    expect(error).toMatchObject({ kind: 'connect-timeout', vendorCode: 'NJS-510' });
    await silent.close();
  });

  it('an unknown host is NJS-530', async () => {
    const error = await connect('(HOST=no-such-host.invalid)(PORT=1521)');
    expect(error).toMatchObject({ kind: 'host-not-found', vendorCode: 'NJS-530' });
  });
});
