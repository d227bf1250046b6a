import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../audit-log/test/support/fake-clock.ts';
import { DRIVER_ERROR_KINDS, DriverError, type StatementResult } from '../../../src/drivers/driver.ts';
import { RuntimeUnavailableError } from '../../../src/features/connectors/runtime/runtime-unavailable-error.ts';
import { ActionRunners } from '../../../src/features/executions/call/action-runner.ts';
import { runLive } from '../../../src/features/executions/live-run.ts';
import { Deadline } from '../../../src/util/deadline.ts';
import { DeadlineWatch } from '../../../src/util/deadline-watch.ts';
import { ProblemError } from '../../../src/util/problem-error.ts';
import type { FlatResult } from '../../support/flat-result.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { createAction, createServiceFixture, FakeRuntimes, NEVER, ROW, resultOf, settle } from './execution-fixture.ts';

const DEADLINE_MS = 200;
const MAX_BYTES = 1024;
const FIELDS = ['id', 'full_name', 'tier', 'balance'];

/** What a driver does with one statement. */
type Behaviour =
  | { readonly kind: 'answers' | 'answers nothing' | 'hangs' | 'bug' | 'opening' | 'failing' }
  | { readonly kind: 'late'; readonly afterMs: number }
  | { readonly kind: 'garbage'; readonly rows: readonly (readonly unknown[])[] }
  | { readonly kind: 'fails'; readonly error: (typeof DRIVER_ERROR_KINDS)[number] };

const behaviours: fc.Arbitrary<Behaviour> = fc.oneof(
  fc.record({ kind: fc.constantFrom('answers', 'answers nothing', 'hangs', 'bug', 'opening', 'failing') } as const),
  fc.record({ kind: fc.constant('late'), afterMs: fc.integer({ min: 1, max: 2 * DEADLINE_MS }) } as const),
  fc.record({
    kind: fc.constant('garbage'),
    rows: fc.array(fc.array(fc.anything(), { maxLength: 6 }), { maxLength: 20 }),
  } as const),
  fc.record({ kind: fc.constant('fails'), error: fc.constantFrom(...DRIVER_ERROR_KINDS) } as const),
);

function behave(behaviour: Behaviour, clock: FakeClock): Promise<StatementResult> {
  switch (behaviour.kind) {
    case 'answers':
      return Promise.resolve(resultOf([ROW]));
    case 'answers nothing':
      return Promise.resolve(resultOf([]));
    case 'hangs':
      return NEVER;
    case 'bug':
      return Promise.reject(new TypeError('a bug'));
    case 'opening':
    case 'failing':
      return Promise.reject(new RuntimeUnavailableError(behaviour.kind));
    case 'late':
      return new Promise((resolve) => {
        clock.setTimer(behaviour.afterMs, () => resolve(resultOf([ROW])));
      });
    case 'garbage':
      return Promise.resolve(resultOf(behaviour.rows));
    case 'fails':
      return Promise.reject(new DriverError(behaviour.error, 'canary-driver-text'));
  }
}

interface Planned {
  readonly ani: string;
  readonly afterMs: number;
  readonly callerDeadlineMs: number | null;
  readonly idempotencyKey: string | null;
}

const planned: fc.Arbitrary<Planned> = fc.record({
  ani: fc.constantFrom('1', '2', '3'),
  afterMs: fc.constantFrom(0, 0, 0, 5, 60),
  callerDeadlineMs: fc.constantFrom(null, 10, 100, 10_000),
  idempotencyKey: fc.constantFrom(null, 'key-1', 'key-2'),
});

const STEP_MS = 5;

