import { type ValidationPolicy, type ValidConnector, validateConnector } from '@dipswitch/contract';
import { type Driver, DriverError, type DriverPool, type ProbeResult } from '../../../drivers/driver.ts';
import { StateUnavailableError } from '../../../state/state-errors.ts';
import { withDeadline } from '../../../util/with-deadline.ts';
import { type HealthFailure, toHealthFailure } from '../../health/health-errors.ts';
import { type Connector, stampOf } from '../stored/connector.ts';
import { type ResolvedCredentials, resolveCredentials, SecretWatch } from './connector-credentials.ts';
import { OpeningAttempts } from './opening-attempts.ts';
import { healthIntervalMs, healthTimeoutMs, openProvenPool, type ProvenPool, toLogFields } from './pool-opening.ts';
import type { RuntimeConfiguration, RuntimeContext } from './runtime-context.ts';
import { INTERRUPTED, type Wanted } from './step-loop.ts';

/** The pool of a runtime that statements go to, and what it was opened with. */
export interface ServingPool {
  readonly stamp: string;
  readonly revision: number;
  readonly versions: string;
  readonly pool: DriverPool;
  readonly query: string;
  readonly timeoutMs: number;
}

/** A proven pool that does not serve yet. */
export interface Candidate {
  readonly pool: ServingPool;
  readonly proof: ProbeResult;
}

const CLOSE_SLACK_MS = 1_000;

/**
 * The pool of one connector that serves, the one that is being proven to replace it, and those that drain. A new pool
 * answers its health query before it takes the place of the old one, so that a configuration or secret that does not
 * work never stops what works.
 *
 * Moved by the steps of its runtime: `isWanted` says whether to open another pool, `open` opens and proves it while the
 * old one goes on serving, `swapIn` puts it in the place of the old one, which drains; `retire` drains without a new one.
 */
export class PoolReplacement {
  readonly #connectorId: string;
  readonly #context: RuntimeContext;
  readonly #attempts: OpeningAttempts;
  readonly #secrets: SecretWatch;
  /** Pools that no longer serve and let their last statements finish. */
  readonly #drains = new Set<Promise<void>>();
  #serving: ServingPool | null = null;
  /** Of the last attempt, whether it worked or not. */
  #driver: Driver | null = null;
  #isOpening = false;
  #hasUnannouncedRotation = false;

  constructor(connectorId: string, context: RuntimeContext) {
    this.#connectorId = connectorId;
    this.#context = context;
    const { clock, random, times } = context;
    this.#attempts = new OpeningAttempts({ clock, random, ...times });
    this.#secrets = new SecretWatch({ ...context, secretCheckMs: times.secretCheckMs });
  }

  get serving(): ServingPool | null {
    return this.#serving;
  }

  /** Vendor module of the last attempt. */
  get driver(): string | null {
    return this.#driver?.module ?? null;
  }

  get isOpening(): boolean {
    return this.#isOpening;
  }

  get hasUnannouncedRotation(): boolean {
    return this.#hasUnannouncedRotation;
  }

  get isDraining(): boolean {
    return this.#drains.size > 0;
  }

  /** Why the last attempt for the stored configuration did not work; null when none failed. */
  get failure(): HealthFailure | null {
    return this.#attempts.failure;
  }

  /** Monotonic time of the next attempt; null when none failed. */
  get retryAt(): number | null {
    return this.#attempts.failure === null ? null : this.#attempts.nextAt;
  }

  /** Another configuration is stored, or none is looked at any more: what failed before says nothing about the next. */
  forgetFailures(): void {
    this.#attempts.reset();
  }

  /** A login was refused: the secrets may be others by now. */
  suspectSecrets(): void {
    this.#secrets.suspect();
  }

