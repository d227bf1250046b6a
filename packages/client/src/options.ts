import { isLoopbackHost, isWebhookSecret, Secret } from '@dipswitch/contract';
import type { Dispatcher } from 'undici';
import { assertKnownKeys, resolveInteger, resolveText } from './arguments.ts';
import { invalidArgument } from './errors.ts';
import { type Clock, systemClock } from './util/clock.ts';
import { type Logger, silentLogger } from './util/logger.ts';
import { VERSION } from './util/version.ts';

export type ClientAuthentication = 'client_secret_post' | 'client_secret_basic';

export interface DipswitchClientOptions {
  /** Address of the engine, e.g. `https://dips.example.com`. Plain http is taken towards loopback only. */
  readonly baseUrl: string;
  readonly clientId: string;
  readonly clientSecret: Secret | string;
  /** Space separated; default: whatever the server grants. */
  readonly scope?: string;
  /** Default `client_secret_post`. */
  readonly clientAuthentication?: ClientAuthentication;
  /** Takes plain http towards any host: the token and the client secret then travel readable. Default false. */
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
}

/** Every option with its value; frozen. */
export interface ResolvedClientOptions {
  readonly origin: string;
  /** Empty, or a path without a slash at its end. */
  readonly basePath: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly scope: string | undefined;
  readonly clientAuthentication: ClientAuthentication;
  readonly userAgent: string;
  readonly deadlineMs: number;
  readonly attemptTimeoutMs: number;
  readonly maxFailedAttempts: number;
  readonly keepGoing: boolean;
  readonly maxRetryAfterMs: number;
  readonly maxBodyBytes: number;
  readonly maxConnections: number;
  readonly auditFile: string | undefined;
  readonly journalFile: string | undefined;
  readonly vaultWebhook: { readonly origin: string; readonly path: string; readonly secret: Secret | null } | undefined;
  readonly dispatcher: Dispatcher | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

const KNOWN: readonly (keyof DipswitchClientOptions)[] = [
  'baseUrl',
  'clientId',
  'clientSecret',
  'scope',
  'clientAuthentication',
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
  'journalFile',
  'vaultWebhookUrl',
  'vaultWebhookSecret',
  'dispatcher',
  'clock',
  'random',
  'logger',
];
const HOUR_MS = 3_600_000;

/** Checks and fills the options, once. No message repeats a value. @throws TypeError, RangeError `ERR_INVALID_ARG_*` */
export function resolveClientOptions(options: DipswitchClientOptions): ResolvedClientOptions {
  assertKnownKeys('options', options, KNOWN);
  const base = resolveUrl('baseUrl', options.baseUrl, options.allowPlaintextHttp ?? false);
  if (base.search !== '') throw invalidArgument('ERR_INVALID_ARG_VALUE', 'baseUrl must have no query');
  const own = `dipswitch/${VERSION} node/${process.versions.node}`;
  return Object.freeze({
    origin: base.origin,
    basePath: base.pathname.replace(/\/+$/, ''),
    clientId: resolveText('clientId', options.clientId),
    clientSecret: resolveSecret('clientSecret', options.clientSecret),
    scope: options.scope === undefined ? undefined : resolveText('scope', options.scope),
    clientAuthentication: resolveAuthentication(options.clientAuthentication),
    userAgent: options.userAgent === undefined ? own : `${resolveText('userAgent', options.userAgent)} ${own}`,
    deadlineMs: resolveInteger('deadlineMs', options.deadlineMs, 60_000, [1, 24 * HOUR_MS]),
    attemptTimeoutMs: resolveInteger('attemptTimeoutMs', options.attemptTimeoutMs, 15_000, [1, HOUR_MS]),
    maxFailedAttempts: resolveInteger('maxFailedAttempts', options.maxFailedAttempts, 5, [1, 100]),
    keepGoing: options.keepGoing ?? false,
    maxRetryAfterMs: resolveInteger('maxRetryAfterMs', options.maxRetryAfterMs, 30_000, [0, HOUR_MS]),
    maxBodyBytes: resolveInteger('maxBodyBytes', options.maxBodyBytes, 1024 * 1024, [1024, 256 * 1024 * 1024]),
    maxConnections: resolveInteger('maxConnections', options.maxConnections, 32, [1, 1024]),
    auditFile: options.auditFile === undefined ? undefined : resolveText('auditFile', options.auditFile),
    journalFile: options.journalFile === undefined ? undefined : resolveText('journalFile', options.journalFile),
    vaultWebhook: resolveVaultWebhook(options),
    dispatcher: options.dispatcher,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    logger: options.logger ?? silentLogger,
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

function resolveUrl(name: string, text: string, allowPlaintext: boolean): URL {
  const url = URL.parse(resolveText(name, text));
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.hash !== '') {
    throw invalidArgument('ERR_INVALID_ARG_VALUE', `${name} must be an http or https address`);
  }
  if (url.username !== '' || url.password !== '') {
    throw invalidArgument('ERR_INVALID_ARG_VALUE', `${name} must carry no credentials`);
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (url.protocol === 'http:' && !allowPlaintext && !isLoopbackHost(host)) {
    throw invalidArgument('ERR_INVALID_ARG_VALUE', `${name} must be https; plain http is taken towards loopback only`);
  }
  return url;
}

function resolveSecret(name: string, value: Secret | string): Secret {
  const text = value instanceof Secret ? value.expose() : value;
  return new Secret(resolveText(name, text));
}

function resolveAuthentication(value: ClientAuthentication | undefined): ClientAuthentication {
  if (value === undefined || value === 'client_secret_post') return 'client_secret_post';
  if (value === 'client_secret_basic') return value;
  const message = 'clientAuthentication must be client_secret_post or client_secret_basic';
  throw invalidArgument('ERR_INVALID_ARG_VALUE', message);
}
