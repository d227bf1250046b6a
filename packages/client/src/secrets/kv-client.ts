import { readFile } from 'node:fs/promises';
import { isLoopbackHost, Secret } from '@dipswitch/contract';
import { Agent, type Dispatcher } from 'undici';
import { DipswitchError, invalidArgument } from '../errors.ts';
import { exchange } from '../http/exchange.ts';
import { type Clock, systemClock } from '../util/clock.ts';
import { sleep, timedSignal } from '../util/wait.ts';
import type { WireAnswer } from '../wire.ts';

/** How the vault knows us. A login is made once, at the first call; its token is used until the client is closed. */
export type KvAuthentication =
  | { readonly method: 'token'; readonly token: Secret }
  /** `mount` is where the method is enabled, `approle` by default. */
  | { readonly method: 'app-role'; readonly roleId: string; readonly secretId: Secret; readonly mount?: string }
  /** `mount` is `kubernetes` by default; the file is the service account's own, where Kubernetes mounts it. */
  | { readonly method: 'kubernetes'; readonly role: string; readonly tokenFile?: string; readonly mount?: string };

export interface KvClientOptions {
  /** Address of Vault or OpenBao, e.g. `https://vault.example.com:8200`. Plain http is accepted for loopback only. */
  readonly address: string;
  readonly authentication: KvAuthentication;
  readonly namespace?: string | undefined;
  /** PEM text of the authority that signed the vault's certificate, in place of the system's. */
  readonly caCertificate?: string | undefined;
  readonly allowPlaintextHttp?: boolean | undefined;
  /** Time of one attempt. Default 10 000. */
  readonly attemptTimeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

export interface KvRequest {
  readonly method: 'GET' | 'POST';
  /** Below `/v1/`, encoded. */
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const MAX_ATTEMPTS = 3;
const FIRST_WAIT_MS = 250;
const MAX_BODY_BYTES = 2 * 1024 * 1024;

/**
 * Speaks HTTP to Vault or OpenBao: login, and requests that are repeated where the vault was not there. Nothing that it
 * answers gets into an error but its status: an error text may quote what was sent.
 */
export class KvClient {
  readonly #options: KvClientOptions;
  readonly #clock: Clock;
  readonly #origin: string;
  readonly #basePath: string;
  readonly #dispatcher: Dispatcher;
  #token: Promise<Secret> | undefined;

  constructor(options: KvClientOptions) {
    const url = resolveAddress(options.address, options.allowPlaintextHttp === true);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#origin = url.origin;
    this.#basePath = url.pathname.replace(/\/+$/, '');
    const ca = options.caCertificate;
    this.#dispatcher = new Agent({ connections: 4, pipelining: 1, ...(ca === undefined ? {} : { connect: { ca } }) });
  }

  /** Resolves with an answer of any status but 401, 403 and 5xx. @throws DipswitchError VAULT_DENIED, VAULT_UNAVAILABLE */
  async send(request: KvRequest): Promise<WireAnswer> {
    this.#token ??= this.#login(request.signal);
    let token: Secret;
    try {
      token = await this.#token;
    } catch (error) {
      // The next call tries again: what was wrong may have been fixed.
      this.#token = undefined;
      throw error;
    }
    const answer = await this.#repeat(request, { 'x-vault-token': token.expose() });
    if (answer.status === 401 || answer.status === 403) {
      throw new DipswitchError('VAULT_DENIED', `the vault denies ${request.method} ${request.path}: ${DENIED}`, {
        status: answer.status,
      });
    }
    return answer;
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async #login(signal: AbortSignal | undefined): Promise<Secret> {
    const { authentication } = this.#options;
    if (authentication.method === 'token') return authentication.token;
    const { mount, body } = await loginOf(authentication);
    const path = `auth/${mount.split('/').map(encodeURIComponent).join('/')}/login`;
    const answer = await this.#repeat({ method: 'POST', path, body, signal }, {});
    const token = memberOf(memberOf(answer.json, 'auth'), 'client_token');
    if (answer.status === 200 && typeof token === 'string' && token !== '') return new Secret(token);
    const message = `the vault refuses the login by ${authentication.method} at auth/${mount} (status ${answer.status})`;
    throw new DipswitchError('VAULT_DENIED', message, { status: answer.status });
  }

