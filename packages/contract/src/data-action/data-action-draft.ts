import {
  DATA_ACTION_ACCESSES,
  DATA_ACTION_DEFAULTS,
  DATA_ACTION_LIMITS,
  type DataActionAccess,
} from '../wire/data-action-limits.ts';
import { isMembers, type Members } from './property-schema.ts';

/**
 * The members of a body that the rules look at, so that they run over a body with a broken structure too and every
 * problem is told at once. Undefined, or the default where the rules need one, for what is missing or mistyped.
 */
export interface DataActionDraft {
  readonly actionId: string | undefined;
  readonly connectorId: string | undefined;
  /** Names of the labels. */
  readonly labels: readonly string[];
  /** Undefined when it is missing or too long to be read. */
  readonly statement: string | undefined;
  readonly access: DataActionAccess;
  readonly input: unknown;
  readonly output: unknown;
  readonly deadlineMs: number | undefined;
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly ttlSeconds: number | undefined;
  readonly staleIfErrorSeconds: number | undefined;
  readonly fallback: Members | undefined;
}

const NO_MEMBERS: Members = Object.freeze({});

export function toDataActionDraft(value: unknown): DataActionDraft {
  const body = toMembers(value);
  const limits = toMembers(body.limits);
  const cache = toMembers(body.cache);
  const defaults = DATA_ACTION_DEFAULTS.limits;
  return {
    actionId: toText(body.actionId),
    connectorId: toText(body.connectorId),
    labels: Object.keys(toMembers(body.labels)),
    statement: toStatement(body.statement),
    access: DATA_ACTION_ACCESSES.find((access) => access === body.access) ?? DATA_ACTION_DEFAULTS.access,
    input: body.input,
    output: body.output,
    deadlineMs: toNumber(limits.deadlineMs),
    maxRows: toCount(limits.maxRows, DATA_ACTION_LIMITS.rowsMax) ?? defaults.maxRows,
    maxBytes: toCount(limits.maxBytes, DATA_ACTION_LIMITS.bytesMax) ?? defaults.maxBytes,
    ttlSeconds: toNumber(cache.ttlSeconds),
    staleIfErrorSeconds: toNumber(cache.staleIfErrorSeconds),
    fallback: isMembers(body.fallback) ? body.fallback : undefined,
  };
}

function toMembers(value: unknown): Members {
  return isMembers(value) ? value : NO_MEMBERS;
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function toStatement(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return value.length <= DATA_ACTION_LIMITS.statementMaxLength ? value : undefined;
}

function toNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** What is out of range is told by the structure. */
function toCount(value: unknown, most: number): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= most ? value : undefined;
}
