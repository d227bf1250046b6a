import { DriverError, type ProbeResult } from '../../../drivers/driver.ts';
import { type HealthFailure, toHealthFailure } from '../../health/health-errors.ts';
import { phaseDelayMs, withJitter } from '../../health/health-scheduler.ts';
import type { HealthObservation } from '../../health/health-status.ts';
import type { Connector, ConnectorHead } from '../stored/connector.ts';
import { Breaker } from './breaker.ts';
import { Demotion } from './demotion.ts';
import { probePool, toLogFields } from './pool-opening.ts';
import { assertAboutDatabase, type Candidate, PoolReplacement, type ServingPool } from './pool-replacement.ts';
import {
  type RuntimeConfiguration,
  type RuntimeContext,
  type RuntimeSnapshot,
  type RuntimeState,
  toRuntimeConfiguration,
} from './runtime-context.ts';
import { RuntimeSchedule } from './runtime-schedule.ts';
import { StatementPath } from './statement-path.ts';
import { StepLoop, type Wanted } from './step-loop.ts';

const AFTER_INTERNAL_FAILURE_MS = 5_000;

/**
 * The pool of one connector in this engine, and everything that decides whether it serves.
 *
 * States, and who moves between them:
 * - `idle`: no pool. A new runtime starts here. Reconcile, a due health check or the first statement -> `opening`.
 * - `opening`: secrets are resolved, a pool is made and asked the health query; no other pool serves.
 *   It answers -> `serving`; it does not -> `failing`.
 * - `serving`: statements go to the pool; health checks probe it on a warm connection. A newer configuration or secret,
 *   or a server that takes no writes -> `replacing`; so many failures in a row -> `failing`; health off and unused for
 *   long -> `idle`.
 * - `replacing`: the old pool serves while a new one is proven. It answers -> swapped in, the old one drains,
 *   `serving`; it does not -> back to `serving` (or `failing`) with the old one, and tried again later.
 * - `failing`: statements are refused at once, because the breaker is open or no pool could be opened. At the retry
 *   time one probe (or one opening, if no pool serves) goes out -> `serving`, or stays with a longer time.
 * - `paused`: a caller paused it, in whichever state; the pool is drained. Resume -> `idle` and on to `opening`.
 * - `draining` -> `gone`: deleted, or the engine closes; `gone` when the last pool is closed.
 *
 * All of this happens in one loop, one step at a time; each step begins by reading what is stored (level-triggered), so
 * it does not matter which calls brought it about or how many. A reconcile aborts the step in flight, so that a
 * corrected configuration does not wait behind the time-out of the wrong one. A step opens and replaces pools by
 * `PoolReplacement`; statements go by `StatementPath`, past the loop.
 */
export class ConnectorRuntime {
  readonly id: string;
  /** Where statements go; they do not wait for the loop. */
  readonly statements: StatementPath;
  readonly #context: RuntimeContext;
  readonly #onStep: (runtime: ConnectorRuntime) => void;
  readonly #breaker: Breaker;
  readonly #demotion: Demotion;
  readonly #pools: PoolReplacement;
  readonly #schedule: RuntimeSchedule;
  readonly #loop: StepLoop;
  #configuration: RuntimeConfiguration | null = null;
  #isPaused = false;
  #isClosing = false;
  #nextDelayMs: number | null = null;

  /** @param onStep called after each step, when `nextDelayMs` is new */
  constructor(id: string, context: RuntimeContext, onStep: (runtime: ConnectorRuntime) => void) {
    const { clock, random, times } = context;
    this.id = id;
    this.#context = context;
    this.#onStep = onStep;
    this.#breaker = new Breaker({ clock, random, ...times });
    this.#demotion = new Demotion({ connectorId: id, needsWrites: context.needsWrites, clock, random });
    this.#pools = new PoolReplacement(id, context);
    const parts = { clock, pools: this.#pools, breaker: this.#breaker, demotion: this.#demotion };
    this.#schedule = new RuntimeSchedule({ ...parts, times });
    this.#loop = new StepLoop({
      takeStep: (wanted) => this.#takeStep(wanted),
      afterStep: (error) => this.#afterStep(error),
    });
    this.statements = new StatementPath({
      ...parts,
      loop: this.#loop,
      closedFor: () => (this.#isClosing ? 'gone' : this.#isPaused ? 'paused' : null),
      onEvidence: (error) => this.#countFailure(error),
    });
  }

