import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import type { Figure } from '../test/support/figure.ts';

const RESULTS_FILE = 'docs/reference/faults.json';

export interface FaultFile {
  /** Number of the row in the fault matrix. */
  readonly row: number;
  readonly path: string;
}

/** Under which conditions a run was made. */
export interface FaultRun {
  readonly seed: string;
  /** Rounds asked for; a test without rounds has one. */
  readonly iterations: number;
  /** Load average of the minute before the run: a busy machine explains a missed bound. */
  readonly loadAverage: number;
  readonly cores: number;
}

export interface FaultResult extends FaultRun {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Names of the tests that failed. */
  readonly failures: readonly string[];
  readonly figures: readonly Figure[];
  /** Day of the run, ISO 8601. */
  readonly date: string;
}

/** Results by path of the test file. */
export type FaultResults = Readonly<Record<string, FaultResult>>;

interface ReportedTest {
  readonly title: string;
  readonly status: string;
  readonly meta?: { readonly figures?: readonly Figure[] };
}

/** The fault tests of every package and of the whole product: files named `NN-what-happens.test.ts` in a `faults` folder. */
export function listFaultFiles(): readonly FaultFile[] {
  return globSync(['test/faults/*.test.ts', 'packages/*/test/faults/*.test.ts'])
    .map((path) => {
      const match = basename(path).match(/^(\d+)-.+\.test\.ts$/);
      if (match === null) throw new Error(`${path} is not named after its row of the fault matrix`);
      return { row: Number(match[1]), path };
    })
    .sort((left, right) => left.row - right.row || left.path.localeCompare(right.path));
}

export function readFaultResults(): FaultResults {
  return existsSync(RESULTS_FILE) ? JSON.parse(readFileSync(RESULTS_FILE, 'utf8')) : {};
}

/** Adds to the results of earlier runs; a run of one row leaves the others as they were, a removed test goes. */
export function writeFaultResults(results: FaultResults): void {
  const all = Object.entries({ ...readFaultResults(), ...results }).filter(([path]) => existsSync(path));
  const sorted = Object.fromEntries(all.sort(([left], [right]) => left.localeCompare(right)));
  writeFileSync(RESULTS_FILE, `${JSON.stringify(sorted, null, 2)}\n`);
}

/** Turns a JSON report of vitest into one result for each file. */
export function collectFaultResults(report: string, run: FaultRun): FaultResults {
  const { testResults }: { testResults: Array<{ name: string; assertionResults: ReportedTest[] }> } =
    JSON.parse(report);
  const date = new Date().toISOString().slice(0, 10);
  return Object.fromEntries(
    testResults.map(({ name, assertionResults }) => {
      const withStatus = (status: string) => assertionResults.filter((test) => test.status === status);
      const failures = withStatus('failed').map(({ title }) => title);
      if (assertionResults.length === 0) failures.push('the file could not be loaded');
      const passed = withStatus('passed').length;
      const skipped = assertionResults.length - passed - withStatus('failed').length;
      const figures = assertionResults.flatMap(({ meta }) => meta?.figures ?? []);
      const counts = { passed, failed: failures.length, skipped };
      return [relative(process.cwd(), name), { ...counts, failures, figures, ...run, date }];
    }),
  );
}
