import { describe, expect, it } from 'vitest';
import { DriverError, type DriverErrorKind, type StatementResult } from '../../../src/drivers/driver.ts';
import { RuntimeUnavailableError } from '../../../src/features/connectors/runtime/runtime-unavailable-error.ts';
import { StateUnavailableError } from '../../../src/state/state-errors.ts';
import { ProblemError } from '../../../src/util/problem-error.ts';
import {
  createAction,
  createDeferred,
  createServiceFixture,
  type DefinitionChanges,
  inputField,
  NEVER,
  resultOf,
  type ServiceFixture,
  settle,
} from './execution-fixture.ts';

const KEYED = { idempotencyKey: 'canary-key-1' };
const DONE = resultOf([], { columns: [], affectedRows: 1 });

function setUp(changes: DefinitionChanges = {}): ServiceFixture {
  const input = [inputField('ani', { required: true, sensitive: true })];
  const fixture = createServiceFixture(createAction({ access: 'write', input, output: [], ...changes }));
  fixture.runtimes.onRun = async () => DONE;
  return fixture;
}

function failOnce(fixture: ServiceFixture, error: Error): void {
  fixture.runtimes.onRun = async () => {
    fixture.runtimes.onRun = async () => DONE;
    throw error;
  };
}

const states = ({ store }: ServiceFixture) => [...store.rows.values()].map(({ state }) => state);

