// npm run test:repeat -- N (default: 1): runs npm test N times; one line for each run: seconds, passed, failed, what failed.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Summary } from './test-results.ts';

const times = Number(process.argv[2] ?? '1');
if (!Number.isInteger(times) || times < 1) {
  console.error('usage: npm run test:repeat -- N');
  process.exit(64);
}

const folder = mkdtempSync(join(tmpdir(), 'dip-repeat-'));
let bad = 0;
try {
  for (let run = 1; run <= times; run += 1) if (!(await runOnce(run))) bad += 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${times - bad} of ${times} runs without a failure`);
process.exitCode = bad === 0 ? 0 : 1;

async function runOnce(run: number): Promise<boolean> {
  const file = join(folder, `${run}.json`);
  const started = performance.now();
  const output = await runTests(file);
  const seconds = Math.round((performance.now() - started) / 1000);
  const summary = readSummary(file);
  const told = summary === undefined ? 'no summary' : `${summary.passed} passed, ${summary.failed} failed`;
  console.log(`run ${run}: ${seconds} s, ${told}`);
  for (const name of summary?.failures ?? []) console.log(`  ${name}`);
  const isGood = summary?.failed === 0;
  if (!isGood) console.log(output);
  return isGood;
}

/** Answers what it said, which is shown only when it failed. */
function runTests(summaryFile: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['scripts/test.ts', '--summary', summaryFile], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}

function readSummary(file: string): Summary | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
