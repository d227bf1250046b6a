import type { AuditEvent, DataActionResource, Secret } from '@dipswitch/contract';
import { Agent, type Dispatcher } from 'undici';
import { applyPlan, type ResolvedApplyOptions } from './apply/apply.ts';
import { ApplyJournal, readApplyJournal } from './apply/apply-journal.ts';
import type { ApplyOptions, ApplyResult } from './apply/apply-types.ts';
import type { ApplySeams } from './apply/change-writer.ts';
import { releaseDataAction } from './apply/release-data-action.ts';
import { assertKnownKeys, resolveInteger } from './arguments.ts';
import { AuditFile } from './audit/audit-file.ts';
import { createTokenSource } from './auth/create-token-source.ts';
import type { CachedTokenSource } from './auth/token-source.ts';
import { DipswitchError } from './errors.ts';
import type { DesiredState } from './files/desired-state-types.ts';
import { createGate, type Gate, type PaceState } from './http/gate.ts';
import { LatencyHistogram, type LatencySnapshot } from './http/latency-histogram.ts';
import { RetryBudget } from './http/retry-budget.ts';
import { Transport, type TransportOptions } from './http/transport.ts';
import {
  type DipswitchClientOptions,
  type ResolvedClientOptions,
  resolveClientOptions,
} from './options/client-options.ts';
import type { ResolvedCredentials } from './options/credentials.ts';
import type { JournalEntries } from './plan/journal-state.ts';
import type { Plan, PlanOptions } from './plan/plan.ts';
import { type PlanDeletionOptions, Planner } from './plan/planner.ts';
import { HttpConnectors } from './resources/connectors.ts';
import type { CallOptions, Connectors } from './resources/connectors-types.ts';
import { HttpDataActions } from './resources/data-actions.ts';
import type { DataActions, PublishDataActionOptions } from './resources/data-actions-types.ts';
import { HttpEngineSecrets } from './resources/engine-secrets.ts';
import type { EngineSecrets } from './secrets/engine-vault.ts';
import { type AttemptObserver, createAttemptObserver } from './telemetry/attempt-observer.ts';
import { createTracing } from './telemetry/tracing.ts';
import { timedSignal } from './util/wait.ts';
import { VaultNotifier } from './webhooks/vault-notifier.ts';
import type { TokenSource, WireCounters } from './wire.ts';

/** What the client has seen since it was made. */
export interface ClientStats {
  /** Of every attempt at the engine, token requests included. */
  readonly latency: LatencySnapshot;
  /** Calls, token requests included. */
  readonly requests: number;
  /** Attempts beyond the first of their call. */
  readonly retries: number;
  /** Of the retries, those after a failure: not after a 429 or a 401. */
  readonly failureRetries: number;
  /** `failureRetries` over `requests`. */
  readonly retryRatio: number;
  /** 429 answers. */
  readonly rateLimited: number;
  /** `Retry-After` values above `maxRetryAfterMs` that were cut to it. */
  readonly retryAfterCapped: number;
  readonly tokenRequests: number;
  /** What is known of the server's limit on writes. */
  readonly pace: PaceState;
}

/** The library's one entrance. States: open -> closed (by `close`); a closed client throws `CLIENT_CLOSED`. */
export interface DipswitchClient extends AsyncDisposable {
  readonly connectors: Connectors;
  readonly dataActions: DataActions;
  /** The engine's own store of secrets. */
  readonly secrets: EngineSecrets;
  /**
   * Reads the server and compares. @throws DOCUMENT_INVALID when `desired` has error findings, or data actions that do
   * not fit the connectors of the server; PROJECT_REQUIRED
   */
  plan(desired: DesiredState, options?: PlanOptions): Promise<Plan>;
  /** A plan that deletes just these. @throws NOT_FOUND, STILL_PUBLISHED */
  planDeletion(ids: readonly string[], options?: PlanDeletionOptions): Promise<Plan>;
  /** Carries a plan out. Failures of single changes are in the result; throws only before the first change. */
  apply(plan: Plan, options?: ApplyOptions): Promise<ApplyResult>;
  /** `dataActions.publish`, with a record of the attempt in the audit file. */
  publishDataAction(actionId: string, options?: PublishDataActionOptions): Promise<DataActionResource>;
  /** `dataActions.rollback`, likewise. */
  rollbackDataAction(actionId: string, options?: PublishDataActionOptions): Promise<DataActionResource>;
  /** Makes sure that a token is available. @throws AUTH_REJECTED, AUTH_UNAVAILABLE */
  authenticate(options?: CallOptions): Promise<void>;
  stats(): ClientStats;
  close(): Promise<void>;
}

