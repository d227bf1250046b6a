import { Secret, tokenAnswerSchema, tokenErrorSchema } from '@dipswitch/contract';
import { DipswitchError, isDipswitchError } from '../errors.ts';
import type { ClientAuthentication } from '../options.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import { raceSignal } from '../util/wait.ts';
import type { CallAnswer, Sender, TokenSource, WireCounters } from '../wire.ts';

export interface ClientCredentialsOptions {
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly scope: string | undefined;
  readonly clientAuthentication: ClientAuthentication;
  /** Without a token source of its own, and with a gate of its own. */
  readonly sender: Sender;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: WireCounters;
}

/** The contract: refreshed this long before expiry at the latest. */
const MUST_REFRESH_BEFORE_MS = 30_000;
const SHOULD_REFRESH_BEFORE_MS = 300_000;
/** RFC 6749 only recommends `expires_in`; without it the token is held for this long. */
const ASSUMED_LIFETIME_MS = 300_000;
/** Between two refreshes in the "should" window, when the first one failed. */
const BACKGROUND_PAUSE_MS = 10_000;

interface HeldToken {
  readonly token: Secret;
  /** From here on a refresh is started beside the calls, which go on with the held token. */
  readonly shouldRefreshAtMs: number;
  /** From here on every call waits for a new token. */
  readonly mustRefreshAtMs: number;
}

interface Flight {
  readonly promise: Promise<HeldToken>;
  readonly controller: AbortController;
  waiters: number;
}

/**
 * Access tokens by client credentials (RFC 6749 section 4.4). States: empty -> fresh (a flight lands) -> should refresh
 * -> must refresh (time moves it) -> fresh; any -> empty (`reject`). At most one flight at a time; it is aborted only
 * when every caller that waits for it has given up. Lifetimes run on the monotonic clock from before the request was
 * sent, so a wrong wall clock on either side changes nothing.
 */