  async #repeat(request: KvRequest, headers: Readonly<Record<string, string>>): Promise<WireAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(request, headers);
      if (!(outcome instanceof DipswitchError)) return outcome;
      if (attempt === MAX_ATTEMPTS || !outcome.retryable) throw outcome;
      await sleep(this.#clock, FIRST_WAIT_MS * 2 ** (attempt - 1), request.signal ?? NEVER);
    }
  }

  /** The answer, or why the vault did not give one. Rejects with the reason of the caller's signal only. */
  async #attempt(request: KvRequest, headers: Readonly<Record<string, string>>): Promise<WireAnswer | DipswitchError> {
    const { namespace, attemptTimeoutMs = 10_000 } = this.#options;
    const limit = timedSignal(
      this.#clock,
      request.signal,
      attemptTimeoutMs,
      () => new DipswitchError('ATTEMPT_TIMEOUT', 'no answer in time'),
    );
    try {
      const answer = await exchange(this.#dispatcher, {
        origin: this.#origin,
        method: request.method,
        path: `${this.#basePath}/v1/${request.path}`,
        headers: {
          accept: 'application/json',
          'x-vault-request': 'true',
          ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: request.body === undefined ? null : JSON.stringify(request.body),
        maxBodyBytes: MAX_BODY_BYTES,
        ignoresBody: false,
        redact: [],
        signal: limit.signal,
      });
      return answer.status >= 500 || answer.status === 429 ? unavailable(statusText(answer.status)) : answer;
    } catch (error) {
      if (request.signal?.aborted === true) throw request.signal.reason;
      if (!(error instanceof DipswitchError)) throw error;
      return new DipswitchError('VAULT_UNAVAILABLE', `${AT}: ${error.message}`, {
        cause: error,
        retryable: error.retryable,
      });
    } finally {
      limit.release();
    }
  }
}

/** A member of an answer's JSON; undefined where there is none. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

const AT = 'the vault at VAULT_ADDR does not answer';
const DENIED = 'the token is not valid any more, or its policy lacks the right';
const NEVER = new AbortController().signal;

async function loginOf(
  authentication: Exclude<KvAuthentication, { method: 'token' }>,
): Promise<{ mount: string; body: Readonly<Record<string, string>> }> {
  if (authentication.method === 'app-role') {
    const { roleId, secretId, mount = 'approle' } = authentication;
    return { mount, body: { role_id: roleId, secret_id: secretId.expose() } };
  }
  const { role, tokenFile = SERVICE_ACCOUNT_TOKEN, mount = 'kubernetes' } = authentication;
  try {
    return { mount, body: { role, jwt: (await readFile(tokenFile, 'utf8')).trim() } };
  } catch (cause) {
    const message = `the service account token ${tokenFile} cannot be read`;
    throw new DipswitchError('VAULT_SETTING_MISSING', message, { cause });
  }
}

function unavailable(why: string): DipswitchError {
  return new DipswitchError('VAULT_UNAVAILABLE', `${AT}: ${why}`);
}

function statusText(status: number): string {
  if (status === 503) return 'it is sealed or in standby (status 503)';
  return status === 429 ? 'it is asked too often (status 429)' : `it failed (status ${status})`;
}

function resolveAddress(address: string, isPlaintextAllowed: boolean): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  const isHttp = url?.protocol === 'http:';
  if (
    url === null ||
    (!isHttp && url.protocol !== 'https:') ||
    url.search !== '' ||
    url.username !== '' ||
    url.password !== ''
  ) {
    throw invalidArgument(
      'ERR_INVALID_ARG_VALUE',
      'the address of the vault must be an http or https address and no more',
    );
  }
  if (isHttp && !isPlaintextAllowed && !isLoopbackHost(url.hostname)) {
    throw invalidArgument(
      'ERR_INVALID_ARG_VALUE',
      'the address of the vault is plain http to another machine: secrets would be sent in clear text',
    );
  }
  return url;
}
