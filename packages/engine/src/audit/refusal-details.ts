import { ProblemError } from '../util/problem-error.ts';

/** Findings listed in one record; more are counted. */
const ISSUES_MAX = 50;

/** Codes and paths only: a message, value or made-up name of a refused body may hold what must not be kept. */
export function toRefusalDetails(
  error: unknown,
  toKeptPath: ((path: string) => string) | null = (path) => path,
): Readonly<Record<string, unknown>> {
  if (!(error instanceof ProblemError)) return { code: 'INTERNAL' };
  if (error.findings.length === 0 || toKeptPath === null) return { code: error.code };
  const issues = error.findings.slice(0, ISSUES_MAX).map(({ code, path }) => {
    const kept = toKeptPath(path);
    return { code, path: code === 'UNKNOWN_FIELD' ? kept.replace(/[^/]*$/, '*') : kept };
  });
  const omitted = error.findings.length - issues.length;
  return { code: error.code, issues, ...(omitted > 0 ? { omitted } : {}) };
}
