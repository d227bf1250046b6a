import type { Secret } from '@dipswitch/contract';
import { DipswitchError, isDipswitchError } from '../errors.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import { raceSignal } from '../util/wait.ts';
import type { TokenSource, WireCounters } from '../wire.ts';
import type { IssuedToken } from './token-answer.ts';

export interface CachedTokenSourceOptions {
  /** Asks for a new token. */
  readonly request: (signal: AbortSignal) => Promise<IssuedToken>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: WireCounters;
}

/** The contract: refreshed this long before expiry at the latest. */
const MUST_REFRESH_BEFORE_MS = 30_000;
const SHOULD_REFRESH_BEFORE_MS = 300_000;
/** Between two refreshes in the "should" window, when the first one failed. */
const BACKGROUND_PAUSE_MS = 10_000;

interface HeldToken {
  readonly token: Secret;
  /** From here on a refresh is started in the background, which go on with the held token. */
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
 * Holds the access token and sees to a new one in time. States: empty -> fresh (a flight lands) -> should refresh
 * -> must refresh (time moves it) -> fresh; any -> empty (`reject`). At most one flight at a time; it is aborted only
 * when every caller that waits for it has given up. Lifetimes run on the monotonic clock from before the request was
 * sent, so a wrong wall clock on either side changes nothing.
 */
export class CachedTokenSource implements TokenSource {
  readonly #options: CachedTokenSourceOptions;
  #held: HeldToken | undefined;
  #flight: Flight | undefined;
  #backgroundNotBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(options: CachedTokenSourceOptions) {
    this.#options = options;
  }

  async get(signal: AbortSignal): Promise<Secret> {
    signal.throwIfAborted();
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
    const { clock, counters, request } = this.#options;
    counters.tokenRequests += 1;
    const askedAtMs = clock.monotonicMs();
    const { token, lifetimeMs } = await request(signal);
    return {
      token,
      // A token that lives shorter than the margins would else be renewed before every call.
      shouldRefreshAtMs: askedAtMs + lifetimeMs - Math.min(SHOULD_REFRESH_BEFORE_MS, lifetimeMs * 0.6),
      mustRefreshAtMs: askedAtMs + lifetimeMs - Math.min(MUST_REFRESH_BEFORE_MS, lifetimeMs * 0.5),
    };
  }
}
