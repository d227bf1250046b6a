import { isWebhookSecret, type Secret, VERSION } from '@dipswitch/contract';
import type { Dispatcher } from 'undici';
import { assertKnownKeys, resolveInteger, resolveText } from '../arguments.ts';
import { invalidArgument } from '../errors.ts';
import type { OnAttempt } from '../telemetry/attempt-observer.ts';
import { type Clock, systemClock } from '../util/clock.ts';
import { type Logger, silentLogger } from '../util/logger.ts';
import { resolveUrl } from './addresses.ts';
import {
  type Credentials,
  credentialKeys,
  type ResolvedCredentials,
  resolveCredentials,
  resolveSecret,
} from './credentials.ts';

/** How to reach a server, and how to prove who one is. */
export type DipswitchClientOptions = ClientSettings & Credentials;

/** Everything but the credentials. */
export interface ClientSettings {
  /** Address of the engine, e.g. `https://dips.example.com`. Plain http is accepted for loopback only. */
  readonly baseUrl: string;
  /** Accepts plain http to any host: the token and the client secret are then sent in clear text. Default false. */
  readonly allowPlaintextHttp?: boolean;
  /** Put before the library's own product token. */
  readonly userAgent?: string;
  /** Total time of one call with all its waits and retries. Default 60 000. */
  readonly deadlineMs?: number;
  /** Time of one attempt, connecting included. Default 15 000. */
  readonly attemptTimeoutMs?: number;
  /** How many failed attempts (no answer, or 5xx) one call may make; waits named by a 429 do not count. Default 5. */
  readonly maxFailedAttempts?: number;
  /**
   * Goes on although more than a tenth of the requests had to be repeated after failures; else calls then fail with
   * `RETRY_BUDGET_SPENT`. Default false.
   */
  readonly keepGoing?: boolean;
  /** Longest wait that a `Retry-After` is believed. Default 30 000. */
  readonly maxRetryAfterMs?: number;
  /** Largest answer that is read. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Most sockets to the engine. Default 32. */
  readonly maxConnections?: number;
  /** Where `apply` records each attempt; default: nowhere. The command line sets `.dipswitch/audit.jsonl`. */
  readonly auditFile?: string;
  /** Size at which the audit file is put away as `audit.NNNN.jsonl` and the next one goes on. Default 64 MiB. */
  readonly auditFileMaxBytes?: number;
  /** Where `apply` writes down what it is about to do, so that a run that was killed can be resumed; default: nowhere. */
  readonly journalFile?: string;
  /** Told of each registered connector by the vault notice; https, or http to loopback. Default: nobody. */
  readonly vaultWebhookUrl?: string;
  /** `whsec_...`; without it the notice goes out unsigned and its result says so. */
  readonly vaultWebhookSecret?: Secret | string;
  /** An undici dispatcher in place of the own pool; the caller closes it. */
  readonly dispatcher?: Dispatcher;
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly logger?: Logger;
  /** Sees every attempt at the engine, the token endpoint and the vault: for metrics. */
  readonly onAttempt?: OnAttempt;
}

/** Every option with its value; frozen. */
export interface ResolvedClientOptions {
  readonly origin: string;
  /** Empty, or a path without a slash at its end. */
  readonly basePath: string;
  /** Who the audit records name: the client id, or the id of the access key. */
  readonly actor: string;
  readonly credentials: ResolvedCredentials;
  readonly allowPlaintextHttp: boolean;
  readonly userAgent: string;
  readonly deadlineMs: number;
  readonly attemptTimeoutMs: number;
  readonly maxFailedAttempts: number;
  readonly keepGoing: boolean;
  readonly maxRetryAfterMs: number;
  readonly maxBodyBytes: number;
  readonly maxConnections: number;
  readonly auditFile: string | undefined;
  readonly auditFileMaxBytes: number;
  readonly journalFile: string | undefined;
  readonly vaultWebhook: { readonly origin: string; readonly path: string; readonly secret: Secret | null } | undefined;
  readonly dispatcher: Dispatcher | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly onAttempt: OnAttempt | undefined;
}

