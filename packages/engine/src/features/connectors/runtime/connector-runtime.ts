import { type ValidationPolicy, type ValidConnector, validateConnector } from '@dipswitch/contract';
import {
  type DatabaseValue,
  type Driver,
  DriverError,
  type DriverErrorKind,
  type ProbeResult,
  type RunOptions,
  type Statement,
  type StatementDescription,
  type StatementResult,
} from '../../../drivers/driver.ts';
import { StateUnavailableError } from '../../../state/state-errors.ts';
import { withDeadline } from '../../../util/with-deadline.ts';
import { toHealthFailure } from '../../health/health-errors.ts';
import { phaseDelayMs, withJitter } from '../../health/health-scheduler.ts';
import type { HealthObservation } from '../../health/health-status.ts';
import { type Connector, type ConnectorHead, stampOf } from '../stored/connector.ts';
import { Breaker, judgeStatementFailure } from './breaker.ts';
import { type ResolvedCredentials, resolveCredentials, SecretWatch } from './connector-credentials.ts';
import { Demotion } from './demotion.ts';
import { OpeningAttempts } from './opening-attempts.ts';
import { PoolDrains } from './pool-drains.ts';
import {
  healthIntervalMs,
  healthTimeoutMs,
  openProvenPool,
  type ProvenPool,
  probePool,
  toLogFields,
} from './pool-opening.ts';
import {
  type RuntimeConfiguration,
  type RuntimeContext,
  type RuntimeSnapshot,
  type RuntimeState,
  toRuntimeConfiguration,
} from './runtime-context.ts';
import { nextCheckAt, nextProbeAt, nextWakeDelayMs, type RuntimeSchedule } from './runtime-schedule.ts';
import { RuntimeUnavailableError } from './runtime-unavailable-error.ts';
import { type ServingPool, toAnswered } from './serving-pool.ts';
import { INTERRUPTED, StepLoop, type Wanted } from './step-loop.ts';

const AFTER_INTERNAL_FAILURE_MS = 5_000;
/**
 * The pool of one connector in this engine, and everything that decides whether it serves. It alone owns the pool.
 *
 * States, and who moves between them:
 * - `idle`: no pool. A new runtime starts here. Reconcile, a due health check or the first statement -> `opening`.
 * - `opening`: secrets are resolved, a pool is made and asked the health query; no other pool serves.
 *   It answers -> `serving`; it does not -> `failing`.
 * - `serving`: statements go to the pool; health checks probe it on a warm connection. A newer configuration or secret
 *   -> `replacing`; so many failures in a row -> `failing`; health off and unused for long -> `idle`.
 * - `replacing`: the old pool serves while a new one is proven. It answers -> swapped in, the old one drains,
 *   `serving`; it does not -> back to `serving` (or `failing`) with the old one, and tried again later.
 * - `failing`: the breaker is open: statements are refused at once. At the retry time one probe (or one opening, if no
 *   pool serves) goes out -> `serving`, or stays with a longer time.
 * - `paused`: a caller paused it; the pool is drained. Resume -> `idle` and on to `opening`.
 * - `draining` -> `gone`: deleted, or the engine closes.
 *
 * All of this happens in one loop, one step at a time; each step begins by reading what is stored (level-triggered), so
 * it does not matter which calls brought it about or how many. A reconcile aborts the step in flight, so that a
 * corrected configuration does not wait behind the time-out of the wrong one. Statements do not pass through the loop.
 */
export class ConnectorRuntime {
  readonly id: string;
  readonly #context: RuntimeContext;
  readonly #onStep: (runtime: ConnectorRuntime) => void;
  readonly #breaker: Breaker;
  readonly #attempts: OpeningAttempts;
  readonly #drains: PoolDrains;
  readonly #demotion: Demotion;
  readonly #secrets: SecretWatch;
  #configuration: RuntimeConfiguration | null = null;
  /** Of the last attempt, whether it worked or not. */
  #driver: Driver | null = null;
  #serving: ServingPool | null = null;
  #isAttempting = false;
  #isPaused = false;
  /** Monotonic time of the next periodic check of the serving pool. */
  #checkDueAt = 0;
  #isClosing = false;
  #unpublishedRotation = false;
  #lastUsedAt: number;
  #nextDelayMs: number | null = null;
  readonly #loop: StepLoop;