  /** When this runtime wants to be woken by `wake`; null when it only waits for others. */
  get nextDelayMs(): number | null {
    return this.#nextDelayMs;
  }

  get state(): RuntimeState {
    const { serving, failure, isOpening, isDraining } = this.#pools;
    if (this.#isClosing) return serving === null && !isDraining ? 'gone' : 'draining';
    if (this.#isPaused) return 'paused';
    if (isOpening) return serving === null ? 'opening' : 'replacing';
    if (serving === null) return failure === null ? 'idle' : 'failing';
    return this.#breaker.isOpen ? 'failing' : 'serving';
  }

  snapshot(): RuntimeSnapshot {
    const { serving, driver } = this.#pools;
    return {
      state: this.state,
      servingRevision: serving?.revision ?? null,
      driver,
      pool: serving?.pool.statistics() ?? null,
      nextCheckInMs: this.#isAtRest ? null : this.#schedule.nextCheckInMs(this.#intervalMs),
    };
  }

  /** Whether the last step looked at just this. */
  hasSeen({ stamp, paused }: ConnectorHead): boolean {
    return this.#configuration?.stamp === stamp && this.#isPaused === paused;
  }

  /** What is stored may have changed: look at it now. */
  reconcile(): void {
    this.#loop.interrupt({ check: false, forced: false });
  }

  /** The scheduled time has come. */
  wake(): void {
    void this.#loop.ask({ check: true, forced: false });
  }

  /** Checks now and resolves when the result is recorded. */
  check(): Promise<void> {
    return this.#loop.ask({ check: true, forced: true });
  }

  /** Stops every attempt and drains the pool. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    await this.#loop.stop();
    this.#pools.retire(graceMs);
    await this.#pools.settle(graceMs);
  }

  /** Resolves when no pool is draining any more. */
  drained(): Promise<void> {
    return this.#pools.settle(this.#context.times.drainGraceMs);
  }

  /** Of the health check; null when it is off. */
  get #intervalMs(): number | null {
    return this.#configuration?.intervalMs ?? null;
  }

  get #isAtRest(): boolean {
    return this.#isClosing || this.#isPaused;
  }