describe('an execution that writes', () => {
  it('says how many rows it changed', async () => {
    const { service, runtimes, request } = setUp();
    expect(await service.execute(request())).toMatchObject({ outcome: 'DONE', rowCount: 1, source: 'live' });
    expect(runtimes.runs[0]?.statement.access).toBe('write');
  });

  it('is refused by GET', async () => {
    const { service, runtimes, request } = setUp();
    await expect(service.execute(request({ readOnly: true }))).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    expect(runtimes.runs).toEqual([]);
  });

  it('is refused while the audit trail cannot be written', async () => {
    const { service, runtimes, audit, store, request } = setUp();
    audit.failure = new ProblemError('AUDIT_UNAVAILABLE', 'the disk is full');
    await expect(service.execute(request(KEYED))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect([runtimes.runs.length, store.rows.size]).toEqual([0, 0]);
  });

  it('shares nothing, caches nothing and has no fallback', async () => {
    const fixture = setUp({ cache: { ttlSeconds: 60, staleIfErrorSeconds: 60 }, fallback: {} });
    const { service, runtimes, request } = fixture;
    await Promise.all([service.execute(request()), service.execute(request())]);
    expect(runtimes.runs.length).toBe(2);
    failOnce(fixture, new DriverError('refused', 'away'));
    expect(await service.execute(request())).toMatchObject({ outcome: 'UNAVAILABLE', source: 'none' });
    expect(service.statistics().cacheEntries).toBe(0);
  });

  it('finds a standby UNAVAILABLE', async () => {
    const fixture = setUp();
    failOnce(fixture, new DriverError('read-only', 'a standby', { vendorCode: '25006' }));
    expect(await fixture.service.execute(fixture.request())).toMatchObject({
      outcome: 'UNAVAILABLE',
      errorClass: 'read-only',
      vendorCode: '25006',
    });
  });

  it('is not even claimed when there is neither a place nor room to wait for one', async () => {
    const { service, runtimes, store, request } = setUp({ limits: { maxConcurrency: 1 } });
    runtimes.onRun = () => NEVER;
    for (const idempotencyKey of ['running', 'waiting']) service.execute(request({ idempotencyKey })).catch(() => {});
    await settle();
    const refused = await service.execute(request({ idempotencyKey: 'refused' }));
    expect(refused).toMatchObject({ outcome: 'BUSY', errorClass: 'bulkhead-full', retryAfterSeconds: 1 });
    expect(store.rows.size).toBe(2);
  });

  describe('repeated', () => {
    it('runs once and gives the same answer, byte for byte', async () => {
      const { service, runtimes, clock, request } = setUp();
      const first = await service.execute(request(KEYED));
      clock.advance(23 * 3_600_000);
      const again = await service.execute(request(KEYED));
      expect(again.body).toBe(first.body);
      expect(again).toMatchObject({ outcome: 'DONE', rowCount: 1, replayed: true, executionId: first.executionId });
      expect(runtimes.runs.length).toBe(1);
    });

    it('runs again after a day', async () => {
      const { service, runtimes, clock, request } = setUp();
      await service.execute(request(KEYED));
      clock.advance(24 * 3_600_000);
      expect(await service.execute(request(KEYED))).toMatchObject({ replayed: false });
      expect(runtimes.runs.length).toBe(2);
    });

    it('is known by the contact and the arguments where there is no key', async () => {
      const { service, runtimes, request } = setUp();
      const contact = { contactId: 'contact-1' };
      await service.execute(request(contact));
      expect(await service.execute(request(contact))).toMatchObject({ replayed: true });
      expect(await service.execute(request({ contactId: 'contact-2' }))).toMatchObject({ replayed: false });
      expect(await service.execute(request({ ...contact, input: { ani: 'other' } }))).toMatchObject({
        replayed: false,
      });
      expect(runtimes.runs.length).toBe(3);
    });

    it('goes by the key where there is one, whatever the contact', async () => {
      const { service, runtimes, request } = setUp();
      await service.execute(request({ ...KEYED, contactId: 'contact-1' }));
      expect(await service.execute(request({ ...KEYED, contactId: 'contact-2' }))).toMatchObject({ replayed: true });
      expect(runtimes.runs.length).toBe(1);
    });

    it('runs each time without a key and a contact', async () => {
      const { service, runtimes, store, request } = setUp();
      await service.execute(request());
      await service.execute(request());
      await service.execute(request({ contactId: '' }));
      expect([runtimes.runs.length, store.rows.size]).toEqual([3, 0]);
    });

    it('is refused with other input under the same key', async () => {
      const { service, request } = setUp();
      await service.execute(request(KEYED));
      await expect(service.execute(request({ ...KEYED, input: { ani: 'other' } }))).rejects.toMatchObject({
        code: 'IDEMPOTENCY_KEY_REUSED',
      });
    });

    it('takes the same input for the same, however it is written', async () => {
      const { service, request } = setUp({ input: [inputField('n', { type: 'integer' })] });
      await service.execute(request({ ...KEYED, input: { n: ' 7' } }));
      expect(await service.execute(request({ ...KEYED, input: { n: 7 } }))).toMatchObject({ replayed: true });
    });

    it('is refused while the first one is running', async () => {
      const { service, runtimes, request } = setUp();
      const { promise, resolve } = createDeferred<StatementResult>();
      runtimes.onRun = () => promise;
      const first = service.execute(request(KEYED));
      await settle();
      await expect(service.execute(request(KEYED))).rejects.toMatchObject({
        code: 'EXECUTION_IN_PROGRESS',
        retryAfterSeconds: 1,
      });
      resolve(DONE);
      expect((await first).outcome).toBe('DONE');
      expect(runtimes.runs.length).toBe(1);
    });

    it('is refused when its key is empty or endless', async () => {
      const { service, request } = setUp();
      for (const idempotencyKey of ['', 'k'.repeat(256)]) {
        await expect(service.execute(request({ idempotencyKey }))).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
      }
    });

    it('keeps neither key nor arguments nor answer in clear', async () => {
      const output = [{ name: 'note', type: 'string', format: null, maxLength: 20, default: null } as const];
      const { service, runtimes, store, request } = setUp({ output });
      runtimes.onRun = async () => resultOf([['canary-answer']], { columns: ['note'] });
      await service.execute(request({ ...KEYED, input: { ani: 'canary-ani' }, contactId: 'canary-contact' }));
      expect(JSON.stringify([...store.rows])).not.toContain('canary');
      expect(store.rows.size).toBe(1);
    });
  });

  describe('that took no effect for certain', () => {
    const refused: ReadonlyArray<[DriverErrorKind, string | undefined]> = [
      ['refused', undefined],
      ['host-not-found', undefined],
      ['connect-timeout', undefined],
      ['authentication', '28P01'],
      ['too-many-connections', '53300'],
      ['pool-exhausted', undefined],
      ['read-only', '25006'],
      ['permission', '42501'],
      ['syntax', '42601'],
      ['unknown', '23505'],
      ['unknown', '1062'],
      ['unknown', 'ORA-00001'],
      ['query-timeout', '57014'],
    ];
    it.each(refused)('by %s (%s) runs when it is repeated', async (kind, vendorCode) => {
      const fixture = setUp();
      failOnce(fixture, new DriverError(kind, 'failed', { vendorCode }));
      const first = await fixture.service.execute(fixture.request(KEYED));
      expect(first.outcome).not.toBe('DONE');
      expect(fixture.store.rows.size).toBe(0);
      expect(await fixture.service.execute(fixture.request(KEYED))).toMatchObject({ outcome: 'DONE', replayed: false });
    });

    it('because of its breaker, its rate, its bulkhead or a paused connector runs when it is repeated', async () => {
      const fixture = setUp({ limits: { ratePerSecond: 2, maxConcurrency: 1 } });
      failOnce(fixture, new RuntimeUnavailableError('failing'));
      expect((await fixture.service.execute(fixture.request(KEYED))).errorClass).toBe('breaker-open');
      failOnce(fixture, new RuntimeUnavailableError('paused'));
      await expect(fixture.service.execute(fixture.request(KEYED))).rejects.toMatchObject({ code: 'CONNECTOR_PAUSED' });
      expect((await fixture.service.execute(fixture.request(KEYED))).errorClass).toBe('rate');
      expect(fixture.store.rows.size).toBe(0);
    });
  });

  describe('that nobody knows the end of', () => {
    it.each<[DriverErrorKind, string | undefined]>([
      ['connection-lost', '57P01'],
      ['connection-lost', 'EPIPE'],
      ['query-timeout', undefined],
      ['cancelled', undefined],
      ['protocol', undefined],
      ['closed', undefined],
      ['unknown', undefined],
      ['unknown', 'EPIPE'],
    ])('by %s (%s) gives the same answer when it is repeated, and never runs again', async (kind, vendorCode) => {
      const fixture = setUp();
      failOnce(fixture, new DriverError(kind, 'failed', { vendorCode }));
      const first = await fixture.service.execute(fixture.request(KEYED));
      expect(states(fixture)).toEqual(['in-doubt']);
      const again = await fixture.service.execute(fixture.request(KEYED));
      expect(again.body).toBe(first.body);
      expect(again).toMatchObject({ outcome: first.outcome, replayed: true, errorClass: 'in-doubt' });
      expect(fixture.runtimes.runs.length).toBe(1);
    });

    it('because its driver hangs answers TIMEOUT in time and stays in doubt', async () => {
      const fixture = setUp();
      fixture.runtimes.onRun = () => NEVER;
      const first = fixture.service.execute(fixture.request(KEYED));
      await settle();
      fixture.clock.advance(3000);
      expect(await first).toMatchObject({ outcome: 'TIMEOUT' });
      await settle();
      expect(states(fixture)).toEqual(['in-doubt']);
    });

    it('because its engine died is in doubt after its lease, and before that still running', async () => {
      const fixture = setUp();
      fixture.runtimes.onRun = () => NEVER;
      fixture.service.execute(fixture.request(KEYED)).catch(() => {});
      await settle();
      // A second engine on the same state; the first one is gone for good.
      const other = setUp();
      for (const [key, row] of fixture.store.rows) other.store.rows.set(key, row);
      await expect(other.service.execute(other.request(KEYED))).rejects.toMatchObject({
        code: 'EXECUTION_IN_PROGRESS',
      });
      other.clock.advance(3000 + 60_000);
      await expect(other.service.execute(other.request(KEYED))).rejects.toMatchObject({ code: 'EXECUTION_IN_DOUBT' });
      expect(other.runtimes.runs).toEqual([]);
    });
  });

  describe('while the state database', () => {
    it('is away does not go out', async () => {
      const { service, runtimes, store, request } = setUp();
      store.failure = new StateUnavailableError('away');
      expect(await service.execute(request(KEYED))).toMatchObject({
        outcome: 'UNAVAILABLE',
        errorClass: 'state-unavailable',
      });
      expect(runtimes.runs).toEqual([]);
    });

    it('hangs does not go out, answers in time, and is forgotten when the claim is made after all', async () => {
      const { service, runtimes, store, clock, request } = setUp();
      const { promise, resolve } = createDeferred<void>();
      store.gate = promise;
      const first = service.execute(request(KEYED));
      await settle();
      clock.advance(3000);
      expect(await first).toMatchObject({ outcome: 'UNAVAILABLE', errorClass: 'state-timeout' });
      resolve();
      await settle();
      expect([runtimes.runs.length, store.rows.size]).toEqual([0, 0]);
    });

    it('does not take the answer answers all the same, and is in doubt later', async () => {
      const { service, runtimes, store, clock, logger, request } = setUp();
      runtimes.onRun = async () => {
        store.failure = new StateUnavailableError('away');
        return DONE;
      };
      expect(await service.execute(request(KEYED))).toMatchObject({ outcome: 'DONE' });
      expect(logger.entries).toMatchObject([{ level: 'warn' }]);
      store.failure = undefined;
      clock.advance(63_001);
      await expect(service.execute(request(KEYED))).rejects.toMatchObject({ code: 'EXECUTION_IN_DOUBT' });
      expect(runtimes.runs.length).toBe(1);
    });
  });

  it('sweeps what has expired', async () => {
    const { service, store, clock, request } = setUp();
    await service.execute(request(KEYED));
    service.start();
    clock.advance(24 * 3_600_000);
    await settle();
    clock.advance(600_000);
    await settle();
    expect(store.rows.size).toBe(0);
    service.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
