import type { FastifyInstance } from 'fastify';
import type { Clock } from '../util/clock.ts';
import { ProblemError } from '../util/problem-error.ts';
import { RateLimit } from '../util/rate-limit.ts';
import type { Metrics } from './metrics.ts';

export interface WriteLimitOptions {
  /** Writes each client may make in a second. */
  readonly writesPerSecond: number;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'rateLimited'>;
}

/** What the limit says to one request; the header texts are those of draft-ietf-httpapi-ratelimit-headers. */
export interface LimitDecision {
  readonly allowed: boolean;
  /** Whole seconds until a request is allowed again; 0 when it was allowed. */
  readonly retryAfterSeconds: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Limits writes to `perSecond` for each client, one second's worth at once. */
export class WriteLimit {
  readonly #perSecond: number;
  readonly #limit: RateLimit;

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#limit = new RateLimit({ perSecond, burst: perSecond }, clock);
  }

  /** Counts one request of `client`. */
  take(client: string): LimitDecision {
    const { waitMs, bucket } = this.#limit.take(client);
    const allowed = waitMs === 0;
    const retryAfterSeconds = Math.ceil(waitMs / 1000);
    const fullInSeconds = Math.ceil(bucket.fullInMs / 1000);
    return {
      allowed,
      retryAfterSeconds,
      headers: {
        'ratelimit-policy': `"write";q=${this.#perSecond};w=1`,
        ratelimit: `"write";r=${bucket.left};t=${Math.max(1, fullInSeconds)}`,
        ...(allowed ? {} : { 'retry-after': String(retryAfterSeconds) }),
      },
    };
  }
}

/** Holds routes that declare `limitedWrite` to the limit, for each client. */
export function addWriteLimit(app: FastifyInstance, options: WriteLimitOptions): void {
  const { writesPerSecond, clock, metrics } = options;
  const limit = new WriteLimit(writesPerSecond, clock);
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.limitedWrite !== true) return;
    const decision = limit.take(request.caller.actor);
    reply.headers(decision.headers);
    if (decision.allowed) return;
    metrics.rateLimited.inc();
    throw new ProblemError('RATE_LIMITED', `Try again in ${decision.retryAfterSeconds} s.`);
  });
}