/** Moves the clock in small steps and lets everything that follows happen, so that times are seen to that grain. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    clock.advance(STEP_MS);
    await settle();
  }
}

describe('executions over a driver that does whatever it likes', () => {
  it('all answer in time, in one line of JSON within maxBytes with every field, and leave nothing behind', async () => {
    const definition = fc.record({
      access: fc.constantFrom('read', 'write'),
      maxRows: fc.constantFrom(1, 5),
      maxConcurrency: fc.constantFrom(1, 2, 20),
      ratePerSecond: fc.constantFrom(2, 1000),
      coalesce: fc.boolean(),
      ttlSeconds: fc.constantFrom(0, 1),
      hasFallback: fc.boolean(),
    } as const);
    const script = fc.array(behaviours, { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(definition, script, fc.array(planned, { maxLength: 25 }), async (shape, script, plan) => {
        const { access, maxRows, maxConcurrency, ratePerSecond, coalesce, ttlSeconds, hasFallback } = shape;
        const fixture = createServiceFixture(
          createAction({
            access,
            limits: { deadlineMs: DEADLINE_MS, maxRows, maxConcurrency, ratePerSecond, maxBytes: MAX_BYTES },
            cache: { coalesce, ttlSeconds, staleIfErrorSeconds: ttlSeconds },
            fallback: hasFallback ? { tier: 'FALLBACK' } : null,
          }),
        );
        const { service, clock, runtimes, request } = fixture;
        let turn = 0;
        runtimes.onRun = () => behave(script[turn++ % script.length] ?? { kind: 'hangs' }, clock);

        const answered: Array<{ result: FlatResult | null; tookMs: number; budgetMs: number }> = [];
        for (const { ani, afterMs, callerDeadlineMs, idempotencyKey } of plan) {
          await pass(clock, afterMs);
          const startedAt = clock.monotonicMs();
          const budgetMs = Math.min(DEADLINE_MS, callerDeadlineMs ?? DEADLINE_MS);
          const record = (result: FlatResult | null) =>
            answered.push({ result, tookMs: clock.monotonicMs() - startedAt, budgetMs });
          service
            .execute(request({ input: { ani }, callerDeadlineMs, idempotencyKey }))
            .then(record, (error: unknown) => {
              expect(error).toBeInstanceOf(ProblemError);
              record(null);
            });
          await settle();
        }
        await pass(clock, 3 * DEADLINE_MS);

        expect(answered.length).toBe(plan.length);
        for (const { result, tookMs, budgetMs } of answered) {
          expect(tookMs).toBeLessThanOrEqual(budgetMs + STEP_MS);
          if (result !== null) expectWellFormed(result.body, maxRows);
        }
        expect(service.statistics().inFlight).toBe(0);
        expect(clock.pendingTimers).toBe(0);
        expect(await runsFreely(fixture)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  /** Every place, token and flight is back: as many as are allowed run at once. */
  async function runsFreely({ service, clock, runtimes, request }: ReturnType<typeof createServiceFixture>) {
    clock.advance(10_000);
    const before = runtimes.runs.length;
    runtimes.onRun = async () => resultOf([ROW]);
    const result = await service.execute(request({ input: { ani: 'never asked before' } }));
    return result.source === 'live' && runtimes.runs.length === before + 1;
  }
});

function expectWellFormed(body: string, maxRows: number): void {
  expect(body).not.toMatch(/[\n\r]/);
  expect(body).not.toContain('canary');
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_BYTES);
  const answer: Record<string, unknown> = JSON.parse(body);
  expect(Object.keys(answer)).toEqual([
    ...['outcome', 'rowCount', 'truncated', 'source', 'ageSeconds', 'executionId'],
    ...FIELDS,
    ...(maxRows > 1 ? ['rows'] : []),
  ]);
}

describe('the places of an action and of its connector', () => {
  it('are all returned after any mix of ends', async () => {
    const plan = fc.array(fc.record({ behaviour: behaviours, budgetMs: fc.integer({ min: 1, max: DEADLINE_MS }) }), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(plan, fc.integer({ min: 1, max: 5 }), async (plan, maxConcurrency) => {
        const clock = new FakeClock();
        const watch = new DeadlineWatch(clock);
        const runtimes = new FakeRuntimes();
        const runner = new ActionRunners({ runtimes, clock }).of(createAction({ limits: { maxConcurrency } }));
        const { bulkhead } = runner.bounds;
        const runs = plan.map(({ behaviour, budgetMs }) => {
          runtimes.onRun = () => behave(behaviour, clock);
          const options = { runtimes, clock, watch, logger: new RecordingLogger() };
          const run = runLive(options, runner, [], new Deadline(clock, clock.monotonicMs(), budgetMs));
          expect(bulkhead.inside).toBeLessThanOrEqual(maxConcurrency);
          expect(bulkhead.waiting).toBeLessThanOrEqual(maxConcurrency);
          return run;
        });
        await pass(clock, 4 * DEADLINE_MS);
        await Promise.all(runs);
        expect([bulkhead.inside, bulkhead.waiting, runner.connector.inFlight, watch.size]).toEqual([0, 0, 0, 0]);
        expect(runner.flights.size).toBe(0);
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
