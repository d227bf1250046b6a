import { DATA_ACTION_DEFAULTS, Secret } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { DRIVER_ERROR_KINDS, type DriverError, type StatementResult } from '../../../src/drivers/driver.ts';
import { RuntimeUnavailableError } from '../../../src/features/connectors/runtime/runtime-unavailable-error.ts';
import type { FlatResult } from '../../support/flat-result.ts';
import {
  createAction,
  createDeferred,
  createServiceFixture,
  failWith,
  inputField,
  NEVER,
  parseBody,
  ROW,
  resultOf,
  settle,
  startExecution,
} from './execution-fixture.ts';

describe('an execution that reads', () => {
  it('answers what the database found', async () => {
    const { service, runtimes, request } = createServiceFixture();
    const result = await service.execute(request());
    expect(parseBody(result)).toEqual({
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
    const started = startExecution(fixture);
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
      const started = startExecution(fixture, { callerDeadlineMs: 500 });
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
      const started = startExecution(fixture, { callerDeadlineMs });
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
      const started = startExecution(fixture);
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
      runtimes.onRun = failWith(kind, '22P02');
      const result = await service.execute(request());
      expect(result).toMatchObject({ outcome: OUTCOMES[kind], source: 'none', errorClass: kind, vendorCode: '22P02' });
      expect(parseBody(result)).toMatchObject({ id: null, full_name: null, tier: 'NONE', balance: 0, rowCount: 0 });
      expect(JSON.stringify(result)).not.toContain('canary');
      const isRetryable = result.outcome === 'BUSY' || result.outcome === 'UNAVAILABLE';
      expect(result.retryAfterSeconds).toBe(isRetryable ? 1 : null);
    });

    it('shows no vendor code that is none', async () => {
      const { service, runtimes, request } = createServiceFixture();
      runtimes.onRun = failWith('unknown', 'canary text with blanks');
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

  describe('with a static fallback', () => {
    it.each([
      ['TIMEOUT', 'query-timeout'],
      ['UNAVAILABLE', 'refused'],
      ['BUSY', 'pool-exhausted'],
      ['ERROR', 'syntax'],
    ] as const)('gives it on %s, over the declared defaults', async (outcome, kind) => {
      const { service, runtimes, request } = createServiceFixture(createAction({ fallback: { full_name: 'unknown' } }));
      runtimes.onRun = failWith(kind);
      const result = await service.execute(request());
      expect(parseBody(result)).toMatchObject({
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
      expect(parseBody(await service.execute(request()))).toMatchObject({
        outcome: 'NO_RECORDS',
        source: 'live',
        full_name: null,
      });
    });
  });
});
