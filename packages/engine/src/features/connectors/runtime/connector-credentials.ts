import type { ConnectorBody } from '@dipswitch/contract';
import type { DatabaseTarget } from '../../../drivers/driver.ts';
import type { Clock } from '../../../util/clock.ts';
import { withDeadline } from '../../../util/with-deadline.ts';
import type { ResolvedSecret, SecretResolver } from '../../secrets/secret-resolver.ts';
import { SecretUnresolvedError } from '../../secrets/secret-unresolved-error.ts';

export interface CredentialOptions {
  readonly secrets: SecretResolver;
  readonly clock: Clock;
  /** Bounds resolving the secrets of one connector. Default 10 s. */
  readonly secretTimeoutMs?: number;
}

export type SecretReferences = ConnectorBody['configuration']['credentialMasking'];

/** Resolved secrets of one connector and what tells them from other versions of the same. */
export interface ResolvedCredentials {
  readonly credentials: DatabaseTarget['credentials'];
  readonly versions: string;
}

const DEFAULT_SECRET_TIMEOUT_MS = 10_000;

/** @throws SecretUnresolvedError naming the member whose reference leads to nothing */
export async function resolveCredentials(
  options: CredentialOptions,
  tenant: string,
  { username, password }: SecretReferences,
  signal: AbortSignal,
): Promise<ResolvedCredentials> {
  const [user, pass] = await Promise.all([
    resolveMember(options, tenant, 'credentialMasking.username', username, signal),
    resolveMember(options, tenant, 'credentialMasking.password', password, signal),
  ]);
  return {
    credentials: { username: user.value, password: pass.value },
    versions: JSON.stringify([user.version, pass.version]),
  };
}

/** What `resolveCredentials` would call their versions; some seconds old. @throws SecretUnresolvedError */
async function readCredentialVersions(
  options: CredentialOptions,
  tenant: string,
  { username, password }: SecretReferences,
  signal: AbortSignal,
): Promise<string> {
  const { secrets } = options;
  return JSON.stringify(
    await Promise.all([
      ofMember(options, 'credentialMasking.username', username, signal, secrets.version(tenant, username, signal)),
      ofMember(options, 'credentialMasking.password', password, signal, secrets.version(tenant, password, signal)),
    ]),
  );
}

function resolveMember(
  options: CredentialOptions,
  tenant: string,
  member: string,
  reference: string,
  signal: AbortSignal,
): Promise<ResolvedSecret> {
  return ofMember(options, member, reference, signal, options.secrets.resolve(tenant, reference, signal));
}

/** Bounds what a vault is asked, and names the member in its failure. */
async function ofMember<Answer>(
  { clock, secretTimeoutMs = DEFAULT_SECRET_TIMEOUT_MS }: CredentialOptions,
  member: string,
  reference: string,
  signal: AbortSignal,
  answer: Promise<Answer>,
): Promise<Answer> {
  const late = () => {
    throw new SecretUnresolvedError(reference, 'its vault did not answer in time');
  };
  try {
    return await withDeadline(answer, { clock, endsAtMs: clock.monotonicMs() + secretTimeoutMs, signal }, late);
  } catch (error) {
    throw error instanceof SecretUnresolvedError ? error.of(member) : error;
  }
}

export interface SecretWatchOptions extends CredentialOptions {
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
