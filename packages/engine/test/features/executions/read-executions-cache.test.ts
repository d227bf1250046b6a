import { describe, expect, it } from 'vitest';
import { createAction, createServiceFixture, failWith, parseBody, ROW, resultOf } from './execution-fixture.ts';

describe('an execution that reads', () => {
  describe('with a cache', () => {
    const CACHED = { ttlSeconds: 10, staleIfErrorSeconds: 60, coalesce: true };

    it('answers from it while the answer is fresh, with its age', async () => {
      const { service, runtimes, clock, request } = createServiceFixture(createAction({ cache: CACHED }));
      const live = await service.execute(request());
      clock.advance(9_999);
      const cached = await service.execute(request());
      expect(cached).toMatchObject({ outcome: 'FOUND', source: 'cache', ageSeconds: 9, databaseMs: 0 });
      expect(cached.executionId).not.toBe(live.executionId);
      expect(parseBody(cached)).toMatchObject({
        id: 42,
        source: 'cache',
        ageSeconds: 9,
        executionId: cached.executionId,
      });
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
      runtimes.onRun = failWith('connection-lost');
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
      runtimes.onRun = failWith('refused');
      await service.execute(request());
      expect(service.statistics().cacheEntries).toBe(0);
      runtimes.onRun = async () => resultOf([ROW]);
      expect(await service.execute(request())).toMatchObject({ source: 'live' });
    });
  });
});