/** Creates a client without any I/O. @throws TypeError or RangeError with `ERR_INVALID_ARG_*` for a bad option */
export function createDipswitchClient(options: DipswitchClientOptions): DipswitchClient {
  return new HttpDipswitchClient(resolveClientOptions(options));
}

const VAULT_LIMITS = { deadlineMs: 15_000, attemptTimeoutMs: 5_000, maxFailedAttempts: 3, maxBodyBytes: 64 * 1024 };

class HttpDipswitchClient implements DipswitchClient {
  readonly connectors: Connectors;
  readonly dataActions: DataActions;
  readonly secrets: EngineSecrets;
  readonly #planner: Planner;
  readonly #options: ResolvedClientOptions;
  readonly #dispatcher: Dispatcher;
  readonly #tokens: CachedTokenSource;
  readonly #vault: VaultNotifier | null;
  readonly #gate: Gate;
  readonly #latency = new LatencyHistogram();
  readonly #counters = createCounters();
  readonly #tracing = createTracing();
  readonly #observer: AttemptObserver;
  #isClosed = false;

  constructor(options: ResolvedClientOptions) {
    this.#options = options;
    this.#dispatcher =
      options.dispatcher ??
      // One request at a time on a connection: a slow answer must not stand before another's.
      new Agent({ connections: options.maxConnections, pipelining: 1, connect: { timeout: options.attemptTimeoutMs } });
    this.#gate = this.#createGate();
    this.#observer = createAttemptObserver(this.#tracing, options.onAttempt, options.logger);
    this.#tokens = this.#createTokens();
    const retryBudget = options.keepGoing ? null : new RetryBudget();
    const transport = this.#transport(this.#openTokens(), { gate: this.#gate, retryBudget });
    this.connectors = new HttpConnectors(transport);
    this.dataActions = new HttpDataActions(transport, options.clock);
    this.secrets = new HttpEngineSecrets(transport);
    this.#planner = new Planner({
      connectors: this.connectors,
      dataActions: this.dataActions,
      server: this.#server,
      readJournal: () => this.#readJournal(),
    });
    this.#vault = this.#createVault();
  }

  async plan(desired: DesiredState, options: PlanOptions = {}): Promise<Plan> {
    return this.#tracing.inSpan('dipswitch.plan', {}, () => this.#planner.plan(desired, options));
  }

  async planDeletion(ids: readonly string[], options: PlanDeletionOptions = {}): Promise<Plan> {
    return this.#planner.planDeletion(ids, options);
  }

  async apply(plan: Plan, options: ApplyOptions = {}): Promise<ApplyResult> {
    return this.#tracing.inSpan('dipswitch.apply', {}, () => this.#apply(plan, options));
  }

  async #apply(plan: Plan, options: ApplyOptions): Promise<ApplyResult> {
    const resolved = resolveApplyOptions(options);
    if (plan.server !== this.#server) {
      throw new DipswitchError('PLAN_FILE_INVALID', `the plan was made for ${plan.server}, not for ${this.#server}`, {
        hint: 'Set CXONE_BASE_URL to the server of the plan, or make a plan for this one.',
      });
    }
    this.#assertOpen();
    const { signal } = resolved;
    const audit = await this.#openAudit(signal);
    try {
      const settled = options.refuseStale === true ? await this.#planner.settle(plan, signal) : resolved.settled;
      return await this.#applyJournaled(plan, audit, { ...resolved, settled });
    } finally {
      await audit?.close();
    }
  }

  async publishDataAction(actionId: string, options: PublishDataActionOptions = {}): Promise<DataActionResource> {
    return this.#release('publish', actionId, options);
  }

  async rollbackDataAction(actionId: string, options: PublishDataActionOptions = {}): Promise<DataActionResource> {
    return this.#release('rollback', actionId, options);
  }

  async authenticate(options: CallOptions = {}): Promise<void> {
    const { clock, deadlineMs } = this.#options;
    const limit = timedSignal(
      clock,
      options.signal,
      options.deadlineMs ?? deadlineMs,
      () => new DipswitchError('DEADLINE_EXCEEDED', 'no token in time'),
    );
    try {
      await this.#openTokens().get(limit.signal);
    } finally {
      limit.release();
    }
  }

  stats(): ClientStats {
    const { requests, failureRetries } = this.#counters;
    return {
      latency: this.#latency.snapshot(),
      ...this.#counters,
      retryRatio: requests === 0 ? 0 : failureRetries / requests,
      pace: this.#gate.state('write'),
    };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#tokens.close();
    // Destroyed, not drained: anyone who still waits for an answer was told by the closed client.
    if (this.#options.dispatcher === undefined) await this.#dispatcher.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #applyJournaled(plan: Plan, audit: AuditFile | null, options: ResolvedApplyOptions): Promise<ApplyResult> {
    const { actor, clock, journalFile } = this.#options;
    if (journalFile === undefined) return applyPlan(plan, this.#seams(audit, null), options);
    const { create, update, publish, delete: deleted } = plan.summary;
    const changes = create + update + publish + deleted;
    const { signal } = options;
    const journal = await ApplyJournal.open(journalFile, { server: this.#server, actor, changes, clock, signal });
    let isDone = false;
    try {
      const result = await applyPlan(plan, this.#seams(audit, journal), options);
      isDone = result.ok;
      return result;
    } finally {
      await journal.close(isDone);
    }
  }

  async #release(
    verb: 'publish' | 'rollback',
    actionId: string,
    options: PublishDataActionOptions,
  ): Promise<DataActionResource> {
    this.#assertOpen();
    const audit = await this.#openAudit(options.signal);
    try {
      const { actor, clock } = this.#options;
      const record = audit === null ? null : (event: AuditEvent) => audit.append(event);
      return await releaseDataAction(verb, actionId, options, { dataActions: this.dataActions, record, actor, clock });
    } finally {
      await audit?.close();
    }
  }

  async #openAudit(signal: AbortSignal | undefined): Promise<AuditFile | null> {
    const { actor, clock, auditFile, auditFileMaxBytes: maxBytes } = this.#options;
    if (auditFile === undefined) return null;
    return await AuditFile.open(auditFile, { clock, actor, maxBytes, ...(signal === undefined ? {} : { signal }) });
  }

  async #readJournal(): Promise<JournalEntries> {
    const { journalFile } = this.#options;
    return journalFile === undefined ? new Map() : readApplyJournal(journalFile, this.#server);
  }

  #seams(audit: AuditFile | null, journal: ApplyJournal | null): ApplySeams {
    const vault = this.#vault;
    return {
      connectors: this.connectors,
      dataActions: this.dataActions,
      audit: audit === null ? null : (event) => audit.append(event),
      journal,
      notifyVault: vault === null ? null : (connector, signal) => vault.notify(connector, signal),
      authenticate: (signal) => this.authenticate({ signal }),
      clock: this.#options.clock,
      actor: this.#options.actor,
    };
  }

  get #server(): string {
    return this.#options.origin + this.#options.basePath;
  }

  /** Every call asks for a token first, so this is where a closed client says so. */
  #openTokens(): TokenSource {
    return {
      get: async (signal) => {
        this.#assertOpen();
        return this.#tokens.get(signal);
      },
      reject: (token) => this.#tokens.reject(token),
    };
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new DipswitchError('CLIENT_CLOSED', 'the client was closed');
  }

  #createVault(): VaultNotifier | null {
    const { vaultWebhook, clock } = this.#options;
    if (vaultWebhook === undefined) return null;
    const { origin, path, secret } = vaultWebhook;
    const limits = {
      ...VAULT_LIMITS,
      origin,
      basePath: '',
      latency: new LatencyHistogram(),
      counters: createCounters(),
    };
    return new VaultNotifier({ sender: this.#transport(null, limits), path, secret, clock });
  }

  #createGate(): Gate {
    const { clock, maxRetryAfterMs } = this.#options;
    return createGate({ clock, longestWaitMs: maxRetryAfterMs });
  }

  #createTokens(): CachedTokenSource {
    const { credentials, allowPlaintextHttp: allowPlaintext, clock, logger, deadlineMs } = this.#options;
    // Ends before the calls that wait for it, so that they can say why instead of only that time is up.
    const limits = { deadlineMs: Math.ceil(deadlineMs * 0.75) };
    return createTokenSource({
      credentials,
      baseUrl: this.#server,
      allowPlaintext,
      engine: this.#transport(null, limits),
      openSender: ({ origin }) => this.#transport(null, { ...limits, origin, basePath: '' }),
      clock,
      logger,
      counters: this.#counters,
    });
  }

  #transport(tokenSource: TokenSource | null, limits: Partial<TransportOptions> = {}): Transport {
    return new Transport({
      dispatcher: this.#dispatcher,
      origin: this.#options.origin,
      basePath: this.#options.basePath,
      userAgent: this.#options.userAgent,
      gate: this.#createGate(),
      retryBudget: null,
      tokenSource,
      redact: secretsOf(this.#options.credentials),
      observer: this.#observer,
      deadlineMs: this.#options.deadlineMs,
      attemptTimeoutMs: this.#options.attemptTimeoutMs,
      maxFailedAttempts: this.#options.maxFailedAttempts,
      maxRetryAfterMs: this.#options.maxRetryAfterMs,
      maxBodyBytes: this.#options.maxBodyBytes,
      clock: this.#options.clock,
      random: this.#options.random,
      logger: this.#options.logger,
      latency: this.#latency,
      counters: this.#counters,
      ...limits,
    });
  }
}

