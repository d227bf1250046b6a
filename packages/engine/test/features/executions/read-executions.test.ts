import { DATA_ACTION_DEFAULTS, Secret } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { DRIVER_ERROR_KINDS, DriverError, type StatementResult } from '../../../src/drivers/driver.ts';
import { RuntimeUnavailableError } from '../../../src/features/connectors/runtime/runtime-unavailable-error.ts';
import type { FlatResult } from '../../support/flat-result.ts';
import {
  createAction,
  createDeferred,
  createServiceFixture,
  inputField,
  NEVER,
  ROW,
  resultOf,
  type ServiceFixture,
  settle,
} from './execution-fixture.ts';

const fail = (kind: DriverError['kind'], vendorCode?: string) => async () => {
  throw new DriverError(kind, 'canary-driver-text', { vendorCode });
};

function parse(result: FlatResult): Record<string, unknown> {
  return JSON.parse(result.body);
}

/** Starts an execution and remembers whether it has ended. */
function start({ service, request }: ServiceFixture, changes: Parameters<ServiceFixture['request']>[0] = {}) {
  const started: { result: FlatResult | null; readonly promise: Promise<FlatResult> } = {
    result: null,
    promise: service.execute(request(changes)),
  };
  started.promise.then(
    (result) => {
      started.result = result;
    },
    () => {},
  );
  return started;
}

