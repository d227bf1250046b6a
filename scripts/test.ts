// npm test: every check and every test. Ends with "N passed, N failed", counted from what really ran.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addTallies, readVitestReport, type Tally } from './test-results.ts';

interface Part {
  readonly name: string;
  readonly command: string;
  readonly args: (report: string) => readonly string[];
  readonly tally: (report: string, exitCode: number) => Tally;
}

const vitestPart = (name: string, args: readonly string[]): Part => ({
  name,
  command: 'vitest',
  args: (report) => ['run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  tally: readVitestReport,
});

const PARTS: readonly Part[] = [
  {
    name: 'checks',
    command: process.execPath,
    args: (report) => ['scripts/check.ts', '--json', report],
    tally: readCheckReport,
  },
  vitestPart('unit, state and driver tests', ['--project', '!e2e']),
  {
    name: 'packed packages',
    command: process.execPath,
    args: (report) => ['scripts/pack-check.ts', '--json', report],
    tally: readCheckReport,
  },
  // One file at a time: these start engines and measure waits, and two cores are all there may be.
  vitestPart('end to end and faults', ['--project', 'e2e', '--no-file-parallelism']),
];

const folder = mkdtempSync(join(tmpdir(), 'dip-test-'));
const tallies: Tally[] = [];
try {
  for (const [index, part] of PARTS.entries()) tallies.push(await runPart(part, join(folder, `${index}.json`)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const sum = addTallies(tallies);
console.log('');
PARTS.forEach((part, index) => {
  const tally = tallies[index];
  if (tally) console.log(`${part.name}: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
});
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;

function runPart(part: Part, report: string): Promise<Tally> {
  console.log(`\n── ${part.name}`);
  return new Promise((resolve, reject) => {
    const child = spawn(part.command, part.args(report), { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(part.tally(report, code ?? 1)));
  });
}

function readCheckReport(file: string): Tally {
  try {
    const { passed, failed }: { passed: number; failed: number } = JSON.parse(readFileSync(file, 'utf8'));
    return { passed, failed, skipped: 0 };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
