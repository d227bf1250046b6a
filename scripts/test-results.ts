import { readFileSync } from 'node:fs';

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface FileTime {
  readonly path: string;
  /** From the start of its first test to the end of its last: without the loading of modules. */
  readonly seconds: number;
}

/** What came of a part of the run. */
export interface PartResult extends Tally {
  /** Names of what failed. */
  readonly failures: readonly string[];
  /** Names of the tests that were skipped. */
  readonly skips: readonly string[];
  readonly times: readonly FileTime[];
}

/** What `scripts/test.ts --summary FILE` writes. */
export interface Summary extends Tally {
  readonly failures: readonly string[];
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly FileReport[];
}

interface FileReport {
  readonly name: string;
  readonly status: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly assertionResults: ReadonlyArray<{ readonly fullName: string; readonly status: string }>;
}

/**
 * Reads a JSON report of vitest. A file that failed without a failed test of its own (it could not be loaded, a hook
 * threw) counts as one failure, and so does a run that failed though no test did, or that ran no test at all.
 */
export function parseVitestReport(text: string, exitCode: number): PartResult {
  const report: VitestReport = JSON.parse(text);
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const failures = [...listTests(report, 'failed'), ...broken.map(({ name }) => toRelative(name))];
  let failed = report.numFailedTests + broken.length;
  if (failed === 0 && (exitCode !== 0 || report.numPassedTests === 0)) {
    failed = 1;
    failures.push(`vitest ended with ${exitCode} after ${report.numPassedTests} tests that passed`);
  }
  return {
    passed: report.numPassedTests,
    failed,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
    skips: listTests(report, 'skipped', 'pending', 'todo'),
    times: report.testResults.map(({ name, startTime, endTime }) => ({
      path: toRelative(name),
      seconds: (endTime - startTime) / 1000,
    })),
  };
}

/** As `parseVitestReport` for a file; a missing or broken report is one failure. */
export function readVitestReport(file: string, exitCode: number): PartResult {
  try {
    return parseVitestReport(readFileSync(file, 'utf8'), exitCode);
  } catch {
    return toPartResult({ passed: 0, failed: 1, skipped: 0 }, ['vitest wrote no report']);
  }
}

/** The result of a part that reports numbers alone. */
export function toPartResult(tally: Tally, failures: readonly string[]): PartResult {
  return { ...tally, failures, skips: [], times: [] };
}

export function addTallies(tallies: readonly Tally[]): Tally {
  return tallies.reduce<Tally>(
    (sum, tally) => ({
      passed: sum.passed + tally.passed,
      failed: sum.failed + tally.failed,
      skipped: sum.skipped + tally.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/** The files that took longest, slowest first. */
export function listSlowest(results: readonly PartResult[], count: number): readonly FileTime[] {
  return results
    .flatMap(({ times }) => times)
    .sort((left, right) => right.seconds - left.seconds)
    .slice(0, count);
}

/** Why a test may be left out: vitest's report has its name alone. */
export function explainSkip(name: string): string {
  return name.startsWith('test/faults/')
    ? 'runs at the full length of npm run faults, or needs a database that is not there'
    : 'needs a database, a program or a system that is not there';
}

function listTests(report: VitestReport, ...statuses: readonly string[]): string[] {
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => statuses.includes(status))
      .map(({ fullName }) => `${toRelative(name)}: ${fullName}`),
  );
}

function toRelative(path: string): string {
  return path.startsWith(`${process.cwd()}/`) ? path.slice(process.cwd().length + 1) : path;
}
