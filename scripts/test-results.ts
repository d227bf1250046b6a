import { readFileSync } from 'node:fs';

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: ReadonlyArray<{
    readonly status: string;
    readonly assertionResults: ReadonlyArray<{ readonly status: string }>;
  }>;
}

/**
 * Counts a JSON report of vitest. A file that failed without a failed test of its own (it could not be loaded, a hook
 * threw) counts as one failure, and so does a run that failed though no test did, or that ran no test at all.
 */
export function tallyVitestReport(text: string, exitCode: number): Tally {
  const report: VitestReport = JSON.parse(text);
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  let failed = report.numFailedTests + brokenFiles;
  if (failed === 0 && (exitCode !== 0 || report.numPassedTests === 0)) failed = 1;
  return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests };
}

/** As `tallyVitestReport` for a file; a missing or broken report is one failure. */
export function readVitestReport(file: string, exitCode: number): Tally {
  try {
    return tallyVitestReport(readFileSync(file, 'utf8'), exitCode);
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

export function addTallies(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (sum, tally) => ({
      passed: sum.passed + tally.passed,
      failed: sum.failed + tally.failed,
      skipped: sum.skipped + tally.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}