  #afterStep(error: unknown): void {
    if (error === undefined) {
      const { lastUsedAt } = this.statements;
      this.#nextDelayMs = this.#isAtRest ? null : this.#schedule.nextWakeInMs(this.#intervalMs, lastUsedAt);
    } else {
      // The state database did not answer, or a bug: neither says anything about the database, so health stays.
      const { logger, random } = this.#context;
      logger.warn({ connectorId: this.id, err: error }, 'a connector could not be looked after, trying again');
      this.#nextDelayMs = withJitter(AFTER_INTERNAL_FAILURE_MS, random);
    }
    this.#onStep(this);
  }

  async #takeStep(wanted: Wanted): Promise<void> {
    const head = await this.#context.store.head(this.id);
    if (head === undefined || !(await this.#readIfChanged(head))) return this.#vanish();
    if (head.paused) return this.#pause();
    if (this.#isPaused) {
      this.#isPaused = false;
      await this.#observe({ kind: 'resumed' }, false);
    }
    if (this.#pools.hasUnannouncedRotation) await this.#pools.announceRotation();
    const { signal } = this.#loop;
    if (await this.#pools.isWanted(this.#configuration, wanted, this.#demotion.isDue, signal)) {
      return this.#openPool(wanted);
    }
    const { serving } = this.#pools;
    const isProbeDue = wanted.check && (wanted.forced || this.#schedule.isProbeDue(this.#intervalMs));
    if (serving !== null && isProbeDue) await this.#probe(serving, wanted);
    else this.#closeIfUnused();
  }

  /** Reads the whole connector only when its stamp is new. Resolves to false when it is gone. */
  async #readIfChanged(head: ConnectorHead): Promise<boolean> {
    if (this.#configuration?.stamp === head.stamp) return true;
    const connector = await this.#context.store.find(this.id);
    if (connector === undefined) return false;
    this.#configuration = toRuntimeConfiguration(connector);
    this.#pools.forgetFailures();
    return true;
  }

  async #openPool(wanted: Wanted): Promise<void> {
    const connector = await this.#context.store.find(this.id);
    if (connector === undefined) return this.#vanish();
    const opened = await this.#pools.open(connector, this.#loop.signal);
    if ('pool' in opened) await this.#serveFrom(opened, connector, wanted);
    else await this.#observeNotOpened(opened, wanted);
  }

  async #serveFrom(candidate: Candidate, connector: Connector, wanted: Wanted): Promise<void> {
    const isRotation = this.#pools.swapIn(candidate);
    this.#configuration = toRuntimeConfiguration(connector);
    this.#schedule.planCheck(phaseDelayMs(this.#intervalMs ?? 0, this.#context.random));
    this.#breaker.succeed();
    if (isRotation) await this.#pools.announceRotation(connector);
    await this.#observeAnswer(candidate.pool, candidate.proof, wanted);
  }

  async #probe(serving: ServingPool, wanted: Wanted): Promise<void> {
    const { clock, random, logger } = this.#context;
    const { signal } = this.#loop;
    let proof: ProbeResult;
    try {
      proof = await probePool(clock, serving.pool, serving.query, serving.timeoutMs, signal);
    } catch (error) {
      assertAboutDatabase(error, signal);
      return this.#afterFailedProbe(serving, error, wanted);
    }
    if (this.#breaker.isOpen) logger.info({ connectorId: this.id }, 'a connector serves again');
    this.#breaker.succeed();
    this.#schedule.planCheck(withJitter(this.#intervalMs ?? 0, random));
    await this.#observeAnswer(serving, proof, wanted);
  }

  async #afterFailedProbe({ revision }: ServingPool, error: unknown, wanted: Wanted): Promise<void> {
    const failure = toHealthFailure(error);
    this.#countFailure(error);
    const at = this.#context.clock.now();
    await this.#observe({ kind: 'failed', at, servingRevision: revision, failure }, wanted.forced);
    if (failure.errorClass !== 'AUTHENTICATION_FAILED') return;
    if (await this.#pools.haveSecretsChanged(this.#configuration, this.#loop.signal)) await this.#openPool(wanted);
  }

  #countFailure(error: unknown): void {
    const kind = error instanceof DriverError ? error.kind : 'unknown';
    const failure = toHealthFailure(error);
    if (kind === 'authentication') this.#pools.suspectSecrets();
    if (!this.#breaker.fail(kind, failure, this.#intervalMs)) return;
    const fields = { connectorId: this.id, errorClass: failure.errorClass, ...toLogFields(error) };
    this.#context.logger.warn(fields, 'a connector does not serve any more');
  }

  async #observeAnswer(serving: ServingPool, proof: ProbeResult, wanted: Wanted): Promise<void> {
    const isDemoted = await this.#demotion.judge(proof);
    const answered: HealthObservation = {
      kind: 'answered',
      at: this.#context.clock.now(),
      latencyMs: proof.latencyMs,
      slowAboveMs: serving.timeoutMs / 2,
      servingRevision: serving.revision,
      serverVersion: proof.serverVersion,
      readOnly: proof.readOnly,
      isDemoted,
      replacementFailure: this.#pools.failure,
    };
    await this.#observe(answered, wanted.forced);
  }

  async #observeNotOpened(failure: HealthFailure, wanted: Wanted): Promise<void> {
    const at = this.#context.clock.now();
    const { serving } = this.#pools;
    const seen: HealthObservation =
      serving === null
        ? { kind: 'not-opened', at, failure }
        : { kind: 'replacement-failed', at, failure, servingRevision: serving.revision };
    await this.#observe(seen, wanted.forced);
  }

  async #observe(seen: HealthObservation, keep: boolean): Promise<void> {
    if (this.#configuration !== null) await this.#context.health.observe(this.#configuration.subject, seen, { keep });
  }

  async #pause(): Promise<void> {
    this.#pools.retire(this.#context.times.drainGraceMs);
    this.#pools.forgetFailures();
    this.#demotion.reset();
    this.#breaker.succeed();
    if (this.#isPaused) return;
    this.#isPaused = true;
    await this.#observe({ kind: 'paused' }, false);
  }

  #vanish(): void {
    // Made again since it was seen to be gone: the next step finds it.
    if (this.#loop.hasMore) return;
    this.#isClosing = true;
    void this.#loop.stop();
    this.#pools.retire(this.#context.times.drainGraceMs);
    this.#context.health.forget(this.id);
  }

  #closeIfUnused(): void {
    const { clock, times } = this.#context;
    if (this.#pools.serving === null || this.#configuration?.intervalMs !== null) return;
    if (clock.monotonicMs() - this.statements.lastUsedAt < times.idleCloseMs) return;
    this.#pools.retire(times.drainGraceMs);
  }
}
