import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, relative } from 'node:path';

const RESULTS_FILE = 'docs/reference/faults.json';

export interface FaultFile {
  /** Number of the row in the fault matrix. */
  readonly row: number;
  readonly path: string;
  /** The fault, in the words of the file name. */
  readonly fault: string;
}

export interface FaultResult {
  readonly passed: number;
  readonly failed: number;
  readonly seed: string;
  readonly iterations: number;
  /** Day of the run, ISO 8601. */
  readonly date: string;
}

/** Results by path of the test file. */
export type FaultResults = Readonly<Record<string, FaultResult>>;

/** The fault tests of every package and of the whole product: files named `NN-what-happens.test.ts` in a `faults` folder. */
export function listFaultFiles(): readonly FaultFile[] {
  return globSync(['test/faults/*.test.ts', 'packages/*/test/faults/*.test.ts'])
    .map((path) => {
      const match = basename(path).match(/^(\d+)-(.+?)(?:\.(?:driver|state))?\.test\.ts$/);
      if (match === null) throw new Error(`${path} is not named after its row of the fault matrix`);
      return { row: Number(match[1]), path, fault: String(match[2]).replaceAll('-', ' ') };
    })
    .sort((left, right) => left.row - right.row);
}

export function readFaultResults(): FaultResults {
  return existsSync(RESULTS_FILE) ? JSON.parse(readFileSync(RESULTS_FILE, 'utf8')) : {};
}

/** Adds to the results of earlier runs; a run of one row leaves the others as they were. */
export function writeFaultResults(results: FaultResults): void {
  const all = { ...readFaultResults(), ...results };
  const sorted = Object.fromEntries(Object.entries(all).sort(([left], [right]) => left.localeCompare(right)));
  writeFileSync(RESULTS_FILE, `${JSON.stringify(sorted, null, 2)}\n`);
}

/** Turns a JSON report of vitest into one result for each file. */
export function collectFaultResults(report: string, run: { seed: string; iterations: number }): FaultResults {
  const { testResults }: { testResults: Array<{ name: string; assertionResults: Array<{ status: string }> }> } =
    JSON.parse(report);
  const date = new Date().toISOString().slice(0, 10);
  return Object.fromEntries(
    testResults.map(({ name, assertionResults }) => {
      const count = (status: string) => assertionResults.filter((test) => test.status === status).length;
      const failed = count('failed') + (assertionResults.length === 0 ? 1 : 0);
      return [relative(process.cwd(), name), { passed: count('passed'), failed, ...run, date }];
    }),
  );
}
