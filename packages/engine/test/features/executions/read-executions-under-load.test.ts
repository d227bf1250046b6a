import { describe, expect, it } from 'vitest';
import type { StatementResult } from '../../../src/drivers/driver.ts';
import {
  createAction,
  createDeferred,
  createServiceFixture,
  failWith,
  NEVER,
  ROW,
  resultOf,
  settle,
  startExecution,
} from './execution-fixture.ts';

describe('an execution that reads', () => {
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
      const started = Array.from({ length: 5 }, () => startExecution(fixture));
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
      const slow = startExecution(fixture);
      fixture.clock.advance(1000);
      resolve(resultOf([ROW]));
      await slow.promise;
      fixture.runtimes.onRun = () => NEVER;
      startExecution(fixture);
      const hasty = await fixture.service.execute(fixture.request({ callerDeadlineMs: 500 }));
      expect(hasty).toMatchObject({ outcome: 'BUSY', errorClass: 'bulkhead-wait', totalMs: 0 });
    });

    it('is BUSY by its deadline when its turn does not come, and leaves the line', async () => {
      const fixture = createServiceFixture(createAction({ limits: { maxConcurrency: 1 }, cache: { coalesce: false } }));
      const { promise, resolve } = createDeferred<StatementResult>();
      fixture.runtimes.onRun = () => promise;
      startExecution(fixture);
      const waiting = startExecution(fixture, { callerDeadlineMs: 100 });
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
      for (let index = 0; index < 80; index += 1) startExecution(fixture);
      expect(await fixture.service.execute(fixture.request())).toMatchObject({
        outcome: 'BUSY',
        errorClass: 'connector-busy',
      });
      expect(fixture.runtimes.runs.length).toBe(80);
    });

    it('is BUSY when too much is under way in the engine', async () => {
      const fixture = createServiceFixture(createAction(), { maxInFlight: 3 });
      fixture.runtimes.onRun = () => NEVER;
      for (let index = 0; index < 3; index += 1) startExecution(fixture, { input: { ani: String(index) } });
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
      const started = Array.from({ length: 10 }, () => startExecution(fixture));
      const other = startExecution(fixture, { input: { ani: 'other' } });
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
      await Promise.all([startExecution(fixture).promise, startExecution(fixture).promise]);
      expect(fixture.runtimes.runs.length).toBe(2);
    });

    it('has a statement of its own once the other one has ended, and once another version is published', async () => {
      const fixture = createServiceFixture();
      await fixture.service.execute(fixture.request());
      fixture.runtimes.onRun = () => NEVER;
      startExecution(fixture);
      fixture.catalogue.found = createAction({}, 2);
      startExecution(fixture);
      await settle();
      expect(fixture.runtimes.runs.length).toBe(3);
    });

    it('answers by its own deadline though the other one has more time', async () => {
      const fixture = createServiceFixture();
      fixture.runtimes.onRun = () => NEVER;
      startExecution(fixture);
      const hasty = startExecution(fixture, { callerDeadlineMs: 100 });
      fixture.clock.advance(100);
      await settle();
      expect(hasty.result).toMatchObject({ outcome: 'TIMEOUT', coalesced: true });
      expect(fixture.runtimes.runs.length).toBe(1);
    });

    it('runs once itself when the other one had less time', async () => {
      const fixture = createServiceFixture();
      fixture.runtimes.onRun = () => NEVER;
      const hasty = startExecution(fixture, { callerDeadlineMs: 100 });
      const patient = [startExecution(fixture), startExecution(fixture)];
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
      fixture.runtimes.onRun = failWith('refused');
      const results = await Promise.all([startExecution(fixture).promise, startExecution(fixture).promise]);
      expect(results.map(({ outcome }) => outcome)).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
      expect(fixture.runtimes.runs.length).toBe(1);
    });
  });
});
