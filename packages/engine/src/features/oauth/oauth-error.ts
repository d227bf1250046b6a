import { EngineError } from '../../util/engine-error.ts';
/** @see RFC 6749 section 5.2; `temporarily_unavailable` is lent from section 4.1.2.1 for the failure limit. */
export type OauthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_scope'
  | 'unsupported_grant_type'
  | 'temporarily_unavailable';

/** A refusal of the token endpoint; its routes answer it in the form of RFC 6749 instead of problem+json. */
export class OauthError extends EngineError {
  override readonly name = 'OauthError';
  readonly code: OauthErrorCode;
  readonly retryAfterSeconds: number | null;

  constructor(code: OauthErrorCode, description: string, retryAfterSeconds: number | null = null) {
    super(description);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
