/** Which write: of one action of one tenant, by the keyed digest of what identifies it. */
export interface IdempotencyKey {
  readonly tenant: string;
  readonly actionId: string;
  readonly keyHash: string;
}

export interface IdempotencyClaim extends IdempotencyKey {
  /** Keyed digest of the input: the same key with another input is refused. */
  readonly requestHash: string;
  readonly engineId: string;
  /** Wall clock, milliseconds. */
  readonly now: number;
  /** After this an execution that still counts as running is one whose end is not known. */
  readonly leaseUntil: number;
  readonly expiresAt: number;
}

/** What is known of a write that was begun before; `answer` is sealed. */
export interface KnownExecution {
  readonly state: 'running' | 'done' | 'in-doubt';
  readonly requestHash: string;
  readonly answer: string | null;
  readonly leaseUntil: number;
}

/** Remembers writes for as long as a repetition must not run again. @throws StateUnavailableError from every method */
export interface IdempotencyStore {
  /**
   * Begins a write. When it resolves to `claimed`, that is durable, and only this claim may run it; else it resolves to
   * what is known. What has expired is as if it had never been.
   */
  claim(claim: IdempotencyClaim): Promise<'claimed' | KnownExecution>;
  /** Keeps the answer of a claimed write; `in-doubt`: it is not known whether it took effect. */
  finish(claim: IdempotencyClaim, state: 'done' | 'in-doubt', answer: string): Promise<void>;
  /** Forgets a claimed write that took no effect for certain, so that a repetition runs. */
  release(claim: IdempotencyClaim): Promise<void>;
  /** Deletes expired writes, at most `limit`. @returns how many */
  sweep(now: number, limit: number): Promise<number>;
}
