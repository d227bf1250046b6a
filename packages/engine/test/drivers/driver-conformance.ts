import { type AddressInfo, createServer } from 'node:net';
import { inspect } from 'node:util';
import { type DatabaseKind, Secret } from '@dipswitch/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSilentServer } from '../../../../test/support/silent-server.ts';
import {
  type DatabaseTarget,
  type Dialer,
  DriverError,
  type DriverErrorKind,
  type DriverPool,
  type PoolOptions,
} from '../../src/drivers/driver.ts';
import { plainStatement } from '../support/plain-statement.ts';
import { within } from '../support/within.ts';
import { describeExecution } from './driver-execution-conformance.ts';
import { atPort, createTestDialer, type DriverFixture, POOL_OPTIONS, UNKNOWN_HOST } from './driver-fixture.ts';
import { describeTls } from './driver-tls-conformance.ts';
import { INJECTION_ATTEMPTS } from './injection-attempts.ts';

const inTime = () => within(5_000);

/** What every driver does alike. A gap is a capability flag with its reason, shown as a test of its own. */
export function describeDriver(kind: DatabaseKind, openFixture: () => Promise<DriverFixture>): void {
  describe(`${kind} driver`, () => {
    let fixture: DriverFixture;
    const pools: DriverPool[] = [];

    beforeAll(async () => {
      fixture = await openFixture();
    });
    afterAll(() => fixture?.close());
    afterEach(async () => {
      await Promise.all(pools.splice(0).map((pool) => pool.close(0)));
    });

    const open = (
      options: Partial<PoolOptions> = {},
      target: DatabaseTarget = fixture.target,
      dialer: Dialer = createTestDialer(),
    ): DriverPool => {
      const pool = fixture.driver.createPool(target, { ...POOL_OPTIONS, ...options }, dialer);
      pools.push(pool);
      return pool;
    };
    const expectKind = async (work: Promise<unknown>, ...kinds: DriverErrorKind[]): Promise<DriverError> => {
      const error = await work.then(
        () => new Error('it worked'),
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(DriverError);
      if (!(error instanceof DriverError)) throw error;
      expect(kinds, inspect(error)).toContain(error.kind);
      return error;
    };
    const expectNothingRunning = async (marker: string): Promise<void> => {
      await expect.poll(() => fixture.countRunning(marker), { timeout: 5_000, interval: 25 }).toBe(0);
    };
    const expectRunning = async (marker: string): Promise<void> => {
      await expect.poll(() => fixture.countRunning(marker), { timeout: 5_000, interval: 25 }).toBe(1);
    };

    it('names its vendor module and says why it lacks what it lacks', () => {
      const { gaps, ...flags } = fixture.driver.capabilities;
      expect(fixture.driver.module).toMatch(/^\S+ \d+\.\d+\.\d+/);
      expect(fixture.driver.kind).toBe(kind);
      const missing = Object.entries(flags).filter(([, value]) => value === false);
      expect(Object.keys(gaps).sort()).toEqual(missing.map(([flag]) => flag).sort());
      for (const [flag, reason] of Object.entries(gaps)) process.stdout.write(`${kind}: no ${flag}: ${reason}\n`);
    });

    describe('statements', () => {
      it('opens no connection before the first call and one for it', async () => {
        const pool = open();
        expect(pool.statistics()).toEqual({ open: 0, idle: 0, waiting: 0, max: 4 });
        const result = await pool.run(plainStatement(fixture.dialect.one), [], inTime());
        expect(result.rows).toEqual([[1]]);
        expect(result.columns).toHaveLength(1);
        expect(pool.statistics()).toEqual({ open: 1, idle: 1, waiting: 0, max: 4 });
      });

      it('probes with the health query and says what the server is', async () => {
        const pool = open();
        const probe = await pool.probe(fixture.dialect.one, inTime());
        expect(probe.serverVersion).toMatch(fixture.dialect.serverVersion);
        expect(probe.readOnly).toBe(false);
        expect(probe.latencyMs).toBeGreaterThan(0);
        expect((await pool.run(plainStatement(fixture.dialect.one), [], inTime())).rows).toEqual([[1]]);
        expect(pool.statistics().open).toBe(1);
      });

      it('answers on a connection that was idle for long before it is used again', async () => {
        const dialer = createTestDialer();
        let dials = 0;
        const counting: Dialer = {
          dial(...args) {
            dials += 1;
            return dialer.dial(...args);
          },
        };
        const pool = open({ maxConnections: 1, validateAfterIdleMs: 10 }, fixture.target, counting);
        await pool.run(plainStatement(fixture.dialect.one), [], inTime());
        const dialsOfOne = dials;
        for (let round = 0; round < 3; round += 1) {
          await new Promise((resolve) => setTimeout(resolve, 20));
          expect((await pool.run(plainStatement(fixture.dialect.one), [], inTime())).rows).toEqual([[1]]);
        }
        expect(dials).toBe(dialsOfOne);
      });

      it('binds each kind of parameter', async () => {
        const pool = open();
        for (const { name, statement, value, expected } of fixture.dialect.echoes) {
          const result = await pool.run(plainStatement(statement), [value], inTime());
          expect(result.rows[0], name).toEqual([expected]);
        }
      });

      it('reads each type in the form that the four databases share', async () => {
        const pool = open();
        for (const { name, statement, expected, needs } of fixture.dialect.types) {
          if (needs !== undefined && !fixture.driver.capabilities[needs]) {
            expect(fixture.driver.capabilities.gaps[needs], name).toBeDefined();
            continue;
          }
          const result = await pool.run(plainStatement(statement), [], inTime());
          expect(toPlain(result.rows[0]?.[0]), name).toEqual(expected);
        }
      });

      it('sends back every injection attempt as the text that it is', async () => {
        const pool = open();
        for (const attempt of INJECTION_ATTEMPTS) {
          const result = await pool.run(plainStatement(fixture.dialect.echoText), [attempt], inTime());
          expect(result.rows).toEqual([[attempt]]);
        }
        expect((await pool.run(plainStatement(fixture.dialect.one), [], inTime())).rows).toEqual([[1]]);
      });

      it('refuses two statements in one text, or says that it cannot', async () => {
        const { stacked, stackedKind } = fixture.dialect;
        const work = open().run(plainStatement(stacked), [], inTime());
        if (stackedKind === null) await work;
        else await expectKind(work, stackedKind);
      });

      it('goes on with the same connection after a statement that failed', async () => {
        const pool = open({ maxConnections: 1 });
        await expectKind(pool.run(plainStatement(fixture.dialect.syntaxError), [], inTime()), 'syntax');
        await expectKind(pool.run(plainStatement(fixture.dialect.missingTable), [], inTime()), 'syntax');
        expect(pool.statistics()).toMatchObject({ open: 1, idle: 1 });
        expect((await pool.run(plainStatement(fixture.dialect.one), [], inTime())).rows).toEqual([[1]]);
      });
    });

    describe('deadlines', () => {
      it('answers at the deadline, cancels on the server and discards the connection', async () => {
        const pool = open({ maxConnections: 1 });
        const marker = 'deadline_marker';
        const startedAt = performance.now();
        const slow = pool.run(plainStatement(fixture.dialect.sleep(30, marker)), [], within(700));
        await expectRunning(marker);
        await expectKind(slow, 'query-timeout');
        expect(performance.now() - startedAt).toBeLessThan(1_500);
        await expectNothingRunning(marker);
        expect((await pool.run(plainStatement(fixture.dialect.one), [], inTime())).rows).toEqual([[1]]);
        expect(pool.statistics()).toMatchObject({ open: 1 });
      });

      it('stops the statement when the caller gives up', async () => {
        const pool = open({ maxConnections: 1 });
        const marker = 'abort_marker';
        const controller = new AbortController();
        const options = { ...within(20_000), signal: controller.signal };
        const slow = pool.run(plainStatement(fixture.dialect.sleep(30, marker)), [], options);
        await expectRunning(marker);
        controller.abort();
        await expectKind(slow, 'cancelled');
        await expectNothingRunning(marker);
        expect((await pool.run(plainStatement(fixture.dialect.one), [], inTime())).rows).toEqual([[1]]);
      });

      it('dials nothing for a caller who gave up before', async () => {
        const pool = open();
        await expectKind(
          pool.run(plainStatement(fixture.dialect.one), [], { ...inTime(), signal: AbortSignal.abort() }),
          'cancelled',
        );
        expect(pool.statistics().open).toBe(0);
      });

      it('says that the pool is exhausted when every connection is busy, and serves again afterwards', async () => {
        const pool = open({ maxConnections: 1 });
        const marker = 'exhaust_marker';
        const controller = new AbortController();
        const slow = pool.run(plainStatement(fixture.dialect.sleep(30, marker)), [], {
          ...within(20_000),
          signal: controller.signal,
        });
        await expectRunning(marker);
        await expectKind(pool.run(plainStatement(fixture.dialect.one), [], within(100)), 'pool-exhausted');
        const patient = pool.run(plainStatement(fixture.dialect.one), [], inTime());
        controller.abort();
        await expectKind(slow, 'cancelled');
        expect((await patient).rows).toEqual([[1]]);
      });
    });

    describe('connections that cannot be opened', () => {
      it('says authentication for a wrong password and never shows it', async () => {
        const password = 'wrong-canary-5f1c';
        const credentials = { ...fixture.target.credentials, password: new Secret(password) };
        const error = await expectKind(
          open({}, { ...fixture.target, credentials }).run(plainStatement(fixture.dialect.one), [], inTime()),
          'authentication',
        );
        expect(`${error.message} ${JSON.stringify(error)} ${inspect(error, { depth: 10 })}`).not.toContain(password);
      });

      it('says database-not-found for an unknown database', async () => {
        const target = { ...fixture.target, database: 'no_such_database' };
        await expectKind(open({}, target).run(plainStatement(fixture.dialect.one), [], inTime()), 'database-not-found');
      });

      it('says refused at once where nothing listens', async () => {
        const port = await findClosedPort();
        const startedAt = performance.now();
        await expectKind(
          open({}, atPort(fixture.target, port)).run(plainStatement(fixture.dialect.one), [], inTime()),
          'refused',
        );
        expect(performance.now() - startedAt).toBeLessThan(2_000);
      });

      it('says host-not-found for a name that does not exist', async () => {
        const target = atPort(fixture.target, 1, UNKNOWN_HOST);
        await expectKind(open({}, target).run(plainStatement(fixture.dialect.one), [], inTime()), 'host-not-found');
      });

      it('says egress-denied for an address that the policy refuses', async () => {
        const target = atPort(fixture.target, 1, '169.254.169.254');
        await expectKind(open({}, target).run(plainStatement(fixture.dialect.one), [], inTime()), 'egress-denied');
      });

      it('says connect-timeout within the connect timeout when the peer is silent', async () => {
        const silent = await startSilentServer();
        const startedAt = performance.now();
        const pool = open({ connectTimeoutMs: 400 }, atPort(fixture.target, silent.port));
        await expectKind(pool.run(plainStatement(fixture.dialect.one), [], inTime()), 'connect-timeout');
        expect(performance.now() - startedAt).toBeLessThan(2_000);
        await silent.close();
      });

      it('tries the next host when the first refuses', async () => {
        const [working] = fixture.target.hosts;
        const port = await findClosedPort();
        const hosts = [{ host: '127.0.0.1', port }, ...(working ? [working] : [])];
        const pool = open({}, { ...fixture.target, hosts });
        expect((await pool.run(plainStatement(fixture.dialect.one), [], inTime())).rows).toEqual([[1]]);
      });

      it('tries the next host when the first hangs up during the login', async () => {
        const rude = createServer((socket) => {
          socket.on('error', () => {});
          socket.destroy();
        }).listen(0, '127.0.0.1');
        const port = await listeningPort(rude);
        const hosts = [{ host: '127.0.0.1', port }, ...fixture.target.hosts];
        const pool = open({}, { ...fixture.target, hosts });
        expect((await pool.run(plainStatement(fixture.dialect.one), [], inTime())).rows).toEqual([[1]]);
        expect(pool.statistics().open).toBe(1);
        rude.close();
      });

      it('says protocol, and never hangs, when the peer speaks another protocol', async () => {
        const other = createServer((socket) => {
          socket.on('error', () => {});
          socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nthis is not a database');
        }).listen(0, '127.0.0.1');
        const port = await listeningPort(other);
        const pool = open({ connectTimeoutMs: 3_000 }, atPort(fixture.target, port));
        await expectKind(pool.run(plainStatement(fixture.dialect.one), [], inTime()), 'protocol');
        other.close();
      });
    });

    describe('connections that break', () => {
      it('survives the death of idle sessions, and the next call works', async () => {
        const applicationName = 'dip-idle-victims';
        const pool = open({ applicationName });
        await Promise.all([1, 2, 3].map(() => pool.run(plainStatement(fixture.dialect.one), [], inTime())));
        // A session whose caller was served by another one may still be logging in, not yet in the server's list.
        const killAndCount = async () => {
          await fixture.killSessions(applicationName);
          return pool.statistics().open;
        };
        await expect.poll(killAndCount, { timeout: 5_000, interval: 10 }).toBe(0);
        expect((await pool.run(plainStatement(fixture.dialect.one), [], inTime())).rows).toEqual([[1]]);
      });

      it('says connection-lost for a statement whose session dies', async () => {
        const applicationName = 'dip-busy-victims';
        const pool = open({ applicationName, maxConnections: 1 });
        const marker = 'victim_marker';
        const slow = pool.run(plainStatement(fixture.dialect.sleep(30, marker)), [], within(20_000));
        const outcome = expectKind(slow, 'connection-lost');
        await expectRunning(marker);
        await fixture.killSessions(applicationName);
        await outcome;
        expect((await pool.run(plainStatement(fixture.dialect.one), [], inTime())).rows).toEqual([[1]]);
      });

      it('serves again after the server was restarted', async ({ skip }) => {
        const { restart } = fixture;
        if (!restart) return skip('the server is not ours to restart');
        const pool = open();
        await pool.run(plainStatement(fixture.dialect.one), [], inTime());
        await restart();
        await expect
          .poll(
            () =>
              pool.run(plainStatement(fixture.dialect.one), [], inTime()).then(
                (result) => result.rows,
                () => [],
              ),
            { timeout: 10_000 },
          )
          .toEqual([[1]]);
      });
    });

    describe('close', () => {
      it('lets a statement in flight finish within the grace and refuses new calls', async () => {
        const pool = open();
        await pool.run(plainStatement(fixture.dialect.one), [], inTime());
        const last = pool.run(plainStatement(fixture.dialect.one), [], inTime());
        const closing = pool.close(5_000);
        await expectKind(pool.run(plainStatement(fixture.dialect.one), [], inTime()), 'closed');
        expect((await last).rows).toEqual([[1]]);
        await closing;
        await pool.close(0);
        expect(pool.statistics()).toMatchObject({ open: 0, idle: 0, waiting: 0 });
      });

      it('breaks what still runs when the grace is over', async () => {
        const pool = open();
        const marker = 'grace_marker';
        const slow = pool.run(plainStatement(fixture.dialect.sleep(30, marker)), [], within(20_000));
        const outcome = expectKind(slow, 'closed');
        await expectRunning(marker);
        await pool.close(50);
        await outcome;
        await expectNothingRunning(marker);
      });
    });

    describeExecution({ fixture: () => fixture, open, expectKind, expectRunning, expectNothingRunning });
    describeTls(() => fixture);
  });
}

/** Vendors give a Buffer where the interface says Uint8Array; only the bytes count. */
function toPlain(value: unknown): unknown {
  return value instanceof Uint8Array ? [...value] : value;
}

async function findClosedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  const port = await listeningPort(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listeningPort(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address() as AddressInfo;
  return address.port;
}
