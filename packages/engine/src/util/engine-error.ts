export interface EngineErrorOptions {
  readonly cause?: unknown;
  /** What the operator can do about it. */
  readonly hint?: string | undefined;
}

/**
 * An expected failure of the engine. `code` is stable and is what callers decide by. `message` and `hint` are ours and
 * hold no value, so a command shows them as they are; `cause` may hold anything and is never shown.
 */
export abstract class EngineError extends Error {
  abstract readonly code: string;
  readonly hint: string | undefined;

  constructor(message: string, { cause, hint }: EngineErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.hint = hint;
  }
}
