import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuditRecord, createAuditVerifier, type DataActionBody, dataActionStatsSchema } from '@dipswitch/contract';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sha256Hex } from '../../packages/audit-log/src/sha256-hex.ts';
import { createConnectorBody } from '../support/connector-bodies.ts';
import { createDatabaseAccount, type DatabaseAccount } from '../support/database-accounts.ts';
import { type ApiAnswer, type ApiRequest, Product } from '../support/product.ts';
import { listStateVariants } from '../support/product-variants.ts';
import { waitFor } from '../support/wait-for.ts';

const postgresUrl = inject('postgresUrl');
const ACTIONS = '/api/v1/dataactions';
const KNOWN = '+15550001234';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe.runIf(postgresUrl !== null).each(listStateVariants())('data actions: $state', ({ options }) => {
  const schema = `e2e_${randomBytes(4).toString('hex')}`;
  let product: Product;
  let account: DatabaseAccount;
  let admin: pg.Client;
  let apiKey: string;

  const customerByAni: DataActionBody = {
    actionId: 'customer-by-ani',
    connectorId: 'db-e2e',
    statement: `select id, full_name, tier, balance from ${schema}.customers where phone = :ani limit 1`,
    input: {
      type: 'object',
      required: ['ani'],
      properties: { ani: { type: 'string', maxLength: 20, 'x-sensitive': true } },
    },
    output: {
      type: 'object',
      properties: {
        id: { type: 'integer' },
        full_name: { type: 'string', maxLength: 80 },
        tier: { type: 'string', maxLength: 16, default: 'NONE' },
        balance: { type: 'number', default: 0 },
      },
    },
    limits: { deadlineMs: 3000, maxRows: 1, maxBytes: 32768 },
    fallback: { tier: 'NONE' },
  };

  const define = async (body: DataActionBody, publish = true): Promise<void> => {
    const stored = await product.api(`${ACTIONS}/${body.actionId}`, { method: 'PUT', body });
    expect(stored.status, stored.text).toBe(200);
    if (!publish) return;
    const published = await product.api(`${ACTIONS}/${body.actionId}/publish`, { method: 'POST', body: {} });
    expect(published.status, published.text).toBe(200);
  };
  const execute = (actionId: string, request: ApiRequest = {}, query = ''): Promise<ApiAnswer> =>
    product.api(`${ACTIONS}/${actionId}/execute${query}`, { method: 'POST', ...request });
  const auditRecords = async (): Promise<AuditRecord[]> => {
    const text = await readFile(join(product.engineOptions.dataFolder, 'audit', 'audit.jsonl'), 'utf8');
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  };

  beforeAll(async () => {
    admin = new pg.Client(postgresUrl ?? '');
    await admin.connect();
    account = await createDatabaseAccount('postgresql', postgresUrl ?? '', schema);
    await admin.query(`create schema ${schema} authorization ${account.username}`);
    await admin.query(
      `create table ${schema}.customers (id int primary key, full_name text, phone text unique, tier text, balance numeric)`,
    );
    await admin.query(`insert into ${schema}.customers values (42, 'Žofie Nováková', '${KNOWN}', 'gold', 12.5)`);
    await admin.query(`create table ${schema}.notes (id serial, note text)`);
    await admin.query(`grant all on all tables in schema ${schema} to ${account.username}`);
    await admin.query(`grant all on all sequences in schema ${schema} to ${account.username}`);
    product = await Product.start(options);
    await product.engine.setSecret('DB_USER', account.username);
    await product.engine.setSecret('DB_PASSWORD', account.password);
    const body = createConnectorBody(account, { id: 'db-e2e', username: 'DB_USER', password: 'DB_PASSWORD' });
    await product.api('/api/v1/integrations/connectors/db-e2e', { method: 'PUT', body });
    await waitFor('the connector to be HEALTHY', async () => {
      const { json } = await product.api('/api/v1/integrations/connectors/db-e2e/health');
      return json.status === 'HEALTHY';
    });
    apiKey = JSON.parse(await product.engine.command(['key', 'create', '--tenant', 'default', '--json'])).apiKey;
    await define(customerByAni);
  }, 120_000);

  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
    await admin?.query(`drop schema if exists ${schema} cascade`);
    await admin?.end();
    await account?.drop();
  });

  describe('a published look-up', () => {
    const found = {
      outcome: 'FOUND',
      rowCount: 1,
      truncated: false,
      source: 'live',
      ageSeconds: 0,
      id: 42,
      full_name: 'Žofie Nováková',
      tier: 'gold',
      balance: 12.5,
    };

    it('answers an OAuth client with one line of JSON, its timings and its request id', async () => {
      const answer = await execute('customer-by-ani', { body: { ani: KNOWN }, headers: { 'x-request-id': 'e2e-1' } });
      expect(answer.status, answer.text).toBe(200);
      expect(answer.json).toEqual({ ...found, executionId: expect.any(String) });
      expect(answer.text).not.toContain('\n');
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(answer.headers.get('x-request-id')).toBe('e2e-1');
      expect(answer.headers.get('server-timing')).toMatch(
        /^queue;dur=[\d.]+, db;dur=[\d.]+, total;dur=[\d.]+, cache;desc="live"$/,
      );
    });

    it('answers a static key, which may do nothing else', async () => {
      const headers = { 'x-api-key': apiKey };
      const answer = await execute('customer-by-ani', { token: null, headers, body: { ani: KNOWN } });
      expect([answer.status, answer.json.outcome]).toEqual([200, 'FOUND']);
      const other = await product.api(`${ACTIONS}/customer-by-ani`, { token: null, headers });
      expect([other.status, other.json.code]).toEqual([403, 'INSUFFICIENT_SCOPE']);
    });

    it.each([
      ['JSON that is labelled as a form', { headers: FORM, body: JSON.stringify({ ani: KNOWN }) }, ''],
      ['a form', { headers: FORM, body: `ani=${encodeURIComponent(KNOWN)}` }, ''],
      ['a query', { method: 'GET' }, `?ani=${encodeURIComponent(KNOWN)}`],
    ])('takes its input from %s', async (_name, request, query) => {
      expect((await execute('customer-by-ani', request, query)).json).toMatchObject(found);
    });

    it('answers for an unknown number with every declared field', async () => {
      const answer = await execute('customer-by-ani', { body: { ani: '+10000000000' } });
      expect(answer.json).toMatchObject({
        outcome: 'NO_RECORDS',
        rowCount: 0,
        id: null,
        full_name: null,
        tier: 'NONE',
        balance: 0,
      });
    });
  });

  describe('bad input', () => {
    const CANARY = 'canary-93b1';
    const cases: ReadonlyArray<readonly [string, string, ApiRequest, number, string]> = [
      ['a wrong type', 'customer-by-ani', { body: { ani: [CANARY] } }, 400, 'VALIDATION_FAILED'],
      ['a missing input', 'customer-by-ani', { body: {} }, 400, 'VALIDATION_FAILED'],
      ['an unknown input', 'customer-by-ani', { body: { ani: '1', other: CANARY } }, 400, 'VALIDATION_FAILED'],
      ['over maxLength', 'customer-by-ani', { body: { ani: CANARY.repeat(3) } }, 400, 'VALIDATION_FAILED'],
      ['no object', 'customer-by-ani', { body: [CANARY] }, 400, 'VALIDATION_FAILED'],
      ['not JSON', 'customer-by-ani', { body: `{"ani": "${CANARY}` }, 400, 'INVALID_JSON'],
      ['over 64 KiB', 'customer-by-ani', { body: { ani: CANARY.repeat(7_000) } }, 400, 'BODY_TOO_LARGE'],
      ['an unknown action', 'no-such-action', { body: { ani: CANARY } }, 404, 'NOT_FOUND'],
      ['a draft that was never published', 'only-a-draft', { body: { ani: CANARY } }, 409, 'NOT_PUBLISHED'],
      ['a paused connector', 'on-a-paused-one', { body: { ani: CANARY } }, 409, 'CONNECTOR_PAUSED'],
      [
        'a deadline that is none',
        'customer-by-ani',
        { body: { ani: '1' }, headers: { 'x-deadline-ms': CANARY } },
        400,
        'INVALID_REQUEST',
      ],
    ];

    beforeAll(async () => {
      await define({ ...customerByAni, actionId: 'only-a-draft' }, false);
      const body = createConnectorBody(account, { id: 'db-paused', username: 'DB_USER', password: 'DB_PASSWORD' });
      await product.api('/api/v1/integrations/connectors/db-paused', { method: 'PUT', body });
      await define({ ...customerByAni, actionId: 'on-a-paused-one', connectorId: 'db-paused' });
      await product.api('/api/v1/integrations/connectors/db-paused/pause', { method: 'POST' });
    });

    it.each(cases)('%s is refused in one line that repeats nothing', async (_name, actionId, request, status, code) => {
      for (const query of ['', '?profile=rest']) {
        const answer = await execute(actionId, request, query);
        expect(answer.status, answer.text).toBe(status);
        expect(answer.json).toMatchObject({ code, status, requestId: answer.headers.get('x-request-id') });
        expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
        for (const secret of [CANARY, 'select', schema, account.host, account.username, '\n']) {
          expect(answer.text).not.toContain(secret);
        }
      }
    });

    it('says where it is wrong', async () => {
      const answer = await execute('customer-by-ani', { body: { other: 1 } });
      const paths = Object(answer.json).issues.map(({ path }: { path: string }) => path);
      expect(paths).toEqual(expect.arrayContaining(['/ani', '/other']));
    });

    it('leaves nothing of it in the trail or the log', async () => {
      await waitFor('the records', async () =>
        (await auditRecords()).some((record) => record.details.code === 'BODY_TOO_LARGE'),
      );
      expect(JSON.stringify(await auditRecords())).not.toContain(CANARY);
      expect(product.engine.stdout + product.engine.stderr).not.toContain(CANARY);
    });
  });

  describe('a statement that does not come to an end', () => {
    const running = async () => {
      const { rows } = await admin.query(
        `select count(*)::int as n from pg_stat_activity where usename = $1 and state = 'active' and query like '%pg_sleep%'`,
        [account.username],
      );
      return rows[0].n;
    };

    beforeAll(() =>
      define({
        actionId: 'slow',
        connectorId: 'db-e2e',
        statement: 'select 1 as one from pg_sleep(:seconds)',
        input: { type: 'object', required: ['seconds'], properties: { seconds: { type: 'number' } } },
        output: { type: 'object', properties: { one: { type: 'integer' } } },
        limits: { deadlineMs: 1_000 },
      }),
    );

    it.each([
      ['', {}, 200, 1_000],
      ['?profile=rest', {}, 504, 1_000],
      ['', { 'x-deadline-ms': '300' }, 200, 300],
      ['', { 'x-deadline-ms': '60000' }, 200, 1_000],
    ])('is answered within the deadline and ended on the server: %s %j', async (query, headers, status, deadlineMs) => {
      const startedAt = performance.now();
      const answer = await execute('slow', { body: { seconds: 30 }, headers }, query);
      const tookMs = performance.now() - startedAt;
      expect(answer.status, answer.text).toBe(status);
      expect(answer.json).toMatchObject({ outcome: 'TIMEOUT', one: null });
      expect(tookMs).toBeLessThan(deadlineMs + 400);
      await waitFor('the statement to end', async () => (await running()) === 0, { timeoutMs: 2_000 });
    });
  });

  describe('a write', () => {
    beforeAll(() =>
      define({
        actionId: 'add-note',
        connectorId: 'db-e2e',
        statement: `insert into ${schema}.notes (note) values (:note)`,
        access: 'write',
        input: { type: 'object', required: ['note'], properties: { note: { type: 'string', maxLength: 100 } } },
      }),
    );
    const count = async (note: string): Promise<number> => {
      const { rows } = await admin.query(`select count(*)::int as n from ${schema}.notes where note = $1`, [note]);
      return rows[0].n;
    };

    it('runs once for a key, its answer is replayed, and both are on record before they are answered', async () => {
      const request = { body: { note: 'once' }, headers: { 'idempotency-key': '"note-1"', 'x-request-id': 'write-1' } };
      const first = await execute('add-note', request);
      const written = (await auditRecords()).filter(({ requestId }) => requestId === 'write-1');
      expect(first.json).toMatchObject({ outcome: 'DONE', rowCount: 1 });
      expect(written).toMatchObject([
        { eventType: 'ACTION_EXECUTED', status: 'SUCCESS', details: { replayed: false } },
      ]);
      const second = await execute('add-note', request);
      expect(second.text).toBe(first.text);
      expect((await auditRecords()).at(-1)).toMatchObject({ requestId: 'write-1', details: { replayed: true } });
      expect(await count('once')).toBe(1);
    });

    it('is not done by a GET', async () => {
      const answer = await execute('add-note', { method: 'GET' }, '?note=by-get');
      expect([answer.status, answer.json.code]).toEqual([400, 'INVALID_REQUEST']);
      expect(await count('by-get')).toBe(0);
    });
  });

  describe('what is kept', () => {
    it('is a record with the caller, the contact and a keyed digest of the number, in a chain that verifies', async () => {
      const headers = { 'x-request-id': 'kept-1', 'x-contact-id': 'contact-77' };
      await execute('customer-by-ani', { body: { ani: KNOWN }, headers });
      await execute('customer-by-ani', { body: { ani: KNOWN }, headers: { 'x-request-id': 'kept-2' } });
      const kept = await waitFor('the records', async () => {
        const records = (await auditRecords()).filter(({ requestId }) => requestId.startsWith('kept-'));
        return records.length === 2 && records;
      });
      expect(kept[0]).toMatchObject({
        eventType: 'ACTION_EXECUTED',
        actionId: 'customer-by-ani',
        connectorId: 'db-e2e',
        status: 'SUCCESS',
        actor: product.client.clientId,
        tenant: 'default',
        details: { outcome: 'FOUND', source: 'live', version: 1, rowCount: 1, contactId: 'contact-77' },
      });
      const digests = kept.map(({ details }) => Object(details.input).ani);
      expect(digests[0]).toMatch(/^hmac:[0-9a-f]{64}$/);
      expect(digests[1]).toBe(digests[0]);
      expect(JSON.stringify(await auditRecords())).not.toContain(KNOWN);
      expect(product.engine.stdout + product.engine.stderr).not.toContain(KNOWN);
      const verifier = createAuditVerifier(sha256Hex);
      for (const record of await auditRecords()) verifier.push(JSON.stringify(record));
      expect(verifier.finish()).toMatchObject({ ok: true });
    });

    it('is shown by the audit route to the tenant, and to no other', async () => {
      const mine = await product.api('/api/v1/audit?limit=200');
      expect(mine.text).toContain('kept-1');
      const stranger = await product.engine.createClient('audit:read dataactions:read dataactions:execute', 'other');
      const token = await product.token(stranger);
      expect((await product.api('/api/v1/audit?limit=200', { token })).text).not.toContain('kept-1');
      for (const path of ['stats', 'execute']) {
        const method = path === 'stats' ? 'GET' : 'POST';
        const answer = await product.api(`${ACTIONS}/customer-by-ani/${path}`, { method, token });
        expect([answer.status, answer.json.code]).toEqual([404, 'NOT_FOUND']);
      }
    });

    it('is a count per action, at stats and at /metrics', async () => {
      const stats = await product.api(`${ACTIONS}/customer-by-ani/stats`);
      const { outcomes, executions, totalMs, databaseMs, bytes } = dataActionStatsSchema.parse(stats.json);
      expect(outcomes.FOUND).toBeGreaterThanOrEqual(7);
      expect(executions).toBe(Object.values(outcomes).reduce((sum, count) => sum + count, 0));
      expect(totalMs.p99).toBeGreaterThanOrEqual(totalMs.p50);
      expect(databaseMs.p50).toBeGreaterThan(0);
      expect(bytes).toBeGreaterThan(100 * executions);
      const slow = dataActionStatsSchema.parse((await product.api(`${ACTIONS}/slow/stats`)).json);
      expect(slow.outcomes).toMatchObject({ TIMEOUT: 4, FOUND: 0 });
      const { text } = await product.api('/metrics', { token: null });
      expect(text).toContain(
        `dip_action_executions_total{action="customer-by-ani",outcome="FOUND"} ${outcomes.FOUND}\n`,
      );
      expect(text).toContain('dip_action_executions_total{action="slow",outcome="TIMEOUT"} 4\n');
      expect(text).toMatch(/dip_action_duration_seconds_bucket\{le="1.024",action="customer-by-ani"\} [1-9]/);
      expect(text).toMatch(/dip_action_refusals_total\{code="VALIDATION_FAILED"\} [1-9]/);
      expect(text).toContain('dip_action_executions_in_flight 0\n');
      expect(text).toMatch(/http_server_request_duration_seconds_count\{[^}]*\/execute"[^}]*"504"\} 1\n/);
    });
  });

  it('a draft is tried with the test route, undone, on record and with its plan', async () => {
    const answer = await product.api(`${ACTIONS}/customer-by-ani/test`, {
      method: 'POST',
      body: { input: { ani: KNOWN } },
    });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json).toMatchObject({ version: 1, answer: { outcome: 'FOUND', id: 42 }, errorClass: null });
    const records = (await auditRecords()).filter(({ eventType }) => eventType === 'ACTION_TEST');
    expect(records).toMatchObject([{ actionId: 'customer-by-ani', status: 'SUCCESS', details: { outcome: 'FOUND' } }]);
  });

  it('a key that is revoked is refused within three seconds, over a connection that was in use', async () => {
    const { keyId, apiKey: doomed } = JSON.parse(
      await product.engine.command(['key', 'create', '--tenant', 'default', '--json']),
    );
    const send = async () =>
      (await execute('customer-by-ani', { token: null, headers: { 'x-api-key': doomed }, body: { ani: KNOWN } }))
        .status;
    expect(await send()).toBe(200);
    await product.engine.command(['key', 'revoke', keyId]);
    await waitFor('the refusal', async () => (await send()) === 401, { timeoutMs: 3_500 });
  });
});
