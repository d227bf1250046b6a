import type { DataActionBody } from '@dipswitch/contract';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { ActionProduct, createNotes } from '../support/action-product.ts';
import { createDatabaseAccount } from '../support/database-accounts.ts';
import type {} from '../support/databases.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../support/embedded-postgres.ts';
import { openFaultSeed } from '../support/random.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

/** The deadline of the actions; a write that cannot be done is answered long before it. */
const DEADLINE_MS = 3_000;
const QUICK_MS = 500;
/** What a writer may have to wait for a primary that is back. */
const RESUME_MS = 10_000;

describe.skipIf(inject('postgresUrl') === null)('row 42: a primary that takes no writes any more', () => {
  let old: EmbeddedPostgres;
  let proxy: TcpProxy;
  let actions: ActionProduct;

  beforeEach(async () => {
    openFaultSeed(process.env, 'row 42');
    old = await startEmbeddedPostgres();
    proxy = await startTcpProxy({ upstream: old });
    actions = await ActionProduct.start({ postgresUrl: old.url, port: proxy.port });
    const limits = { deadlineMs: DEADLINE_MS };
    const input: DataActionBody['input'] = {
      type: 'object',
      required: ['note'],
      properties: { note: { type: 'string', maxLength: 100 } },
    };
    const table = `${actions.schema}.notes`;
    await actions.publish({
      actionId: 'add-note',
      statement: `insert into ${table} (note) values (:note)`,
      access: 'write',
      input,
      limits,
    });
    await actions.publish({
      actionId: 'find-note',
      statement: `select note from ${table} where note = :note limit 1`,
      input,
      output: { type: 'object', properties: { note: { type: 'string', maxLength: 100 } } },
      limits,
    });
    expect(await write('before')).toBe('DONE');
  });
  afterEach(async () => {
    // The login cannot be dropped while the server takes no writes.
    if (actions) await demoteOld(false);
    await actions?.[Symbol.asyncDispose]();
    await proxy?.close();
    await old?.close();
  });

  const write = async (note: string) => (await actions.execute('add-note', { note })).json.outcome;
  const find = async (note: string) => (await actions.execute('find-note', { note })).json.outcome;
  const demoteOld = async (isDemoted = true) => {
    await actions.admin.query(`alter system set default_transaction_read_only = ${isDemoted ? 'on' : 'off'}`);
    await actions.admin.query('select pg_reload_conf()');
    await waitFor('the reload', async () => {
      const { rows } = await actions.admin.query('show default_transaction_read_only');
      return rows[0].default_transaction_read_only === (isDemoted ? 'on' : 'off');
    });
  };
  /** Writes and reads while there is no primary, for long enough that the engine looks for one more than once. */
  const expectOnlyReads = async (forMs: number) => {
    const endsAt = performance.now() + forMs;
    while (performance.now() < endsAt) {
      const startedAt = performance.now();
      expect(await write('refused')).toBe('UNAVAILABLE');
      expect(performance.now() - startedAt).toBeLessThan(QUICK_MS);
      expect(await find('before')).toBe('FOUND');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  it('is DEGRADED although SELECT 1 passes, refuses writes at once, reads on, and writes when it may again', async () => {
    await demoteOld();
    const health = await actions.waitForHealth('DEGRADED');
    expect(health.errorClass).toBe('READ_ONLY');
    await expectOnlyReads(5_000);
    expect(await actions.health()).toMatchObject({ status: 'DEGRADED', errorClass: 'READ_ONLY' });
    await demoteOld(false);
    await waitFor('writes to resume', async () => (await write('after')) === 'DONE', { timeoutMs: RESUME_MS });
    await actions.waitForHealth('HEALTHY');
    expect(await actions.countNotes('refused')).toBe(0);
  });

  it('is left for the new primary behind the same name, although its connections stay open', async () => {
    const promoted = await startEmbeddedPostgres();
    const admin = new pg.Client(promoted.url);
    try {
      await createDatabaseAccount('postgresql', promoted.url, actions.schema, actions.account.password);
      await admin.connect();
      await createNotes(admin, actions.schema);
      await admin.query(`insert into ${actions.schema}.notes values ('before')`);
      await demoteOld();
      await actions.waitForHealth('DEGRADED');
      await expectOnlyReads(2_000);
      proxy.redirect(promoted);
      await waitFor('writes to resume', async () => (await write('after')) === 'DONE', { timeoutMs: RESUME_MS });
      const { rows } = await admin.query(`select note from ${actions.schema}.notes order by note`);
      expect(rows.map(({ note }) => note)).toEqual(['after', 'before']);
      await actions.waitForHealth('HEALTHY');
      // Until its pool is opened again a read may still be answered by the old one.
      await waitFor('reads of the new primary', async () => (await find('after')) === 'FOUND', {
        timeoutMs: RESUME_MS,
      });
      for (let read = 0; read < 20; read += 1) expect(await find('after')).toBe('FOUND');
    } finally {
      await admin.end();
      await promoted.close();
    }
  });
});
