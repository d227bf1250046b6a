import type { Secret } from '@dipswitch/contract';
import type { Dispatcher } from 'undici';
import type { Clock } from './util/clock.ts';
import type { Logger } from './util/logger.ts';

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
  /** Longest wait that a `Retry-After` is believed. Default 30 000. */
  readonly maxRetryAfterMs?: number;
  /** Largest answer that is read. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Most sockets to the engine. Default 32. */
  readonly maxConnections?: number;
  /** Where `apply` records each attempt; default: nowhere. The command line sets `.dipswitch/audit.jsonl`. */
  readonly auditFile?: string;
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
