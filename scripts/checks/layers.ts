import { globSync } from 'node:fs';
import type { CheckResult } from './checks.ts';
import { runProgram } from './run-program.ts';

interface CruiseReport {
  readonly modules: ReadonlyArray<{ readonly source: string }>;
  readonly summary: {
    readonly totalDependenciesCruised: number;
    readonly violations: ReadonlyArray<{
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }>;
  };
}

/** Holds every import to `.dependency-cruiser.mjs`; also fails when the tool did not see every source file. */
export async function checkLayers(): Promise<CheckResult> {
  const args = ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'packages'];
  const { stdout, output } = await runProgram('depcruise', args);
  if (!stdout.startsWith('{')) return { passed: false, output };
  const report: CruiseReport = JSON.parse(stdout);
  const seen = new Set(report.modules.map((module) => module.source));
  const unseen = globSync('packages/*/src/**/*.{ts,tsx}', { exclude: ['**/generated/**'] }).filter(
    (file) => !seen.has(file),
  );
  const problems = report.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
  // With a compiler that it cannot use, the tool finds nothing, and nothing is wrong with nothing.
  if (report.summary.totalDependenciesCruised === 0) problems.push('no import was found at all');
  for (const file of unseen) problems.push(`not seen: ${file}`);
  return { passed: problems.length === 0, output: problems.join('\n') };
}