export class ClientCredentialsTokenSource implements TokenSource {
  readonly #options: ClientCredentialsOptions;
  #held: HeldToken | undefined;
  #flight: Flight | undefined;
  #backgroundNotBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(options: ClientCredentialsOptions) {
    this.#options = options;
  }

  async get(signal: AbortSignal): Promise<Secret> {
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#held === undefined || nowMs >= this.#held.mustRefreshAtMs) return this.#wait(signal);
    if (nowMs >= this.#held.shouldRefreshAtMs) this.#refreshBeside(nowMs);
    return this.#held.token;
  }

  reject(token: Secret): void {
    if (this.#held?.token === token) this.#held = undefined;
  }

  close(): void {
    this.#flight?.controller.abort(new DipswitchError('CLIENT_CLOSED', 'the client was closed'));
    this.#held = undefined;
  }

  async #wait(signal: AbortSignal): Promise<Secret> {
    const flight = this.#flight ?? this.#depart();
    flight.waiters += 1;
    try {
      return (await raceSignal(flight.promise, signal)).token;
    } finally {
      flight.waiters -= 1;
      if (flight.waiters === 0 && this.#flight === flight) {
        this.#flight = undefined;
        flight.controller.abort(new DipswitchError('DEADLINE_EXCEEDED', 'nobody waits for the token any more'));
      }
    }
  }

  #refreshBeside(nowMs: number): void {
    if (this.#flight !== undefined || nowMs < this.#backgroundNotBeforeMs) return;
    this.#backgroundNotBeforeMs = nowMs + BACKGROUND_PAUSE_MS;
    const flight = this.#depart();
    // Nobody waits, yet it is wanted: the held token still serves, so a failure only means another try later.
    flight.waiters += 1;
    flight.promise.catch((error: unknown) => {
      const code = isDipswitchError(error) ? error.code : 'UNKNOWN';
      this.#options.logger.warn({ code }, 'the early token refresh failed, the held token goes on serving');
    });
  }

  #depart(): Flight {
    const controller = new AbortController();
    const flight: Flight = {
      controller,
      waiters: 0,
      promise: this.#fetchToken(controller.signal).then(
        (held) => {
          if (this.#flight === flight) this.#flight = undefined;
          this.#held = held;
          return held;
        },
        (error: unknown) => {
          if (this.#flight === flight) this.#flight = undefined;
          throw error;
        },
      ),
    };
    this.#flight = flight;
    return flight;
  }

  async #fetchToken(signal: AbortSignal): Promise<HeldToken> {
    const { clock, counters } = this.#options;
    counters.tokenRequests += 1;
    const askedAtMs = clock.monotonicMs();
    const answer = await this.#post(signal);
    if (answer.status !== 200) throw refusal(answer);
    const parsed = tokenAnswerSchema.safeParse(answer.json);
    if (!parsed.success || parsed.data.token_type.toLowerCase() !== 'bearer') {
      throw new DipswitchError('RESPONSE_MALFORMED', 'the token endpoint answered without a bearer token', {
        status: answer.status,
        requestId: answer.requestId,
        attempts: answer.attempts,
      });
    }
    const lifetimeMs = parsed.data.expires_in === undefined ? ASSUMED_LIFETIME_MS : parsed.data.expires_in * 1000;
    return {
      token: new Secret(parsed.data.access_token),
      // A token that lives shorter than the margins would else be renewed before every call.
      shouldRefreshAtMs: askedAtMs + lifetimeMs - Math.min(SHOULD_REFRESH_BEFORE_MS, lifetimeMs * 0.6),
      mustRefreshAtMs: askedAtMs + lifetimeMs - Math.min(MUST_REFRESH_BEFORE_MS, lifetimeMs * 0.5),
    };
  }

  async #post(signal: AbortSignal): Promise<CallAnswer> {
    const { sender, clientId, clientSecret, scope, clientAuthentication } = this.#options;
    const form = new URLSearchParams({ grant_type: 'client_credentials' });
    if (scope !== undefined) form.set('scope', scope);
    if (clientAuthentication === 'client_secret_post') {
      form.set('client_id', clientId);
      form.set('client_secret', clientSecret.expose());
    }
    try {
      return await sender.send({
        method: 'POST',
        path: '/oauth/token',
        body: form.toString(),
        contentType: 'application/x-www-form-urlencoded',
        headers: clientAuthentication === 'client_secret_basic' ? basic(clientId, clientSecret) : {},
        repeatable: true,
        signal,
      });
    } catch (error) {
      if (!isDipswitchError(error) || error === signal.reason) throw error;
      throw new DipswitchError('AUTH_UNAVAILABLE', `no token: ${error.message}`, {
        cause: error,
        retryable: error.retryable,
        attempts: error.attempts,
      });
    }
  }
}

/** RFC 6749 section 2.3.1: both parts are form-encoded before they are joined. */
function basic(clientId: string, clientSecret: Secret): Record<string, string> {
  const encode = (text: string): string => new URLSearchParams({ v: text }).toString().slice(2);
  const pair = `${encode(clientId)}:${encode(clientSecret.expose())}`;
  return { authorization: `Basic ${Buffer.from(pair, 'utf8').toString('base64')}` };
}

function refusal(answer: CallAnswer): DipswitchError {
  const facts = { status: answer.status, requestId: answer.requestId, attempts: answer.attempts };
  if (answer.status === 429 || answer.status >= 500 || answer.status === 408) {
    return new DipswitchError('AUTH_UNAVAILABLE', `the token endpoint answered ${answer.status}`, facts);
  }
  const said = tokenErrorSchema.safeParse(answer.json);
  if (said.success && /^[a-z_]{1,64}$/.test(said.data.error)) {
    return new DipswitchError('AUTH_REJECTED', `the token endpoint refused: ${said.data.error}`, facts);
  }
  if (answer.status === 401 || answer.status === 403) {
    return new DipswitchError('AUTH_REJECTED', `the token endpoint answered ${answer.status}`, facts);
  }
  const code = answer.status >= 300 && answer.status < 400 ? 'REDIRECT_REFUSED' : 'UNEXPECTED_STATUS';
  return new DipswitchError(code, `the token endpoint answered ${answer.status}`, facts);
}
