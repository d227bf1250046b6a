import type { Finding } from '../findings/finding.ts';
import type { FindingCode } from '../findings/finding-codes.ts';
import { toJsonPointer } from '../findings/json-pointer.ts';
import { CONNECTOR_LIMITS, ID_PATTERN } from '../wire/connector-limits.ts';
import type { DataActionDraft } from './data-action-draft.ts';
import type { FieldScalar, OutputField } from './data-action-model.ts';
import { findFieldMisfit } from './field-misfit.ts';
import { isScalar } from './property-schema.ts';
import { jsonBytes, worstCaseAnswerBytes } from './worst-case-answer.ts';

/** Longer silence is felt as dead air on a call. */
const PATIENCE_MS = 8000;
/** What Studio waits for one REST call at most. */
const STUDIO_TIMEOUT_MS = 90_000;
/** Studio tries again twice by itself. */
const STUDIO_ATTEMPTS = 3;

/** The rules that need neither schemas nor statement. Appends what is wrong to `findings`. */
export function checkDataActionRules(draft: DataActionDraft, findings: Finding[]): void {
  const idRule = 'must be 1 to 128 letters, digits and . _ -, not beginning with . _ -';
  for (const [path, id] of [
    ['/actionId', draft.actionId],
    ['/connectorId', draft.connectorId],
  ] as const) {
    if (id !== undefined && !ID_PATTERN.test(id)) report(findings, 'INVALID_ID', path, idRule);
  }
  if (draft.labels.length > CONNECTOR_LIMITS.labelsMax) {
    report(findings, 'OUT_OF_RANGE', '/labels', `must have at most ${CONNECTOR_LIMITS.labelsMax} members`);
  }
  // The structure tells every other name that is none.
  if (draft.labels.includes('__proto__')) {
    report(findings, 'INVALID_FORMAT', '/labels/__proto__', 'is not an allowed member name');
  }
  if (draft.access === 'write') checkWrite(draft, findings);
  checkDeadline(draft.deadlineMs, findings);
}

/** The largest possible answer against `maxBytes`. What has no bound is a finding of its own. */
export function checkAnswerSize(output: readonly OutputField[], draft: DataActionDraft, findings: Finding[]): void {
  const worstCase = worstCaseAnswerBytes(output, draft.maxRows);
  if (!Number.isFinite(worstCase) || worstCase <= draft.maxBytes) return;
  const message = `the largest answer has ${worstCase} bytes, maxBytes allows ${draft.maxBytes}; lower maxRows or a maxLength`;
  report(findings, 'OUTPUT_TOO_LARGE', '/output', message);
}

/** Holds `fallback` against the output. The values that fit. */
export function readFallback(
  draft: DataActionDraft,
  output: readonly OutputField[],
  findings: Finding[],
): Readonly<Record<string, FieldScalar>> | null {
  if (draft.fallback === undefined) return null;
  const fields = new Map(output.map((field) => [field.name, field]));
  const fitting: [string, FieldScalar][] = [];
  for (const [name, value] of Object.entries(draft.fallback)) {
    const field = fields.get(name);
    const misfit = field === undefined ? 'is not among the properties of output' : findFallbackMisfit(value, field);
    if (misfit !== null) report(findings, 'FALLBACK_MISMATCH', `/fallback${toJsonPointer([name])}`, misfit);
    else if (isScalar(value)) fitting.push([name, value]);
  }
  return Object.fromEntries(fitting);
}

function findFallbackMisfit(value: unknown, { type, format, maxLength }: OutputField): string | null {
  const misfit = findFieldMisfit(value, {
    type,
    format,
    nullable: true,
    minLength: null,
    maxLength,
    minimum: null,
    maximum: null,
  });
  if (misfit !== null || typeof value !== 'string' || maxLength === null) return misfit;
  // A text from the database is cut to this; one of our own must not need to be.
  const mostBytes = 3 * maxLength + 2;
  return jsonBytes(value) > mostBytes ? `must have at most ${mostBytes} bytes as JSON` : null;
}

function checkWrite(draft: DataActionDraft, findings: Finding[]): void {
  const message = 'must be 0 for a data action that writes';
  if ((draft.ttlSeconds ?? 0) > 0) report(findings, 'CACHE_OF_WRITE', '/cache/ttlSeconds', message);
  if ((draft.staleIfErrorSeconds ?? 0) > 0) report(findings, 'CACHE_OF_WRITE', '/cache/staleIfErrorSeconds', message);
  if (draft.fallback !== undefined) {
    report(
      findings,
      'FALLBACK_MISMATCH',
      '/fallback',
      'a data action that writes has none: it cannot pretend to have written',
    );
  }
}

function checkDeadline(deadlineMs: number | undefined, findings: Finding[]): void {
  if (deadlineMs === undefined || deadlineMs <= PATIENCE_MS) return;
  const silence = `with the two retries of Studio a caller may hear nothing for ${(STUDIO_ATTEMPTS * deadlineMs) / 1000} s`;
  const limit = `at most ${PATIENCE_MS} is advised`;
  const isCutOff = STUDIO_ATTEMPTS * deadlineMs > STUDIO_TIMEOUT_MS;
  const message = `${silence}${isCutOff ? ', more than the 90 s of one of its calls' : ''}; ${limit}`;
  findings.push({ code: 'DEADLINE_ABOVE_PATIENCE', severity: 'warning', path: '/limits/deadlineMs', message });
}

function report(findings: Finding[], code: FindingCode, path: string, message: string): void {
  findings.push({ code, severity: 'error', path, message });
}
