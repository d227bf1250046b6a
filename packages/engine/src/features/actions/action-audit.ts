import { ID_PATTERN } from '@dipswitch/contract';
import { AuditedChanges } from '../../audit/audited-changes.ts';
import type { AuditedTransactions } from '../../audit/audited-transactions.ts';
import type { Clock } from '../../util/clock.ts';

/** Records what callers try with data actions. */
export function createActionAudit(
  transactions: Pick<AuditedTransactions, 'run' | 'record'>,
  clock: Clock,
): AuditedChanges {
  const toSubject = (actionId: string) => (ID_PATTERN.test(actionId) ? { actionId } : {});
  return new AuditedChanges({ transactions, clock, toSubject, toKeptPath });
}

/** Below these a caller names the members; what follows the name is kept where it is a word of JSON Schema. */
const NAMED_BY_CALLERS = /^(\/labels|\/fallback|\/(?:input|output)\/properties)\/[^/]*(.*)$/;

/** Words of the contract and of JSON Schema that may stand at the end of a path; any other is somebody's own. */
const KEPT_NAMES: ReadonlySet<string> = new Set([
  ...['actionId', 'connectorId', 'name', 'description', 'labels', 'statement', 'access', 'input', 'output', 'version'],
  ...['limits', 'deadlineMs', 'maxRows', 'maxBytes', 'maxConcurrency', 'ratePerSecond'],
  ...['cache', 'ttlSeconds', 'staleIfErrorSeconds', 'coalesce', 'fallback'],
  ...['type', 'format', 'required', 'properties', 'additionalProperties', 'default', 'enum', 'pattern', 'items'],
  ...['minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems', 'x-sensitive'],
]);

function toKeptPath(path: string): string {
  const named = NAMED_BY_CALLERS.exec(path);
  if (named === null) return keepNames(path);
  const [, holder = '', rest = ''] = named;
  return `${holder}/*${keepNames(rest)}`;
}

function keepNames(path: string): string {
  return path.replaceAll(/\/([^/]*)/g, (segment, name: string) =>
    KEPT_NAMES.has(name) || /^\d{1,4}$/.test(name) ? segment : '/*',
  );
}
