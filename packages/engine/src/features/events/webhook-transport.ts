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

/**
 * Posts one body. Follows no redirect, reads 64 KiB of an answer at most, ends after a total deadline whatever the
 * receiver does, and dials through the egress guard.
 */
export interface WebhookTransport {
  /** Resolves with the status as soon as there is one. @throws WebhookTransportError */
  send(request: WebhookRequest): Promise<WebhookAnswer>;
  close(): Promise<void>;
}