describe('an execution that reads', () => {
  it('answers what the database found', async () => {
    const { service, runtimes, request } = createServiceFixture();
    const result = await service.execute(request());
    expect(parse(result)).toEqual({
      outcome: 'FOUND',
      rowCount: 1,
      truncated: false,
      source: 'live',
      ageSeconds: 0,
      executionId: result.executionId,
      id: 42,
      full_name: 'Ada Lovelace',
      tier: 'gold',
      balance: 12.5,
    });
    expect(result).toMatchObject({
      version: 1,
      connectorId: 'db-1',
      errorClass: null,
      retryAfterSeconds: null,
      coalesced: false,
      replayed: false,
      databaseMs: 1,
    });
    expect(runtimes.runs[0]).toMatchObject({ connectorId: 'db-1', parameters: ['+4930123456'] });
  });

  it('hands the driver the same frozen statement each time', async () => {
    const { service, runtimes, request } = createServiceFixture();
    await service.execute(request());
    await service.execute(request({ input: { ani: '2' } }));
    expect(runtimes.runs[0]?.statement).toBe(runtimes.runs[1]?.statement);
    expect(Object.isFrozen(runtimes.runs[0]?.statement)).toBe(true);
    expect(runtimes.runs[0]?.statement).toMatchObject({ access: 'read', maxRows: 1, undo: false });
  });

  it('says what it was asked, sensitive values in their wrapper', async () => {
    const input = [
      inputField('ani', { sensitive: true }),
      inputField('since', { format: 'date-time' }),
      inputField('big', { type: 'integer' }),
    ];
    const { service, request } = createServiceFixture(createAction({ input }));
    const given = { ani: '+49', since: '2026-01-02T03:04:05Z', big: '9007199254740993' };
    const { auditInput } = await service.execute(request({ input: given }));
    expect(auditInput.ani).toBeInstanceOf(Secret);
    expect(auditInput).toMatchObject({ since: '2026-01-02T03:04:05.000Z', big: '9007199254740993' });
    expect(JSON.stringify(auditInput)).not.toContain('+49');
  });

  it('ends when the service is closed', async () => {
    const fixture = createServiceFixture();
    fixture.runtimes.onRun = () => NEVER;
    const started = start(fixture);
    await settle();
    fixture.service.close();
    expect(await started.promise).toMatchObject({ outcome: 'TIMEOUT' });
    expect([fixture.clock.pendingTimers, fixture.service.statistics().inFlight]).toEqual([0, 0]);
  });

  describe('that is refused', () => {
    it('with every finding when the input does not fit', async () => {
      const { service, runtimes, request } = createServiceFixture();
      const refused = service.execute(request({ input: { anni: 'canary' } }));
      await expect(refused).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        findings: [{ path: '/ani' }, { path: '/anni' }],
      });
      expect(runtimes.runs).toEqual([]);
    });

    it('when there is no such action, or no published version of it', async () => {
      const { service, catalogue, request } = createServiceFixture('unknown');
      await expect(service.execute(request())).rejects.toMatchObject({ code: 'NOT_FOUND' });
      catalogue.found = Promise.resolve('never-published' as const);
      await expect(service.execute(request())).rejects.toMatchObject({ code: 'NOT_PUBLISHED' });
    });

    it('when its connector is paused', async () => {
      const { service, runtimes, request } = createServiceFixture();
      runtimes.onRun = async () => {
        throw new RuntimeUnavailableError('paused');
      };
      await expect(service.execute(request())).rejects.toMatchObject({ code: 'CONNECTOR_PAUSED' });
    });

    it('in time when the action cannot be looked up', async () => {
      const fixture = createServiceFixture();
      fixture.catalogue.found = NEVER;
      const started = start(fixture, { callerDeadlineMs: 500 });
      fixture.clock.advance(500);
      await expect(started.promise).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
      expect(fixture.clock.pendingTimers).toBe(0);
    });
  });

  describe('within its deadline', () => {
    it.each([
      ['the one of the action', null, DATA_ACTION_DEFAULTS.limits.deadlineMs],
      ['a shorter one of the caller', 200, 200],
      ['never a longer one of the caller', 60_000, DATA_ACTION_DEFAULTS.limits.deadlineMs],
    ])('answers TIMEOUT though the driver hangs: %s', async (_, callerDeadlineMs, budgetMs) => {
      const fixture = createServiceFixture();
      fixture.runtimes.onRun = () => NEVER;
      const startedAtMs = fixture.clock.monotonicMs();
      const started = start(fixture, { callerDeadlineMs });
      await settle();
      expect(fixture.runtimes.runs[0]?.options.endsAtMs).toBeLessThan(startedAtMs + budgetMs);
      expect(fixture.runtimes.runs[0]?.options.endsAtMs).toBeGreaterThanOrEqual(startedAtMs + budgetMs * 0.95);
      fixture.clock.advance(budgetMs * 0.9);
      await settle();
      expect(started.result).toBeNull();
      fixture.clock.advance(budgetMs * 0.1);
      await settle();
      expect(started.result).toMatchObject({ outcome: 'TIMEOUT', errorClass: 'query-timeout' });
    });

    it('counts the time since the request was read', async () => {
      const { service, runtimes, clock, request } = createServiceFixture();
      const read = request();
      clock.advance(1000);
      await service.execute(read);
      expect(runtimes.runs[0]?.options.endsAtMs).toBe(clock.monotonicMs() + 3000 - 25 - 1000);
    });

    it('asks nobody when there is no time left', async () => {
      const { service, runtimes, clock, request } = createServiceFixture();
      const read = request();
      clock.advance(3000);
      expect(await service.execute(read)).toMatchObject({ outcome: 'TIMEOUT', errorClass: 'no-time-left' });
      expect(runtimes.runs).toEqual([]);
    });

    it('ignores an answer that comes too late', async () => {
      const fixture = createServiceFixture();
      const { promise, resolve } = createDeferred<StatementResult>();
      fixture.runtimes.onRun = () => promise;
      const started = start(fixture);
      await settle();
      fixture.clock.advance(3000);
      resolve(resultOf([ROW]));
      expect(await started.promise).toMatchObject({ outcome: 'TIMEOUT', source: 'none' });
    });
  });

  describe('that fails', () => {
    const OUTCOMES: Readonly<Record<DriverError['kind'], FlatResult['outcome']>> = {
      refused: 'UNAVAILABLE',
      'host-not-found': 'UNAVAILABLE',
      unreachable: 'UNAVAILABLE',
      'connect-timeout': 'TIMEOUT',
      'egress-denied': 'UNAVAILABLE',
      'tls-not-offered': 'UNAVAILABLE',
      'tls-untrusted': 'UNAVAILABLE',
      'tls-expired': 'UNAVAILABLE',
      'tls-host-mismatch': 'UNAVAILABLE',
      authentication: 'UNAVAILABLE',
      'database-not-found': 'UNAVAILABLE',
      permission: 'ERROR',
      'too-many-connections': 'BUSY',
      'pool-exhausted': 'BUSY',
      'query-timeout': 'TIMEOUT',
      cancelled: 'TIMEOUT',
      'connection-lost': 'UNAVAILABLE',
      'read-only': 'ERROR',
      syntax: 'ERROR',
      protocol: 'ERROR',
      closed: 'UNAVAILABLE',
      'driver-unavailable': 'UNAVAILABLE',
      unknown: 'ERROR',
    };

    it.each(DRIVER_ERROR_KINDS)('with %s has its outcome, every field, and nothing of the text', async (kind) => {
      const { service, runtimes, request } = createServiceFixture();
      runtimes.onRun = fail(kind, '22P02');
      const result = await service.execute(request());
      expect(result).toMatchObject({ outcome: OUTCOMES[kind], source: 'none', errorClass: kind, vendorCode: '22P02' });
      expect(parse(result)).toMatchObject({ id: null, full_name: null, tier: 'NONE', balance: 0, rowCount: 0 });
      expect(JSON.stringify(result)).not.toContain('canary');
      const isRetryable = result.outcome === 'BUSY' || result.outcome === 'UNAVAILABLE';
      expect(result.retryAfterSeconds).toBe(isRetryable ? 1 : null);
    });

    it('shows no vendor code that is none', async () => {
      const { service, runtimes, request } = createServiceFixture();
      runtimes.onRun = fail('unknown', 'canary text with blanks');
      expect(await service.execute(request())).toMatchObject({ outcome: 'ERROR', vendorCode: null });
    });

    it('because the breaker is open says so at once and when the next check is', async () => {
      const { service, runtimes, request } = createServiceFixture();
      runtimes.nextCheckInMs = 4_200;
      runtimes.onRun = async () => {
        throw new RuntimeUnavailableError('failing', 'UNREACHABLE');
      };
      expect(await service.execute(request())).toMatchObject({
        outcome: 'UNAVAILABLE',
        errorClass: 'breaker-open',
        retryAfterSeconds: 5,
        totalMs: 0,
      });
    });

    it('because the pool did not open in time is a TIMEOUT', async () => {
      const { service, runtimes, request } = createServiceFixture();
      runtimes.onRun = async () => {
        throw new RuntimeUnavailableError('opening');
      };
      expect(await service.execute(request())).toMatchObject({ outcome: 'TIMEOUT', errorClass: 'connect-timeout' });
    });

    it('by a bug of ours answers ERROR and leaves the bug in the log', async () => {
      const { service, runtimes, logger, request } = createServiceFixture();
      runtimes.onRun = async () => {
        throw new TypeError('a bug');
      };
      expect(await service.execute(request())).toMatchObject({ outcome: 'ERROR', errorClass: 'internal' });
      expect(logger.entries).toMatchObject([{ level: 'error', actionId: 'customer-by-ani' }]);
    });
  });

  describe('under load', () => {
    it('is BUSY above its rate, with the time when it may come again', async () => {
      const fixture = createServiceFixture(createAction({ limits: { ratePerSecond: 0.5 } }));
      expect((await fixture.service.execute(fixture.request())).outcome).toBe('FOUND');
      const refused = await fixture.service.execute(fixture.request());
      expect(refused).toMatchObject({ outcome: 'BUSY', errorClass: 'rate', retryAfterSeconds: 2 });
      fixture.clock.advance(2000);
      expect((await fixture.service.execute(fixture.request())).outcome).toBe('FOUND');
      expect(fixture.runtimes.runs.length).toBe(2);
    });

    it('keeps its rate when another version is published', async () => {
      const { service, catalogue, request } = createServiceFixture(createAction({ limits: { ratePerSecond: 1 } }));
      await service.execute(request());
      catalogue.found = createAction({ limits: { ratePerSecond: 1 } }, 2);
      expect(await service.execute(request())).toMatchObject({ outcome: 'BUSY', version: 2 });
    });

    it('waits in line for a place, as many as there are places, and is BUSY beyond', async () => {
      const fixture = createServiceFixture(createAction({ limits: { maxConcurrency: 2 }, cache: { coalesce: false } }));
      const running = [createDeferred<StatementResult>(), createDeferred<StatementResult>()];
      fixture.runtimes.onRun = async () => running[fixture.runtimes.runs.length - 1]?.promise ?? resultOf([ROW]);
      const started = Array.from({ length: 5 }, () => start(fixture));
      await settle();
      expect(fixture.runtimes.runs.length).toBe(2);
      expect(started[4]?.result).toMatchObject({ outcome: 'BUSY', errorClass: 'bulkhead-full' });
      fixture.clock.advance(100);
      running[0]?.resolve(resultOf([ROW]));
      await settle();
      expect(started[2]?.result).toMatchObject({ outcome: 'FOUND', queueMs: 100 });
      running[1]?.resolve(resultOf([ROW]));
      await settle();
      expect(started.map(({ result }) => result?.outcome)).toEqual(['FOUND', 'FOUND', 'FOUND', 'FOUND', 'BUSY']);
    });

    it('is BUSY at once when the line is too long for its time', async () => {
      const fixture = createServiceFixture(createAction({ limits: { maxConcurrency: 1 }, cache: { coalesce: false } }));
      const { promise, resolve } = createDeferred<StatementResult>();
      fixture.runtimes.onRun = () => promise;
      const slow = start(fixture);
      fixture.clock.advance(1000);
      resolve(resultOf([ROW]));
      await slow.promise;
      fixture.runtimes.onRun = () => NEVER;
      start(fixture);
      const hasty = await fixture.service.execute(fixture.request({ callerDeadlineMs: 500 }));
      expect(hasty).toMatchObject({ outcome: 'BUSY', errorClass: 'bulkhead-wait', totalMs: 0 });
    });

    it('is BUSY by its deadline when its turn does not come, and leaves the line', async () => {
      const fixture = createServiceFixture(createAction({ limits: { maxConcurrency: 1 }, cache: { coalesce: false } }));
      const { promise, resolve } = createDeferred<StatementResult>();
      fixture.runtimes.onRun = () => promise;
      start(fixture);
      const waiting = start(fixture, { callerDeadlineMs: 100 });
      fixture.clock.advance(100);
      await settle();
      expect(waiting.result).toMatchObject({ outcome: 'BUSY', errorClass: 'bulkhead-wait' });
      resolve(resultOf([ROW]));
      await settle();
      expect(fixture.runtimes.runs.length).toBe(1);
    });

    it('is BUSY when too much is under way on its connector', async () => {
      const limits = { maxConcurrency: 1000 };
      const fixture = createServiceFixture(createAction({ limits, cache: { coalesce: false } }));
      fixture.runtimes.poolMax = 5;
      fixture.runtimes.onRun = () => NEVER;
      for (let index = 0; index < 80; index += 1) start(fixture);
      expect(await fixture.service.execute(fixture.request())).toMatchObject({
        outcome: 'BUSY',
        errorClass: 'connector-busy',
      });
      expect(fixture.runtimes.runs.length).toBe(80);
    });

    it('is BUSY when too much is under way in the engine', async () => {
      const fixture = createServiceFixture(createAction(), { maxInFlight: 3 });
      fixture.runtimes.onRun = () => NEVER;
      for (let index = 0; index < 3; index += 1) start(fixture, { input: { ani: String(index) } });
      expect(await fixture.service.execute(fixture.request())).toMatchObject({
        outcome: 'BUSY',
        errorClass: 'engine-busy',
      });
      fixture.clock.advance(3000);
      await settle();
      fixture.runtimes.onRun = async () => resultOf([ROW]);
      expect(await fixture.service.execute(fixture.request())).toMatchObject({ outcome: 'FOUND' });
    });
  });

  describe('identical to one in flight', () => {
    it('shares its statement', async () => {
      const fixture = createServiceFixture();
      const { promise, resolve } = createDeferred<StatementResult>();
      fixture.runtimes.onRun = () => promise;
      const started = Array.from({ length: 10 }, () => start(fixture));
      const other = start(fixture, { input: { ani: 'other' } });
      resolve(resultOf([ROW]));
      const results = await Promise.all(started.map((one) => one.promise));
      await other.promise;
      expect(fixture.runtimes.runs.length).toBe(2);
      expect(results.map(({ coalesced }) => coalesced)).toEqual([false, ...Array(9).fill(true)]);
      expect(new Set(results.map(({ executionId }) => executionId)).size).toBe(10);
      expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['FOUND']));
    });

    it('has a statement of its own where sharing is off', async () => {
      const fixture = createServiceFixture(createAction({ cache: { coalesce: false } }));
      await Promise.all([start(fixture).promise, start(fixture).promise]);
      expect(fixture.runtimes.runs.length).toBe(2);
    });

    it('has a statement of its own once the other one has ended, and once another version is published', async () => {
      const fixture = createServiceFixture();
      await fixture.service.execute(fixture.request());
      fixture.runtimes.onRun = () => NEVER;
      start(fixture);
      fixture.catalogue.found = createAction({}, 2);
      start(fixture);
      await settle();
      expect(fixture.runtimes.runs.length).toBe(3);
    });

    it('answers by its own deadline though the other one has more time', async () => {
      const fixture = createServiceFixture();
      fixture.runtimes.onRun = () => NEVER;
      start(fixture);
      const hasty = start(fixture, { callerDeadlineMs: 100 });
      fixture.clock.advance(100);
      await settle();
      expect(hasty.result).toMatchObject({ outcome: 'TIMEOUT', coalesced: true });
      expect(fixture.runtimes.runs.length).toBe(1);
    });

    it('runs once itself when the other one had less time', async () => {
      const fixture = createServiceFixture();
      fixture.runtimes.onRun = () => NEVER;
      const hasty = start(fixture, { callerDeadlineMs: 100 });
      const patient = [start(fixture), start(fixture)];
      await settle();
      const { promise, resolve } = createDeferred<StatementResult>();
      fixture.runtimes.onRun = () => promise;
      fixture.clock.advance(100);
      await settle();
      expect(hasty.result?.outcome).toBe('TIMEOUT');
      resolve(resultOf([ROW]));
      const results = await Promise.all(patient.map((one) => one.promise));
      expect(results.map(({ outcome }) => outcome)).toEqual(['FOUND', 'FOUND']);
      expect(fixture.runtimes.runs.length).toBe(2);
    });

    it('fails with the other one when the database failed', async () => {
      const fixture = createServiceFixture();
      fixture.runtimes.onRun = fail('refused');
      const results = await Promise.all([start(fixture).promise, start(fixture).promise]);
      expect(results.map(({ outcome }) => outcome)).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
      expect(fixture.runtimes.runs.length).toBe(1);
    });
  });

  describe('with a cache', () => {
    const CACHED = { ttlSeconds: 10, staleIfErrorSeconds: 60, coalesce: true };

    it('answers from it while the answer is fresh, with its age', async () => {
      const { service, runtimes, clock, request } = createServiceFixture(createAction({ cache: CACHED }));
      const live = await service.execute(request());
      clock.advance(9_999);
      const cached = await service.execute(request());
      expect(cached).toMatchObject({ outcome: 'FOUND', source: 'cache', ageSeconds: 9, databaseMs: 0 });
      expect(cached.executionId).not.toBe(live.executionId);
      expect(parse(cached)).toMatchObject({ id: 42, source: 'cache', ageSeconds: 9, executionId: cached.executionId });
      clock.advance(1);
      expect(await service.execute(request())).toMatchObject({ source: 'live', ageSeconds: 0 });
      expect(runtimes.runs.length).toBe(2);
    });

    it('keeps that there are no records, and answers of other input apart', async () => {
      const { service, runtimes, request } = createServiceFixture(createAction({ cache: CACHED }));
      runtimes.onRun = async ({ parameters }) => resultOf(parameters[0] === 'known' ? [ROW] : []);
      for (const ani of ['known', 'unknown']) await service.execute(request({ input: { ani } }));
      expect(await service.execute(request({ input: { ani: 'unknown' } }))).toMatchObject({
        outcome: 'NO_RECORDS',
        source: 'cache',
      });
      expect(await service.execute(request({ input: { ani: 'known' } }))).toMatchObject({
        outcome: 'FOUND',
        source: 'cache',
      });
    });

    it('gives the last answer while the database fails, with its own outcome, and no longer than allowed', async () => {
      const { service, runtimes, clock, request } = createServiceFixture(
        createAction({ cache: CACHED, fallback: { tier: 'FALLBACK' } }),
      );
      await service.execute(request());
      runtimes.onRun = fail('connection-lost');
      clock.advance(69_999);
      const stale = await service.execute(request());
      expect(stale).toMatchObject({
        outcome: 'FOUND',
        source: 'stale',
        ageSeconds: 69,
        errorClass: 'connection-lost',
      });
      clock.advance(1);
      expect(await service.execute(request())).toMatchObject({ outcome: 'UNAVAILABLE', source: 'fallback' });
    });

    it('is empty for another version, even one of the same number', async () => {
      const { service, catalogue, runtimes, request } = createServiceFixture(createAction({ cache: CACHED }));
      await service.execute(request());
      catalogue.found = createAction({ cache: CACHED });
      expect(await service.execute(request())).toMatchObject({ source: 'live' });
      expect(runtimes.runs.length).toBe(2);
    });

    it('gives the last answer when it is turned away', async () => {
      const { service, clock, request } = createServiceFixture(
        createAction({ cache: CACHED, limits: { ratePerSecond: 1 } }),
      );
      await service.execute(request());
      expect(await service.execute(request())).toMatchObject({ source: 'stale', errorClass: 'rate' });
      clock.advance(60_000);
      expect(await service.execute(request())).toMatchObject({ source: 'live' });
    });

    it('does not keep a failure', async () => {
      const { service, runtimes, request } = createServiceFixture(createAction({ cache: CACHED }));
      runtimes.onRun = fail('refused');
      await service.execute(request());
      expect(service.statistics().cacheEntries).toBe(0);
      runtimes.onRun = async () => resultOf([ROW]);
      expect(await service.execute(request())).toMatchObject({ source: 'live' });
    });
  });

  describe('with a static fallback', () => {
    it.each([
      ['TIMEOUT', 'query-timeout'],
      ['UNAVAILABLE', 'refused'],
      ['BUSY', 'pool-exhausted'],
      ['ERROR', 'syntax'],
    ] as const)('gives it on %s, over the declared defaults', async (outcome, kind) => {
      const { service, runtimes, request } = createServiceFixture(createAction({ fallback: { full_name: 'unknown' } }));
      runtimes.onRun = fail(kind);
      const result = await service.execute(request());
      expect(parse(result)).toMatchObject({
        outcome,
        source: 'fallback',
        full_name: 'unknown',
        tier: 'NONE',
        id: null,
      });
    });

    it('does not give it when there are no records', async () => {
      const { service, runtimes, request } = createServiceFixture(createAction({ fallback: { full_name: 'unknown' } }));
      runtimes.onRun = async () => resultOf([]);
      expect(parse(await service.execute(request()))).toMatchObject({
        outcome: 'NO_RECORDS',
        source: 'live',
        full_name: null,
      });
    });
  });
});
