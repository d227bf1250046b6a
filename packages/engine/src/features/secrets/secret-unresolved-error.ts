import { EngineError } from '../../util/engine-error.ts';
/**
 * A reference does not lead to a value. `message` names the reference (it is configuration, not a secret) for the
 * log; `publicMessage` says what to do about it and is fit for a health answer.
 */
export class SecretUnresolvedError extends EngineError {
  override readonly name = 'SecretUnresolvedError';
  readonly code = 'SECRET_UNRESOLVED';
  readonly reference: string;
  readonly advice: string;
  /** Which member of the connector holds the reference, once known. */
  readonly member: string | undefined;

  constructor(reference: string, advice: string, options: { member?: string; cause?: unknown } = {}) {
    super(`the secret reference ${reference} does not resolve: ${advice}`, options);
    this.reference = reference;
    this.advice = advice;
    this.member = options.member;
  }

  get publicMessage(): string {
    const subject = this.member === undefined ? 'a secret' : `the secret of \`${this.member}\``;
    return `${subject} does not resolve: ${this.advice}`;
  }

  /** The same refusal, knowing which member of the connector it is about. */
  of(member: string): SecretUnresolvedError {
    return new SecretUnresolvedError(this.reference, this.advice, { member, cause: this.cause });
  }
}
