import type { DatabaseKind } from '../catalogue/database-catalogue.ts';
import type { Finding } from '../findings/finding.ts';
import { accepts } from '../generated/data-action-body-accept.js';
import { bindStatement } from '../statement/compile-statement.ts';
import type { CompiledStatement } from '../statement/compiled-statement.ts';
import { judgeAccess } from '../statement/judge-access.ts';
import { readStatement } from '../statement/read-statement.ts';
import type { DataActionBody } from '../wire/data-action.ts';
import { DATA_ACTION_DEFAULTS } from '../wire/data-action-limits.ts';
import { type DataActionDraft, toDataActionDraft } from './data-action-draft.ts';
import type { InputField, ValidDataAction } from './data-action-model.ts';
import { checkAnswerSize, checkDataActionRules, readFallback } from './data-action-rules.ts';
import { parseInputFields } from './parse-input-fields.ts';
import { parseOutputFields } from './parse-output-fields.ts';

// Keeps the answer to a body of many thousand bad members in proportion to the body.
const MAX_FINDINGS = 500;

/** What validation must know besides the body. */
export interface DataActionContext {
  /** Of the connector; null when that is not known here: then everything but the statement is judged. */
  readonly kind: DatabaseKind | null;
}

/** `findings` of a valid data action are warnings. */
export type DataActionValidation =
  | { readonly valid: true; readonly action: ValidDataAction; readonly findings: Finding[] }
  | { readonly valid: false; readonly findings: Finding[] };

/** What a look at the structure of a body told. */
export interface DataActionStructure {
  /** Null for a body with a broken structure. */
  readonly body: DataActionBody | null;
  readonly findings: Finding[];
}

/**
 * `validateDataAction` for a body of good structure; null for any other, about which only `validateDataAction` says
 * what is wrong. Does without the schema library.
 */
export function validateWellFormedDataAction(body: unknown, context: DataActionContext): DataActionValidation | null {
  return isDataActionBody(body) ? judgeDataAction(body, { body, findings: [] }, context) : null;
}

/** Whether a value has the structure of a data action's body: compiled from the schema, without a word of explanation. */
export function isDataActionBody(value: unknown): value is DataActionBody {
  return accepts(value);
}

/** The rules beyond the structure, for what of `value` is well-formed. Adds to the findings of the structure. */
export function judgeDataAction(
  value: unknown,
  { body, findings }: DataActionStructure,
  { kind }: DataActionContext,
): DataActionValidation {
  const draft = toDataActionDraft(value);
  checkDataActionRules(draft, findings);
  const input = parseInputFields(draft.input);
  const output = parseOutputFields(draft.output);
  findings.push(...input.findings, ...output.findings);
  checkAnswerSize(output.fields, draft, findings);
  const fallback = readFallback(draft, output.fields, findings);
  const statement = kind === null ? null : judgeStatement(draft, kind, input.fields, findings);
  if (body === null || findings.some(({ severity }) => severity === 'error')) {
    return { valid: false, findings: findings.slice(0, MAX_FINDINGS) };
  }
  const settings = resolveSettings(body, draft);
  return {
    valid: true,
    action: { body, ...settings, input: input.fields, output: output.fields, fallback, statement },
    findings,
  };
}

function judgeStatement(
  { statement, access }: DataActionDraft,
  kind: DatabaseKind,
  input: readonly InputField[],
  findings: Finding[],
): CompiledStatement | null {
  if (statement === undefined) return null;
  const reading = readStatement(statement, kind);
  if (reading.parts === null) {
    findings.push(reading.finding);
    return null;
  }
  const problem = judgeAccess(reading.parts, kind, access);
  if (problem !== null) findings.push({ ...problem, severity: 'error', path: '/statement' });
  const binding = bindStatement(reading.parts, reading.text, kind, input);
  findings.push(...binding.findings);
  return binding.statement;
}

function resolveSettings(
  { limits, cache }: DataActionBody,
  { access }: DataActionDraft,
): Pick<ValidDataAction, 'access' | 'limits' | 'cache'> {
  const defaults = DATA_ACTION_DEFAULTS;
  return {
    access,
    limits: {
      deadlineMs: limits?.deadlineMs ?? defaults.limits.deadlineMs,
      maxRows: limits?.maxRows ?? defaults.limits.maxRows,
      maxBytes: limits?.maxBytes ?? defaults.limits.maxBytes,
      maxConcurrency: limits?.maxConcurrency ?? defaults.limits.maxConcurrency,
      ratePerSecond: limits?.ratePerSecond ?? defaults.limits.ratePerSecond,
    },
    cache: {
      ttlSeconds: cache?.ttlSeconds ?? defaults.cache.ttlSeconds,
      staleIfErrorSeconds: cache?.staleIfErrorSeconds ?? defaults.cache.staleIfErrorSeconds,
      // Two writes that look the same are still two.
      coalesce: access === 'read' && (cache?.coalesce ?? defaults.cache.coalesce),
    },
  };
}
