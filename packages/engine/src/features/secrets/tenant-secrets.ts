import {
  type Finding,
  SECRET_NAME_PATTERN,
  Secret,
  secretCheckBodySchema,
  secretPutBodySchema,
  toFindings,
} from '@dipswitch/contract';
import type { AuditedTransactions } from '../../audit/audited-transactions.ts';
import type { Caller } from '../../util/caller.ts';
import type { Clock } from '../../util/clock.ts';
import { assertPreconditions, type Preconditions } from '../../util/preconditions.ts';
import { ProblemError } from '../../util/problem-error.ts';
import type { SecretActor, SecretListing, SecretService } from './secret-service.ts';
import { SecretUnresolvedError } from './secret-unresolved-error.ts';

export interface TenantSecretsOptions {
  readonly secrets: SecretService;
  /** Records the attempts that changed nothing; the service records the changes. */
  readonly transactions: Pick<AuditedTransactions, 'record'>;
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

/**
 * What callers of the API may do with the secrets of their tenant. A value goes in and never comes out. Every change,
 * every refused one and every check is recorded. All reject with `ProblemError`.
 */
export interface TenantSecrets {
  put(caller: Caller, name: string, body: unknown, preconditions: Preconditions): Promise<SecretListing>;
  /** Ordered by name. */
  list(caller: Caller, query: { readonly limit: number; readonly after?: string | undefined }): Promise<SecretPage>;
  delete(caller: Caller, name: string): Promise<void>;
  /** Resolves each reference as a connector would, and drops what it leads to. In the order of the references. */
  check(caller: Caller, body: unknown): Promise<readonly ReferenceVerdict[]>;
}

const DEFAULT_CHECK_TIMEOUT_MS = 10_000;
/** One caller's check must not take every socket to a vault. */
const CHECKS_AT_ONCE = 8;

export function createTenantSecrets(options: TenantSecretsOptions): TenantSecrets {
  const { secrets } = options;
  return {
    put: (caller, name, body, preconditions) =>
      recorded(options, caller, { eventType: 'SECRET_SET', name }, async () => {
        const value = parseValue(name, body);
        return secrets.set(actorOf(caller), name, value, (version) =>
          assertPreconditions(preconditions, version, 'secret'),
        );
      }),
    async list(caller, { limit, after }) {
      const found = await secrets.list(caller.tenant, { limit: limit + 1, after });
      const items = found.slice(0, limit);
      return { items, nextAfter: found.length > limit ? (items.at(-1)?.name ?? null) : null };
    },
    delete: (caller, name) =>
      recorded(options, caller, { eventType: 'SECRET_DELETE', name }, async () => {
        if (!(await secrets.delete(actorOf(caller), name)))
          throw new ProblemError('NOT_FOUND', 'There is no such secret.');
      }),
    check: (caller, body) =>
      recorded(options, caller, { eventType: 'SECRET_CHECK' }, () => check(options, caller, body)),
  };
}

async function check(options: TenantSecretsOptions, caller: Caller, body: unknown): Promise<ReferenceVerdict[]> {
  const { secrets, transactions, clock } = options;
  const startedAt = clock.monotonicMs();
  const parsed = secretCheckBodySchema.safeParse(body);
  if (!parsed.success) {
    const findings = toFindings(parsed.error.issues);
    throw new ProblemError('VALIDATION_FAILED', 'The references cannot be checked.', { findings });
  }
  const { references } = parsed.data;
  const signal = AbortSignal.timeout(options.checkTimeoutMs ?? DEFAULT_CHECK_TIMEOUT_MS);
  const verdicts = new Map<string, ReferenceVerdict>();
  const queue = [...new Set(references)];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      verdicts.set(next, await judge(secrets, caller.tenant, next, signal));
    }
  };
  await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, worker));
  const ordered = references.map((reference) => verdicts.get(reference) ?? UNANSWERED);
  transactions.record({
    eventType: 'SECRET_CHECK',
    status: 'SUCCESS',
    latencyMs: clock.monotonicMs() - startedAt,
    details: { references: references.length, unresolved: ordered.filter(({ resolves }) => !resolves).length },
    ...actorOf(caller),
  });
  return ordered;
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

/** Runs the work and records it as failed, by its code alone, when it is refused. */
async function recorded<Result>(
  { transactions, clock }: TenantSecretsOptions,
  caller: Caller,
  { eventType, name }: { readonly eventType: string; readonly name?: string },
  work: () => Promise<Result>,
): Promise<Result> {
  const startedAt = clock.monotonicMs();
  try {
    return await work();
  } catch (error) {
    transactions.record({
      eventType,
      status: 'FAILED',
      latencyMs: clock.monotonicMs() - startedAt,
      details: {
        // What is no name is what somebody typed, and may be the value itself.
        ...(name !== undefined && SECRET_NAME_PATTERN.test(name) ? { name } : {}),
        code: error instanceof ProblemError ? error.code : 'INTERNAL',
      },
      ...actorOf(caller),
    });
    throw error;
  }
}

function actorOf({ tenant, actor, requestId }: Caller): SecretActor {
  return { tenant, actor, requestId };
}
