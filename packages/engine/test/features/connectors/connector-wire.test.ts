import { type WireExchangeName, wireExchange } from '@dipswitch/contract/fixtures';
import { afterEach, describe, expect, it } from 'vitest';
import { ProblemError } from '../../../src/util/problem-error.ts';
import { useSqliteState } from '../../support/state-databases.ts';
import { toComparable } from '../../support/to-comparable.ts';
import { settle } from './connector-fixture.ts';
import { type HttpFixture, type HttpFixtureOptions, openHttpFixture } from './connector-http-fixture.ts';

/** Members that are another each time: their presence and type are compared, not their value. */
const VOLATILE: ReadonlySet<string> = new Set(['requestId']);
/** In an answer about a measurement, what was measured and the sentence that explains it are volatile too. */
const MEASURED: ReadonlySet<string> = new Set([...VOLATILE, 'latencyMs', 'message']);
const TIMED: ReadonlySet<string> = new Set([...MEASURED, 'lastCheckAt', 'nextCheckAt', 'checkedAt']);

describe('the wire exchanges of the contract', () => {
  const state = useSqliteState();
  let fixture: HttpFixture;
  afterEach(() => fixture.close());

  async function open(options?: HttpFixtureOptions): Promise<void> {
    fixture = await openHttpFixture(await state.createPlace(), options);
    fixture.driver.module = 'pg 8.23.1';
    fixture.driver.serverVersion = 'PostgreSQL 18.4';
    fixture.held.isHeld = true;
  }

  async function send(name: WireExchangeName, as: 'acme' | 'other' | 'reader' = 'acme') {
    const { method, path, headers, body } = wireExchange(name).request;
    if (method !== 'GET' && method !== 'PUT' && method !== 'POST' && method !== 'DELETE') throw new TypeError(method);
    const { authorization: _token, ...others } = headers;
    return fixture.call(method, path, { as, headers: others, ...(body === null ? {} : { body }) });
  }

  /** Stores the connector of the exchanges, and has it checked at 09:01 as they tell. */
  async function store({ checked }: { checked: boolean }): Promise<void> {
    expect((await send('connector-created')).status).toBe(200);
    if (!checked) return;
    fixture.clock.advance(60_000);
    fixture.held.isHeld = false;
    fixture.runtimes.reconcile('db-prod-analytics-01');
    await settle();
  }

  async function expectAnswer(name: WireExchangeName, volatile = VOLATILE, as: 'acme' | 'other' | 'reader' = 'acme') {
    const { response } = wireExchange(name);
    const answer = await send(name, as);
    expect(answer.status).toBe(response.status);
    expect(toComparable(answer.body, volatile)).toEqual(toComparable(response.body, volatile));
    for (const header of Object.keys(response.headers)) expect(answer.headers, header).toHaveProperty(header);
    for (const header of ['content-type', 'etag', 'ratelimit-policy', 'retry-after'] as const) {
      expect(answer.headers[header], header).toBe(response.headers[header]);
    }
  }

  it('connector-created', async () => {
    await open();
    await expectAnswer('connector-created');
  });

  it.each(['connector-read', 'connector-unchanged', 'connector-last-page'] as const)('%s', async (name) => {
    await open();
    await store({ checked: true });
    await expectAnswer(name);
  });

  it('connector-page', async () => {
    await open();
    await store({ checked: true });
    const body = { ...Object(wireExchange('connector-created').request.body), connectorId: 'db-zzz' };
    await fixture.call('PUT', '/api/v1/integrations/connectors/db-zzz', { body });
    await expectAnswer('connector-page');
  });

  it('connector-replaced', async () => {
    await open();
    await store({ checked: true });
    fixture.held.isHeld = true;
    fixture.clock.jumpWall(240_000);
    await expectAnswer('connector-replaced');
  });

  it('connector-paused and connector-resumed', async () => {
    await open();
    await store({ checked: false });
    await expectAnswer('connector-paused');
    await expectAnswer('connector-resumed');
  });

  it('connector-deleted', async () => {
    await open();
    await store({ checked: true });
    await expectAnswer('connector-deleted');
  });

  it.each(['connector-refused', 'connector-id-mismatch', 'connector-not-json', 'not-found'] as const)(
    '%s',
    async (name) => {
      await open();
      await expectAnswer(name);
    },
  );

  it('already-exists and precondition-failed', async () => {
    await open();
    await store({ checked: false });
    await expectAnswer('already-exists');
    await send('connector-replaced');
    await expectAnswer('precondition-failed');
  });

  it('id-taken', async () => {
    await open();
    await store({ checked: false });
    await expectAnswer('id-taken', VOLATILE, 'other');
  });

  it('in-use', async () => {
    await open({ isInUse: true });
    await store({ checked: false });
    await expectAnswer('in-use');
  });

  it('audit-unavailable', async () => {
    await open();
    fixture.changes.run = async () => {
      throw new ProblemError('AUDIT_UNAVAILABLE', 'The audit trail cannot be written.');
    };
    await expectAnswer('audit-unavailable');
  });

  it('health-healthy', async () => {
    await open();
    await store({ checked: true });
    await expectAnswer('health-healthy');
  });

  it('health-checked-now', async () => {
    await open();
    await store({ checked: false });
    fixture.clock.advance(60_000);
    await expectAnswer('health-checked-now');
  });

  it('health-unreachable', async () => {
    await open();
    fixture.driver.behave('db.internal.net', 'refused');
    await store({ checked: true });
    for (let second = 0; second < 4; second += 1) {
      fixture.clock.advance(1_000);
      await settle();
    }
    await expectAnswer('health-unreachable', TIMED);
  });

  it('test-passed', async () => {
    await open();
    await expectAnswer('test-passed', MEASURED);
  });

  it('test-failed', async () => {
    await open();
    fixture.driver.behave('db.internal.net', 'authentication');
    await expectAnswer('test-failed', MEASURED);
  });

  it.each(['validate-passed', 'validate-refused'] as const)('%s', async (name) => {
    await open();
    await expectAnswer(name);
  });
});
