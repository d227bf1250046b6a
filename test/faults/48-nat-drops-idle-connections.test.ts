import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ActionProduct } from '../support/action-product.ts';
import type {} from '../support/databases.ts';
import { createRandom, openFaultSeed, readFaultIterations } from '../support/random.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { openDriverPool, runTimed } from './driver-pools.ts';

const ROUNDS = Math.min(20, readFaultIterations(process.env, 3));
const CONNECTIONS = 4;
const IDLE_MS = 300;
/** Past this, connections of an engine count as long idle. */
const ENGINE_IDLE_MS = 10_500;

/** Keeps each connection for long enough that four calls need four. */
const HOLD = { postgresql: 'SELECT pg_sleep(0.2)', mysql: 'SELECT SLEEP(0.2)' } as const;

for (const [kind, url] of [
  ['postgresql', inject('postgresUrl')],
  ['mysql', inject('mysqlUrl')],
] as const) {
  describe.skipIf(url === null)(`row 48: idle connections to ${kind} are forgotten on the way`, () => {
    it('costs no caller an error, whatever number of callers comes first', async () => {
      const random = createRandom(openFaultSeed(process.env, 'row 48'));
      const { hostname: host, port } = new URL(url ?? '');
      const proxy = await startTcpProxy({ upstream: { host, port: Number(port) } });
      const pool = openDriverPool(kind, url ?? '', {
        port: proxy.port,
        maxConnections: CONNECTIONS,
        validateAfterIdleMs: IDLE_MS / 2,
      });
      try {
        for (let round = 0; round < ROUNDS; round += 1) {
          await Promise.all(Array.from({ length: CONNECTIONS }, () => runTimed(pool, HOLD[kind], 5_000)));
          await delay(IDLE_MS);
          proxy.blackholeEstablished();
          const callers = random.between(1, 3 * CONNECTIONS);
          const calls = Array.from({ length: callers }, () => runTimed(pool, HOLD[kind], random.between(4_000, 8_000)));
          for (const { outcome } of await Promise.all(calls)) expect(outcome).toBe('worked');
          expect(pool.statistics()).toMatchObject({ waiting: 0 });
          expect(pool.statistics().open).toBeLessThanOrEqual(CONNECTIONS);
          proxy.dropAll();
        }
      } finally {
        await pool.close(0);
        await proxy.close();
      }
    });
  });
}

const postgresUrl = inject('postgresUrl');

describe.skipIf(postgresUrl === null)('row 48: idle connections of an engine are forgotten on the way', () => {
  let proxy: TcpProxy;
  let actions: ActionProduct;

  beforeAll(async () => {
    const { hostname: host, port } = new URL(postgresUrl ?? '');
    proxy = await startTcpProxy({ upstream: { host, port: Number(port) } });
    // The health check would find the silence before a caller does.
    const healthIntervalSeconds = 300;
    actions = await ActionProduct.start({ postgresUrl: postgresUrl ?? '', port: proxy.port, healthIntervalSeconds });
    await actions.publish({
      actionId: 'find-note',
      statement: `select note from ${actions.schema}.notes where note = :note limit 1`,
      input: { type: 'object', required: ['note'], properties: { note: { type: 'string', maxLength: 100 } } },
      output: { type: 'object', properties: { note: { type: 'string', maxLength: 100 } } },
      limits: { deadlineMs: 3_000 },
      cache: { coalesce: false },
    });
    await actions.admin.query(`insert into ${actions.schema}.notes values ('there')`);
  });
  afterAll(async () => {
    await actions?.[Symbol.asyncDispose]();
    await proxy?.close();
  });

  it('answers every caller that comes after the pause, with what it asked for', async () => {
    const find = async () => (await actions.execute('find-note', { note: 'there' })).json.outcome;
    // Often enough that the statement is known as a short one and shares a connection.
    for (let round = 0; round < 20; round += 1) expect(await find()).toBe('FOUND');
    await delay(ENGINE_IDLE_MS);
    proxy.blackholeEstablished();
    const outcomes = await Promise.all(Array.from({ length: 12 }, find));
    expect(outcomes).toEqual(Array(12).fill('FOUND'));
    expect((await actions.health()).status).toBe('HEALTHY');
  });
});