/** What must not be in sight, should a server send back what it was sent. */
function secretsOf(credentials: ResolvedCredentials): readonly Secret[] {
  if (credentials.method === 'private_key_jwt') return [];
  return [credentials.method === 'cxone-access-key' ? credentials.accessKeySecret : credentials.clientSecret];
}

function createCounters(): WireCounters {
  return { requests: 0, retries: 0, failureRetries: 0, rateLimited: 0, retryAfterCapped: 0, tokenRequests: 0 };
}

function resolveApplyOptions(options: ApplyOptions): ResolvedApplyOptions {
  const known: readonly (keyof ApplyOptions)[] = [
    'concurrency',
    'waitHealthyMs',
    'healthPollMs',
    'authPatienceMs',
    'refuseStale',
    'onProgress',
    'stopSignal',
    'signal',
  ];
  assertKnownKeys('options', options, known);
  const never = new AbortController().signal;
  const { waitHealthyMs } = options;
  return {
    concurrency: resolveInteger('concurrency', options.concurrency, 8, [1, 256]),
    waitHealthyMs:
      waitHealthyMs === undefined ? null : resolveInteger('waitHealthyMs', waitHealthyMs, 0, [0, 86_400_000]),
    authPatienceMs: resolveInteger('authPatienceMs', options.authPatienceMs, 120_000, [0, 86_400_000]),
    healthPollMs: resolveInteger('healthPollMs', options.healthPollMs, 500, [1, 60_000]),
    onProgress: options.onProgress ?? (() => undefined),
    stopSignal: options.stopSignal ?? never,
    signal: options.signal ?? never,
    settled: new Map(),
  };
}
