import type { Clock } from '../../../util/clock.ts';
import { SecretUnresolvedError } from '../../secrets/secret-unresolved-error.ts';
import {
  type PoolOpeningOptions,
  readCredentialVersions,
  resolveCredentials,
  type SecretReferences,
} from './pool-opening.ts';

export interface SecretWatchOptions extends PoolOpeningOptions {
  /** Versions are compared at most this often. */
  readonly secretCheckMs: number;
}

/** Notices that the secrets behind the references of one connector are others than those in use. */
export class SecretWatch {
  readonly #options: SecretWatchOptions;
  readonly #clock: Clock;
  #checkedAt = Number.NEGATIVE_INFINITY;

  constructor(options: SecretWatchOptions) {
    this.#options = options;
    this.#clock = options.clock;
  }

  /** The secrets have just been resolved for another reason. */
  noteResolved(): void {
    this.#checkedAt = this.#clock.monotonicMs();
  }

  /** A refused login is the reason to compare at the next opportunity, however lately that was done. */
  suspect(): void {
    this.#checkedAt = Number.NEGATIVE_INFINITY;
  }

  /** Resolves to whether the versions are none of `known`; false too when it is too early to look again. */
  async haveChanged(
    tenant: string,
    references: SecretReferences,
    known: readonly (string | undefined)[],
    signal: AbortSignal,
  ): Promise<boolean> {
    if (this.#clock.monotonicMs() - this.#checkedAt < this.#options.secretCheckMs) return false;
    const isSuspected = this.#checkedAt === Number.NEGATIVE_INFINITY;
    this.noteResolved();
    try {
      // A version that is some seconds old would excuse the very secret that was just refused.
      const versions = isSuspected
        ? (await resolveCredentials(this.#options, tenant, references, signal)).versions
        : await readCredentialVersions(this.#options, tenant, references, signal);
      return !known.includes(versions);
    } catch (error) {
      // What serves goes on serving with the secrets it has.
      if (error instanceof SecretUnresolvedError) return false;
      throw error;
    }
  }
}
