import type { z } from 'zod';
import type { Finding } from './finding.ts';
import { FINDING_CODES, type FindingCode } from './finding-codes.ts';
import { toJsonPointer } from './json-pointer.ts';

type Issue = z.core.$ZodIssue;

/**
 * Turns schema issues into findings. A check made with `params: { code }` keeps its own code. Messages name what is
 * expected and never what was submitted.
 */
export function toFindings(issues: readonly Issue[], base = ''): Finding[] {
  return issues.flatMap((issue) => toIssueFindings(issue, base));
}

function toIssueFindings(issue: Issue, base: string): Finding[] {
  const path = base + toJsonPointer(issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) =>
        toFinding('UNKNOWN_FIELD', `${path}${toJsonPointer([key])}`, 'is not part of the contract'),
      );
    case 'invalid_type':
      return [
        issue.input === undefined
          ? toFinding('REQUIRED', path, 'is required')
          : toFinding('INVALID_TYPE', path, `must be ${withArticle(issue.expected)}`),
      ];
    case 'too_small':
      return [toFinding(...lowerBound(issue.origin, Number(issue.minimum), path))];
    case 'too_big':
      return [toFinding(...upperBound(issue.origin, Number(issue.maximum), path))];
    case 'invalid_value':
      return [
        issue.input === undefined
          ? toFinding('REQUIRED', path, 'is required')
          : toFinding('INVALID_FORMAT', path, `must be one of: ${issue.values.map(String).join(', ')}`),
      ];
    case 'invalid_key':
      return [toFinding('INVALID_FORMAT', path, 'is not an allowed member name')];
    case 'custom':
      return [toFinding(toFindingCode(issue.params?.code), path, issue.message)];
    default:
      return [toFinding('INVALID_FORMAT', path, issue.message)];
  }
}

function toFinding(code: FindingCode, path: string, message: string): Finding {
  return { code, severity: 'error', path, message };
}

function lowerBound(origin: string, minimum: number, path: string): [FindingCode, string, string] {
  if (origin === 'string') return ['INVALID_FORMAT', path, `must have at least ${minimum} character(s)`];
  if (origin === 'array') return ['OUT_OF_RANGE', path, `must have at least ${minimum} item(s)`];
  return ['OUT_OF_RANGE', path, `must be at least ${minimum}`];
}

function upperBound(origin: string, maximum: number, path: string): [FindingCode, string, string] {
  if (origin === 'string') return ['TOO_LONG', path, `must have at most ${maximum} characters`];
  if (origin === 'array') return ['OUT_OF_RANGE', path, `must have at most ${maximum} items`];
  return ['OUT_OF_RANGE', path, `must be at most ${maximum}`];
}

function toFindingCode(code: unknown): FindingCode {
  return typeof code === 'string' && Object.hasOwn(FINDING_CODES, code) ? (code as FindingCode) : 'INVALID_FORMAT';
}

function withArticle(type: string): string {
  const name = type === 'int' ? 'integer' : type === 'record' ? 'object' : type;
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}
