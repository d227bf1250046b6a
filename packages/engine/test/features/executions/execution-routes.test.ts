import { dataActionStatsSchema } from '@dipswitch/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../audit-log/test/support/fake-clock.ts';
import type { AuditEntry } from '../../../src/audit/audited-transaction.ts';
import { AuditedTests } from '../../../src/features/executions/audited-tests.ts';
import { registerExecutionRoutes } from '../../../src/features/executions/execution-routes.ts';
import { ProblemError } from '../../../src/util/problem-error.ts';
import { ExecuteRouteFixture } from '../../http/execute-route/execute-route-fixture.ts';
import { FakeExecutionService, FOUND } from '../../support/fake-execution-service.ts';
import { createAction, FakeCatalogue } from './execution-fixture.ts';

const ONE = '/api/v1/dataactions/customer-by-ani';
const CANARY = 'canary-51c0';
const AS_ADMIN = { authorization: 'Bearer admin', 'content-type': 'application/json' };

describe('the routes next to the one that executes', () => {
  const clock = new FakeClock();
  let fixture: ExecuteRouteFixture;
  let catalogue: FakeCatalogue;
  let entries: AuditEntry[];
  beforeEach(async () => {
    catalogue = new FakeCatalogue(createAction());
    entries = [];
    const transactions = {
      run: async () => {
        throw new TypeError('a test changes no state');
      },
      record: (entry: AuditEntry) => void entries.push(entry),
    };
    fixture = await ExecuteRouteFixture.openOver(new FakeExecutionService(), clock, ({ server, service, meters }) => {
      const tests = new AuditedTests({ service, transactions, clock });
      registerExecutionRoutes(server.app, { tests, catalogue, meters, countingSince: clock.now() });
    });
  });
  afterEach(() => fixture.close());

  const stats = () => fixture.call({ method: 'GET', path: `${ONE}/stats`, headers: AS_ADMIN });
  const test = (body: unknown) => fixture.call({ path: `${ONE}/test`, headers: AS_ADMIN, body: JSON.stringify(body) });

  it('stats follow the contract, within 5 %', async () => {
    for (let index = 1; index <= 100; index += 1) {
      fixture.service.next = { totalMs: index, databaseMs: index / 2, queueMs: 0.5 };
      await fixture.call({ body: '{}' });
    }
    const { json } = await stats();
    const parsed = dataActionStatsSchema.parse(json);
    expect(parsed).toMatchObject({
      actionId: 'customer-by-ani',
      since: new Date(clock.now()).toISOString(),
      executions: 100,
      outcomes: { FOUND: 100 },
      sources: { live: 100 },
      rows: 100,
      bytes: 100 * Buffer.byteLength(FOUND.body),
      cacheHits: 0,
    });
    for (const [found, truth] of [
      [parsed.totalMs.p50, 50],
      [parsed.totalMs.p95, 95],
      [parsed.totalMs.p99, 99],
      [parsed.databaseMs.p99, 49.5],
      [parsed.queueMs.p50, 0.5],
    ] as const) {
      expect(Math.abs(found - truth) / truth).toBeLessThanOrEqual(0.05);
    }
  });

  it('stats of an action that was never executed are zeros, published or not', async () => {
    for (const found of [createAction(), 'never-published'] as const) {
      catalogue.found = found;
      expect(dataActionStatsSchema.parse((await stats()).json)).toMatchObject({ executions: 0, totalMs: { p99: 0 } });
    }
  });

  it('stats of an action that is another tenant’s or gone are 404, though it was executed', async () => {
    await fixture.call({ body: '{}' });
    catalogue.found = 'unknown';
    expect(await stats()).toMatchObject({ status: 404, json: { code: 'NOT_FOUND' } });
  });

  it('each route wants its scope', async () => {
    const path = `${ONE}/stats`;
    expect(await fixture.call({ method: 'GET', path })).toMatchObject({ status: 403 });
    expect(await fixture.call({ path: `${ONE}/test`, headers: { authorization: 'Bearer reader' } })).toMatchObject({
      status: 403,
    });
    expect(await fixture.call({ method: 'GET', path, headers: { authorization: 'Bearer reader' } })).toMatchObject({
      status: 200,
    });
  });

  it('a test is passed on, answered and recorded without its sample', async () => {
    fixture.service.testResult = {
      version: 2,
      answer: {
        outcome: 'TIMEOUT',
        source: 'none',
        rowCount: 0,
        truncated: false,
        ageSeconds: 0,
        executionId: 'execution-1',
      },
      errorClass: 'query-timeout',
      vendorCode: null,
      columns: null,
      plan: null,
      timings: { queueMs: 0, databaseMs: 0, totalMs: 0 },
    };
    const body = { input: { ani: CANARY }, version: 2 };
    expect(await test(body)).toMatchObject({ status: 200, json: { version: 2, errorClass: 'query-timeout' } });
    expect(fixture.service.tests).toMatchObject([{ caller: { tenant: 'acme' }, actionId: 'customer-by-ani', body }]);
    expect(entries).toMatchObject([
      {
        eventType: 'ACTION_TEST',
        actionId: 'customer-by-ani',
        status: 'FAILED',
        actor: 'client-1',
        details: { version: 2, outcome: 'TIMEOUT', errorClass: 'query-timeout' },
      },
    ]);
    expect(JSON.stringify([entries, fixture.logger.entries])).not.toContain(CANARY);
  });

  it('a test that is refused is recorded without the names that its caller made up', async () => {
    fixture.service.testResult = new ProblemError('VALIDATION_FAILED', 'no', {
      findings: [
        { code: 'UNKNOWN_FIELD', severity: 'error', path: `/input/${CANARY}`, message: 'no' },
        { code: 'UNKNOWN_FIELD', severity: 'error', path: `/${CANARY}`, message: 'no' },
        { code: 'INVALID_TYPE', severity: 'error', path: '/version', message: 'no' },
      ],
    });
    expect(await test({ input: { [CANARY]: 1 } })).toMatchObject({ status: 400 });
    expect(entries).toMatchObject([
      {
        status: 'FAILED',
        details: { code: 'VALIDATION_FAILED', issues: [{ path: '/input/*' }, { path: '/*' }, { path: '/version' }] },
      },
    ]);
    expect(JSON.stringify(entries)).not.toContain(CANARY);
  });

  it('tests count against the write limit', async () => {
    fixture.service.testResult = new ProblemError('NOT_FOUND', 'no');
    for (let index = 0; index < 50; index += 1) await test({});
    expect(await test({})).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
  });
});