  /**
   * Whether a pool is to be opened now: there is none, another configuration or secret is stored than serves, or what
   * serves takes no writes (`isDemoted`).
   */
  async isWanted(
    configuration: RuntimeConfiguration | null,
    wanted: Wanted,
    isDemoted: boolean,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (this.#serving !== null && isDemoted && this.#attempts.isDue) return true;
    const isPending = this.#serving?.stamp !== configuration?.stamp || this.#attempts.failure !== null;
    if (isPending && (this.#attempts.isDue || (wanted.forced && this.#attempts.mayForce))) return true;
    // A rotated secret is worth an attempt at once, whatever the retry time says.
    return (isPending || wanted.check) && (await this.haveSecretsChanged(configuration, signal));
  }

  /** Whether the secrets are other ones than those of the serving pool and of the last failed attempt. */
  async haveSecretsChanged(configuration: RuntimeConfiguration | null, signal: AbortSignal): Promise<boolean> {
    if (configuration === null) return false;
    const { subject, references } = configuration;
    const known = [this.#serving?.versions, this.#attempts.failedVersions];
    return this.#secrets.haveChanged(subject.tenant, references, known, signal);
  }

  /** Opens a pool and proves it, while the old one serves. Resolves to why it did not work, where it did not. */
  async open(connector: Connector, signal: AbortSignal): Promise<Candidate | HealthFailure> {
    let versions: string | undefined;
    this.#isOpening = true;
    try {
      const valid = toStillValid(connector, this.#context.policy);
      const driver = await this.#context.drivers.get(valid.kind);
      this.#driver = driver;
      const { tenant, body } = connector;
      const resolved = await resolveCredentials(this.#context, tenant, body.configuration.credentialMasking, signal);
      versions = resolved.versions;
      this.#secrets.noteResolved();
      const proven = await this.#openThroughGate(driver, valid, resolved.credentials, signal);
      return toCandidate(connector, valid, versions, proven);
    } catch (error) {
      assertAboutDatabase(error, signal);
      return this.#afterFailure(connector, versions, error);
    } finally {
      this.#isOpening = false;
    }
  }

  /** Has the new pool serve and drains the old one. Returns whether only a secret was rotated. */
  swapIn({ pool }: Candidate): boolean {
    const old = this.#serving;
    this.retire(this.#context.times.drainGraceMs);
    this.#serving = pool;
    this.#attempts.reset();
    return old !== null && old.stamp === pool.stamp && old.versions !== pool.versions;
  }

  /** Tells of a rotated secret; when that cannot be recorded now, the next step tries again. */
  async announceRotation(known?: Connector): Promise<void> {
    const { store, publishRotation, logger } = this.#context;
    this.#hasUnannouncedRotation = true;
    const connector = known ?? (await store.find(this.#connectorId));
    try {
      if (connector !== undefined) await publishRotation(connector);
      this.#hasUnannouncedRotation = false;
    } catch (error) {
      const connectorId = this.#connectorId;
      logger.warn({ connectorId, err: error }, 'a rotated secret could not be announced yet');
    }
  }

  /** Takes the pool out of service, if there is one; statements in flight may finish for `graceMs`. */
  retire(graceMs: number): void {
    const pool = this.#serving?.pool;
    this.#serving = null;
    if (pool === undefined) return;
    const drain = pool.close(graceMs).catch((error: unknown) => this.#logFailedClose(error));
    this.#drains.add(drain);
    void drain.finally(() => this.#drains.delete(drain));
  }

  /** Resolves when all retired pools are closed, or when `graceMs` is over. */
  async settle(graceMs: number): Promise<void> {
    const { clock } = this.#context;
    const deadline = { clock, endsAtMs: clock.monotonicMs() + graceMs + CLOSE_SLACK_MS };
    try {
      await withDeadline(Promise.all(this.#drains), deadline, () => {
        throw new Error('a pool is still draining');
      });
    } catch (error) {
      this.#logFailedClose(error);
    }
  }

  async #openThroughGate(
    driver: Driver,
    valid: ValidConnector,
    credentials: ResolvedCredentials['credentials'],
    signal: AbortSignal,
  ): Promise<ProvenPool> {
    const lease = await this.#context.gate.enter(this.#attempts.failure === null ? 'first' : 'retry', signal);
    try {
      return await openProvenPool(this.#context, driver, valid, credentials, signal);
    } finally {
      lease.release();
    }
  }

  #afterFailure({ revision, body }: Connector, versions: string | undefined, error: unknown): HealthFailure {
    const failure = toHealthFailure(error);
    const isFirst = this.#attempts.fail(failure, versions, healthIntervalMs(body));
    if (isFirst) {
      const connectorId = this.#connectorId;
      const fields = { connectorId, revision, errorClass: failure.errorClass, ...toLogFields(error) };
      this.#context.logger.warn(fields, 'the pool of a connector could not be opened');
    }
    return failure;
  }

  #logFailedClose(error: unknown): void {
    this.#context.logger.warn({ connectorId: this.#connectorId, err: error }, 'a pool did not close in order');
  }
}

/** Throws what says nothing about the database: an aborted step, a state database that is away. */
export function assertAboutDatabase(error: unknown, signal: AbortSignal): void {
  if (signal.aborted) throw INTERRUPTED;
  if (error instanceof StateUnavailableError) throw error;
}

function toCandidate(
  connector: Connector,
  valid: ValidConnector,
  versions: string,
  { pool, proof }: ProvenPool,
): Candidate {
  const { revision, body } = connector;
  const query = valid.healthQuery;
  const serving = { stamp: stampOf(connector), revision, versions, pool, query, timeoutMs: healthTimeoutMs(body) };
  return { pool: serving, proof };
}

/** @throws DriverError `egress-denied` when the operator tightened the rules since the connector was stored */
function toStillValid(connector: Connector, policy: Partial<ValidationPolicy>): ValidConnector {
  const validation = validateConnector(connector.body, policy);
  if (validation.valid) return validation.connector;
  throw new DriverError('egress-denied', 'the stored configuration is not allowed by the present settings');
}
