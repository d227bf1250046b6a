import { Agent, type buildConnector, type Dispatcher } from 'undici';
import { DriverError } from '../../drivers/driver.ts';
import { findErrorCodes } from '../../drivers/tls/tls-errors.ts';
import type { Clock } from '../../util/clock.ts';
import { EngineError } from '../../util/engine-error.ts';

/** One attempt at one webhook. */
export interface WebhookRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Ends the attempt early, when the engine stops. */
  readonly signal: AbortSignal;
}

export interface WebhookAnswer {
  readonly status: number;
  /** The `Retry-After` header as it came. */
  readonly retryAfter: string | null;
}

/** Why no status came, in words that do not turn the engine into a port scanner. */
export type WebhookFailure = 'NO_ANSWER' | 'ADDRESS_REFUSED' | 'TLS_FAILED';

export class WebhookTransportError extends EngineError {
  override readonly name = 'WebhookTransportError';
  readonly code: WebhookFailure;

  constructor(code: WebhookFailure, cause: unknown) {
    super(`the webhook was not reached (${code})`, { cause });
    this.code = code;
  }
}

export interface WebhookTransportOptions {
  /** Dials through the egress guard. */
  readonly connect: buildConnector.connector;
  readonly clock: Clock;
  /** From the first byte out to the last byte in. Default 15 s. */
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 15_000;
const ANSWER_BYTES_MAX = 64 * 1024;
const HEADER_BYTES_MAX = 16 * 1024;
const CONNECTIONS_PER_ORIGIN = 8;
const TLS_CODE = /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/**
 * Posts one body. Follows no redirect, reads 64 KiB of an answer at most, ends after a total deadline whatever the
 * receiver does, and dials through the egress guard.
 */
export class WebhookTransport {
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #agent: Agent;

  constructor(options: WebhookTransportOptions) {
    this.#clock = options.clock;
    this.#deadlineMs = options.deadlineMs ?? DEADLINE_MS;
    this.#agent = new Agent({
      connect: options.connect,
      connections: CONNECTIONS_PER_ORIGIN,
      maxHeaderSize: HEADER_BYTES_MAX,
      // The total deadline is ours; two more clocks would only blur which one fired.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Resolves with the status as soon as there is one. @throws WebhookTransportError */
  async send(request: WebhookRequest): Promise<WebhookAnswer> {
    const deadline = new AbortController();
    const timer = this.#clock.setTimer(this.#deadlineMs, () => deadline.abort());
    const signal = AbortSignal.any([deadline.signal, request.signal]);
    let response: Dispatcher.ResponseData;
    try {
      const { origin, pathname, search } = new URL(request.url);
      response = await this.#agent.request({
        origin,
        path: pathname + search,
        method: 'POST',
        headers: request.headers,
        body: request.body,
        signal,
      });
    } catch (cause) {
      timer.cancel();
      throw new WebhookTransportError(toFailure(cause), cause);
    }
    // The status decides; the rest is read only so that the connection can be used again, within the same bounds.
    void response.body
      .dump({ limit: ANSWER_BYTES_MAX, signal })
      .catch(() => {})
      .finally(() => timer.cancel());
    const retryAfter = response.headers['retry-after'];
    return { status: response.statusCode, retryAfter: typeof retryAfter === 'string' ? retryAfter : null };
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

function toFailure(error: unknown): WebhookFailure {
  if (error instanceof DriverError && error.kind === 'egress-denied') return 'ADDRESS_REFUSED';
  if (error instanceof DriverError && error.kind.startsWith('tls-')) return 'TLS_FAILED';
  return findErrorCodes(error).some((code) => TLS_CODE.test(code)) ? 'TLS_FAILED' : 'NO_ANSWER';
}