const KNOWN: readonly (keyof ClientSettings)[] = [
  'baseUrl',
  'allowPlaintextHttp',
  'userAgent',
  'deadlineMs',
  'attemptTimeoutMs',
  'maxFailedAttempts',
  'keepGoing',
  'maxRetryAfterMs',
  'maxBodyBytes',
  'maxConnections',
  'auditFile',
  'auditFileMaxBytes',
  'journalFile',
  'vaultWebhookUrl',
  'vaultWebhookSecret',
  'dispatcher',
  'clock',
  'random',
  'logger',
  'onAttempt',
];
const HOUR_MS = 3_600_000;
const DEFAULT_AUDIT_FILE_MAX_BYTES = 64 * 1024 * 1024;

/** Checks and fills the options, once. No message repeats a value. @throws TypeError, RangeError `ERR_INVALID_ARG_*` */
export function resolveClientOptions(options: DipswitchClientOptions): ResolvedClientOptions {
  assertKnownKeys('options', options, [...KNOWN, ...credentialKeys(options)]);
  const allowPlaintextHttp = options.allowPlaintextHttp ?? false;
  const base = resolveUrl('baseUrl', options.baseUrl, allowPlaintextHttp);
  if (base.search !== '') throw invalidArgument('ERR_INVALID_ARG_VALUE', 'baseUrl must have no query');
  const credentials = resolveCredentials(options, allowPlaintextHttp);
  const own = `dipswitch/${VERSION} node/${process.versions.node}`;
  return Object.freeze({
    origin: base.origin,
    basePath: base.pathname.replace(/\/+$/, ''),
    actor: credentials.method === 'cxone-access-key' ? credentials.accessKeyId : credentials.clientId,
    credentials,
    allowPlaintextHttp,
    userAgent: options.userAgent === undefined ? own : `${resolveText('userAgent', options.userAgent)} ${own}`,
    deadlineMs: resolveInteger('deadlineMs', options.deadlineMs, 60_000, [1, 24 * HOUR_MS]),
    attemptTimeoutMs: resolveInteger('attemptTimeoutMs', options.attemptTimeoutMs, 15_000, [1, HOUR_MS]),
    maxFailedAttempts: resolveInteger('maxFailedAttempts', options.maxFailedAttempts, 5, [1, 100]),
    keepGoing: options.keepGoing ?? false,
    maxRetryAfterMs: resolveInteger('maxRetryAfterMs', options.maxRetryAfterMs, 30_000, [0, HOUR_MS]),
    maxBodyBytes: resolveInteger('maxBodyBytes', options.maxBodyBytes, 1024 * 1024, [1024, 256 * 1024 * 1024]),
    maxConnections: resolveInteger('maxConnections', options.maxConnections, 32, [1, 1024]),
    auditFile: options.auditFile === undefined ? undefined : resolveText('auditFile', options.auditFile),
    auditFileMaxBytes: resolveInteger('auditFileMaxBytes', options.auditFileMaxBytes, DEFAULT_AUDIT_FILE_MAX_BYTES, [
      1024,
      2 ** 40,
    ]),
    journalFile: options.journalFile === undefined ? undefined : resolveText('journalFile', options.journalFile),
    vaultWebhook: resolveVaultWebhook(options),
    dispatcher: options.dispatcher,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    logger: options.logger ?? silentLogger,
    onAttempt: resolveHook('onAttempt', options.onAttempt),
  });
}

function resolveVaultWebhook(options: DipswitchClientOptions): ResolvedClientOptions['vaultWebhook'] {
  if (options.vaultWebhookUrl === undefined) return undefined;
  const url = resolveUrl('vaultWebhookUrl', options.vaultWebhookUrl, false);
  const secret =
    options.vaultWebhookSecret === undefined ? null : resolveSecret('vaultWebhookSecret', options.vaultWebhookSecret);
  if (secret !== null && !isWebhookSecret(secret.expose())) {
    const message = 'vaultWebhookSecret must be whsec_ and the base64 of 24 to 64 bytes';
    throw invalidArgument('ERR_INVALID_ARG_VALUE', message);
  }
  return { origin: url.origin, path: url.pathname + url.search, secret };
}

function resolveHook<Hook>(name: string, hook: Hook | undefined): Hook | undefined {
  if (hook === undefined || typeof hook === 'function') return hook;
  throw invalidArgument('ERR_INVALID_ARG_TYPE', `${name} must be a function`);
}