  /** @param onStep called after each step, when `nextDelayMs` is new */
  constructor(id: string, context: RuntimeContext, onStep: (runtime: ConnectorRuntime) => void) {
    const { clock, random, times, logger } = context;
    this.id = id;
    this.#context = context;
    this.#onStep = onStep;
    this.#breaker = new Breaker({ clock, random, ...times });
    this.#attempts = new OpeningAttempts({ clock, random, ...times });
    this.#demotion = new Demotion({ connectorId: id, needsWrites: context.needsWrites, clock, random });
    this.#drains = new PoolDrains(clock, (err) =>
      logger.warn({ connectorId: id, err }, 'a pool did not close in order'),
    );
    this.#secrets = new SecretWatch({ ...context, secretCheckMs: times.secretCheckMs });
    this.#lastUsedAt = clock.monotonicMs();
    this.#loop = new StepLoop({
      takeStep: (wanted) => this.#takeStep(wanted),
      afterStep: (error) => this.#afterStep(error),
    });
  }

  /** When this runtime wants to be woken by `wake`; null when it only waits for others. */
  get nextDelayMs(): number | null {
    return this.#nextDelayMs;
  }

  get state(): RuntimeState {
    if (this.#isClosing) return this.#serving === null && this.#drains.size === 0 ? 'gone' : 'draining';
    if (this.#isPaused) return 'paused';
    if (this.#isAttempting) return this.#serving === null ? 'opening' : 'replacing';
    if (this.#serving === null) return this.#attempts.failure === null ? 'idle' : 'failing';
    return this.#breaker.isOpen ? 'failing' : 'serving';
  }

  snapshot(): RuntimeSnapshot {
    const serving = this.#serving;
    const checkAt = this.#isClosing || this.#isPaused ? Number.POSITIVE_INFINITY : nextCheckAt(this.#schedule());
    const checkInMs = Math.max(0, checkAt - this.#context.clock.monotonicMs());
    return {
      state: this.state,
      servingRevision: serving?.revision ?? null,
      driver: this.#driver?.module ?? null,
      pool: serving?.pool.statistics() ?? null,
      nextCheckInMs: Number.isFinite(checkInMs) ? checkInMs : null,
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

  /**
   * Runs a statement on the pool, opening it first if need be, within the time of `options`. Who waited for a connection
   * of a pool that was replaced meanwhile is served by the one that serves now.
   * @throws RuntimeUnavailableError at once while the breaker is open
   * @throws DriverError when the statement fails
   */
  async run(statement: Statement, parameters: readonly DatabaseValue[], options: RunOptions): Promise<StatementResult> {
    const { clock } = this.#context;
    this.#lastUsedAt = clock.monotonicMs();
    const serving = this.#serve() ?? (await this.#serveAfterOpening(options));
    try {
      const result = await serving.pool.run(statement, parameters, options);
      if (serving === this.#serving && !this.#breaker.isOpen) this.#breaker.succeed();
      return result;
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      if (serving === this.#serving) this.#afterFailedStatement(error, statement);
      else if (error.isUnsent && clock.monotonicMs() < options.endsAtMs)
        return this.run(statement, parameters, options);
      throw error;
    }
  }

  /**
   * Has the database parse a statement without running it, opening the pool first if need be.
   * @throws RuntimeUnavailableError, DriverError as `run`; what comes of it says nothing about the database's health
   */
  async describe(
    statement: Statement,
    parameters: readonly DatabaseValue[],
    options: RunOptions,
  ): Promise<StatementDescription> {
    const serving = this.#serve() ?? (await this.#serveAfterOpening(options));
    return serving.pool.describe(statement, parameters, options);
  }

  /** Stops every attempt and drains the pool. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    await this.#loop.stop();
    this.#drainServing(graceMs);
    await this.#drains.settle(graceMs);
  }

  /** Resolves when no pool is draining any more. */
  drained(): Promise<void> {
    return this.#drains.settle(this.#context.times.drainGraceMs);
  }

  #afterStep(error: unknown): void {
    if (error === undefined) {
      this.#nextDelayMs = this.#computeNextDelay();
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
    if (this.#unpublishedRotation) await this.#announceRotation();
    if (await this.#mayAttempt(wanted)) await this.#attempt(wanted);
    else if (this.#serving !== null && this.#mayProbe(wanted)) await this.#probe(this.#serving, wanted);
    else this.#closeIfUnused();
  }

  /** Reads the whole connector only when its stamp is new. Resolves to false when it is gone. */
  async #readIfChanged(head: ConnectorHead): Promise<boolean> {
    if (this.#configuration?.stamp === head.stamp) return true;
    const connector = await this.#context.store.find(this.id);
    if (connector === undefined) return false;
    this.#configuration = toRuntimeConfiguration(connector);
    this.#attempts.reset();
    return true;
  }

  /**
   * Whether a pool is to be opened now: there is none, another configuration or secret is stored than serves, or what
   * serves takes no writes.
   */
  async #mayAttempt(wanted: Wanted): Promise<boolean> {
    if (this.#serving !== null && this.#demotion.isDue && this.#attempts.isDue) return true;
    const isPending = this.#serving?.stamp !== this.#configuration?.stamp || this.#attempts.failure !== null;
    if (isPending && (this.#attempts.isDue || (wanted.forced && this.#attempts.mayForce))) return true;
    // A rotated secret is worth an attempt at once, whatever the retry time says.
    return (isPending || wanted.check) && (await this.#haveSecretsChanged());
  }

  /** Whether the secrets are other ones than those of the serving pool and of the last failed attempt. */
  async #haveSecretsChanged(): Promise<boolean> {
    if (this.#configuration === null) return false;
    const { subject, references } = this.#configuration;
    const known = [this.#serving?.versions, this.#attempts.failedVersions];
    return this.#secrets.haveChanged(subject.tenant, references, known, this.#loop.signal);
  }

  async #attempt(wanted: Wanted): Promise<void> {
    const connector = await this.#context.store.find(this.id);
    if (connector === undefined) return this.#vanish();
    let versions: string | undefined;
    let opened: { valid: ValidConnector; versions: string; proven: ProvenPool };
    this.#isAttempting = true;
    try {
      const valid = toStillValid(connector, this.#context.policy);
      const driver = await this.#context.drivers.get(valid.kind);
      this.#driver = driver;
      const { tenant, body } = connector;
      const resolved = await resolveCredentials(
        this.#context,
        tenant,
        body.configuration.credentialMasking,
        this.#loop.signal,
      );
      versions = resolved.versions;
      this.#secrets.noteResolved();
      opened = { valid, versions, proven: await this.#openThroughGate(driver, valid, resolved.credentials) };
    } catch (error) {
      this.#assertAboutDatabase(error);
      return await this.#afterFailedAttempt(connector, versions, error, wanted);
    } finally {
      this.#isAttempting = false;
    }
    await this.#swap(connector, opened.valid, opened.versions, opened.proven, wanted);
  }

  async #openThroughGate(
    driver: Driver,
    valid: ValidConnector,
    credentials: ResolvedCredentials['credentials'],
  ): Promise<ProvenPool> {
    const { signal } = this.#loop;
    const lease = await this.#context.gate.enter(this.#attempts.failure === null ? 'first' : 'retry', signal);
    try {
      return await openProvenPool(this.#context, driver, valid, credentials, signal);
    } finally {
      lease.release();
    }
  }

  async #swap(
    connector: Connector,
    valid: ValidConnector,
    versions: string,
    { pool, proof }: ProvenPool,
    wanted: Wanted,
  ): Promise<void> {
    const old = this.#serving;
    const stamp = stampOf(connector);
    this.#drainServing(this.#context.times.drainGraceMs);
    const serving: ServingPool = {
      stamp,
      revision: connector.revision,
      versions,
      pool,
      query: valid.healthQuery,
      timeoutMs: healthTimeoutMs(connector.body),
    };
    this.#serving = serving;
    this.#configuration = toRuntimeConfiguration(connector);
    this.#planCheck(phaseDelayMs);
    this.#attempts.reset();
    this.#breaker.succeed();
    if (old !== null && old.stamp === stamp && old.versions !== versions) await this.#announceRotation(connector);
    await this.#observe(await this.#answered(serving, proof), wanted.forced);
  }

  /** Tells of a rotated secret; when that cannot be recorded now, the next step tries again. */
  async #announceRotation(known?: Connector): Promise<void> {
    this.#unpublishedRotation = true;
    const connector = known ?? (await this.#context.store.find(this.id));
    try {
      if (connector !== undefined) await this.#context.publishRotation(connector);
      this.#unpublishedRotation = false;
    } catch (error) {
      this.#context.logger.warn({ connectorId: this.id, err: error }, 'a rotated secret could not be announced yet');
    }
  }

  async #afterFailedAttempt(
    { revision, body }: Connector,
    versions: string | undefined,
    error: unknown,
    wanted: Wanted,
  ): Promise<void> {
    const failure = toHealthFailure(error);
    const isFirst = this.#attempts.fail(failure, versions, healthIntervalMs(body));
    if (isFirst) {
      const fields = { connectorId: this.id, revision, errorClass: failure.errorClass, ...toLogFields(error) };
      this.#context.logger.warn(fields, 'the pool of a connector could not be opened');
    }
    const at = this.#context.clock.now();
    const serving = this.#serving;
    await this.#observe(
      serving === null
        ? { kind: 'not-opened', at, failure }
        : { kind: 'replacement-failed', at, failure, servingRevision: serving.revision },
      wanted.forced,
    );
  }

  #mayProbe(wanted: Wanted): boolean {
    if (!wanted.check) return false;
    return wanted.forced || this.#context.clock.monotonicMs() >= nextProbeAt(this.#schedule());
  }

  #planCheck(delayMs: (intervalMs: number, random: () => number) => number): void {
    const { clock, random } = this.#context;
    this.#checkDueAt = clock.monotonicMs() + delayMs(this.#configuration?.intervalMs ?? 0, random);
  }

  async #probe(serving: ServingPool, wanted: Wanted): Promise<void> {
    const { clock, logger } = this.#context;
    let proof: ProbeResult;
    try {
      proof = await probePool(clock, serving.pool, serving.query, serving.timeoutMs, this.#loop.signal);
    } catch (error) {
      this.#assertAboutDatabase(error);
      const failure = toHealthFailure(error);
      this.#countFailure(error instanceof DriverError ? error.kind : 'unknown', error);
      await this.#observe(
        { kind: 'failed', at: clock.now(), servingRevision: serving.revision, failure },
        wanted.forced,
      );
      if (failure.errorClass === 'AUTHENTICATION_FAILED' && (await this.#haveSecretsChanged()))
        await this.#attempt(wanted);
      return;
    }
    if (this.#breaker.isOpen) logger.info({ connectorId: this.id }, 'a connector serves again');
    this.#breaker.succeed();
    this.#planCheck(withJitter);
    await this.#observe(await this.#answered(serving, proof), wanted.forced);
  }

  #countFailure(kind: DriverErrorKind, error: unknown): void {
    const failure = toHealthFailure(error);
    if (kind === 'authentication') this.#secrets.suspect();
    if (!this.#breaker.fail(kind, failure, this.#configuration?.intervalMs ?? null)) return;
    const fields = { connectorId: this.id, errorClass: failure.errorClass, ...toLogFields(error) };
    this.#context.logger.warn(fields, 'a connector does not serve any more');
  }

  /** A statement met a dead database before the health check did: a probe finds out, the breaker counts. */
  #afterFailedStatement({ kind, vendorCode }: DriverError, { access, undo }: Statement): void {
    const verdict = judgeStatementFailure(kind, vendorCode);
    const isRefusedWrite = kind === 'read-only' && access === 'write' && !undo;
    if (isRefusedWrite) this.#demotion.refuse();
    if (verdict === 'evidence') this.#countFailure(kind, new DriverError(kind, 'a statement failed'));
    if (verdict === 'irrelevant' || this.#breaker.isOpen || this.#loop.isRunning) return;
    if (verdict === 'evidence') this.#breaker.probeNow();
    else if (!this.#breaker.suspect() && !isRefusedWrite) return;
    void this.#loop.ask({ check: true, forced: false });
  }

  /** The pool for a statement; null when it must be opened first. */
  #serve(): ServingPool | null {
    if (this.#isClosing) throw new RuntimeUnavailableError('gone');
    if (this.#isPaused) throw new RuntimeUnavailableError('paused');
    if (this.#serving === null && this.#attempts.failure !== null) {
      throw new RuntimeUnavailableError('failing', this.#attempts.errorClass);
    }
    if (this.#serving !== null && this.#breaker.isOpen) {
      throw new RuntimeUnavailableError('failing', this.#breaker.errorClass);
    }
    return this.#serving;
  }

  async #serveAfterOpening(options: RunOptions): Promise<ServingPool> {
    const opened = this.#loop.ask({ check: false, forced: false });
    await withDeadline(opened, { clock: this.#context.clock, ...options }, () => {
      throw new RuntimeUnavailableError('opening');
    });
    const serving = this.#serve();
    if (serving === null) throw new RuntimeUnavailableError('opening');
    return serving;
  }

  async #answered(serving: ServingPool, proof: ProbeResult): Promise<HealthObservation> {
    const isDemoted = await this.#demotion.judge(proof);
    const replacementFailure = this.#attempts.failure;
    return toAnswered(serving, proof, { at: this.#context.clock.now(), isDemoted, replacementFailure });
  }

  async #observe(seen: HealthObservation, keep: boolean): Promise<void> {
    if (this.#configuration !== null) await this.#context.health.observe(this.#configuration.subject, seen, { keep });
  }

  async #pause(): Promise<void> {
    this.#drainServing(this.#context.times.drainGraceMs);
    this.#attempts.reset();
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
    this.#drainServing(this.#context.times.drainGraceMs);
    this.#context.health.forget(this.id);
  }

  #closeIfUnused(): void {
    if (this.#serving === null || this.#configuration?.intervalMs !== null) return;
    if (this.#context.clock.monotonicMs() - this.#lastUsedAt < this.#context.times.idleCloseMs) return;
    this.#drainServing(this.#context.times.drainGraceMs);
  }

  #drainServing(graceMs: number): void {
    const pool = this.#serving?.pool;
    this.#serving = null;
    if (pool !== undefined) this.#drains.add(pool, graceMs);
  }

  #schedule(): RuntimeSchedule {
    return {
      isServing: this.#serving !== null,
      intervalMs: this.#configuration?.intervalMs ?? null,
      checkDueAt: this.#checkDueAt,
      probeRetryAt: this.#breaker.isInDoubt ? this.#breaker.nextProbeAt : null,
      attemptAt: this.#attempts.failure === null ? this.#demotion.reopenAtMs : this.#attempts.nextAt,
      lastUsedAt: this.#lastUsedAt,
    };
  }

  #computeNextDelay(): number | null {
    const { clock, times } = this.#context;
    if (this.#isClosing || this.#isPaused) return null;
    return nextWakeDelayMs(this.#schedule(), clock.monotonicMs(), times);
  }

  /** Throws what says nothing about the database: an aborted step, a state database that is away. */
  #assertAboutDatabase(error: unknown): void {
    if (this.#loop.signal.aborted) throw INTERRUPTED;
    if (error instanceof StateUnavailableError) throw error;
  }
}

/** @throws DriverError `egress-denied` when the operator tightened the rules since the connector was stored */
function toStillValid(connector: Connector, policy: Partial<ValidationPolicy>): ValidConnector {
  const validation = validateConnector(connector.body, policy);
  if (validation.valid) return validation.connector;
  throw new DriverError('egress-denied', 'the stored configuration is not allowed by the present settings');
}
