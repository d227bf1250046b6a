import {
  type Finding,
  SECRET_NAME_PATTERN,
  Secret,
  secretCheckBodySchema,
  secretPutBodySchema,
  toFindings,
} from '@dipswitch/contract';
import { type AuditedChanges, changed } from '../../audit/audited-changes.ts';
import type { AuditedTransactions } from '../../audit/audited-transactions.ts';
import type { Caller } from '../../util/caller.ts';
import type { Clock } from '../../util/clock.ts';
import { assertPreconditions, type Preconditions } from '../../util/preconditions.ts';
import { ProblemError } from '../../util/problem-error.ts';
import { createSecretAudit } from './secret-audit.ts';
import type { SecretListing, SecretService } from './secret-service.ts';
import { SecretUnresolvedError } from './secret-unresolved-error.ts';

export interface TenantSecretsOptions {
  readonly secrets: SecretService;
  readonly transactions: Pick<AuditedTransactions, 'run' | 'record'>;
  readonly clock: Clock;
  /** How long a check waits for the vaults. Default 10 s. */
  readonly checkTimeoutMs?: number;
}

export interface SecretPage {
  readonly items: readonly SecretListing[];
  /** Name after which the next page begins; null on the last page. */
  readonly nextAfter: string | null;
}

/** Whether a reference leads to a value; `message` says why not. */
export interface ReferenceVerdict {
  readonly resolves: boolean;
  readonly message: string | null;
}

const DEFAULT_CHECK_TIMEOUT_MS = 10_000;
/** One caller's check must not take every socket to a vault. */
const CHECKS_AT_ONCE = 8;

/**
 * What callers of the API may do with the secrets of their tenant. A value goes in and never comes out. Every change,
 * every refused one and every check is recorded. All reject with `ProblemError`.
 */
export class TenantSecrets {
  readonly #secrets: SecretService;
  readonly #audited: AuditedChanges;
  readonly #checkTimeoutMs: number;

  constructor({ secrets, transactions, clock, checkTimeoutMs = DEFAULT_CHECK_TIMEOUT_MS }: TenantSecretsOptions) {
    this.#secrets = secrets;
    this.#audited = createSecretAudit(transactions, clock);
    this.#checkTimeoutMs = checkTimeoutMs;
  }

  put(caller: Caller, name: string, body: unknown, preconditions: Preconditions): Promise<SecretListing> {
    const { tenant } = caller;
    const assertVersion = (version: number | undefined) => assertPreconditions(preconditions, version, 'secret');
    return this.#audited.change('SECRET_SET', caller, name, {
      before: () => parseValue(name, body),
      within: ({ state }, value) => this.#secrets.put(tenant, name, value, assertVersion, state),
      after: () => this.#secrets.forget(tenant),
    });
  }

  /** Ordered by name. */
  async list(
    caller: Caller,
    { limit, after }: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<SecretPage> {
    const found = await this.#secrets.list(caller.tenant, { limit: limit + 1, after });
    const items = found.slice(0, limit);
    return { items, nextAfter: found.length > limit ? (items.at(-1)?.name ?? null) : null };
  }

  delete(caller: Caller, name: string): Promise<void> {
    const { tenant } = caller;
    return this.#audited.change('SECRET_DELETE', caller, name, {
      within: async ({ state }) => {
        if (await this.#secrets.remove(tenant, name, state)) return changed(undefined, {});
        throw new ProblemError('NOT_FOUND', 'There is no such secret.');
      },
      after: () => this.#secrets.forget(tenant),
    });
  }

  /** Resolves each reference as a connector would, and drops what it leads to. In the order of the references. */
  check(caller: Caller, body: unknown): Promise<readonly ReferenceVerdict[]> {
    return this.#audited.attempt('SECRET_CHECK', caller, '', async () => {
      const result = await this.#judgeAll(caller.tenant, parseReferences(body));
      const unresolved = result.filter(({ resolves }) => !resolves).length;
      return { result, status: 'SUCCESS', details: { references: result.length, unresolved } };
    });
  }

  async #judgeAll(tenant: string, references: readonly string[]): Promise<readonly ReferenceVerdict[]> {
    const signal = AbortSignal.timeout(this.#checkTimeoutMs);
    const verdicts = new Map<string, ReferenceVerdict>();
    const queue = [...new Set(references)];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        verdicts.set(next, await judge(this.#secrets, tenant, next, signal));
      }
    };
    await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, worker));
    return references.map((reference) => verdicts.get(reference) ?? UNANSWERED);
  }
}

function parseReferences(body: unknown): readonly string[] {
  const parsed = secretCheckBodySchema.safeParse(body);
  if (parsed.success) return parsed.data.references;
  const findings = toFindings(parsed.error.issues);
  throw new ProblemError('VALIDATION_FAILED', 'The references cannot be checked.', { findings });
}

const UNANSWERED: ReferenceVerdict = { resolves: false, message: 'its vault did not answer in time' };

async function judge(
  secrets: SecretService,
  tenant: string,
  reference: string,
  signal: AbortSignal,
): Promise<ReferenceVerdict> {
  if (signal.aborted) return UNANSWERED;
  try {
    await secrets.resolve(tenant, reference, signal);
    return { resolves: true, message: null };
  } catch (error) {
    if (error instanceof SecretUnresolvedError) return { resolves: false, message: error.advice };
    if (signal.aborted) return UNANSWERED;
    throw error;
  }
}

function parseValue(name: string, body: unknown): Secret {
  const findings: Finding[] = SECRET_NAME_PATTERN.test(name) ? [] : [NAME_FINDING];
  const parsed = secretPutBodySchema.safeParse(body);
  if (parsed.success && findings.length === 0) return new Secret(parsed.data.value);
  if (!parsed.success) findings.push(...toFindings(parsed.error.issues));
  throw new ProblemError('VALIDATION_FAILED', 'The secret is not valid.', { findings });
}

const NAME_FINDING: Finding = {
  code: 'INVALID_FORMAT',
  severity: 'error',
  path: '',
  message: 'the name must have 1 to 128 letters, digits and . _ -, not beginning with . or -',
};
