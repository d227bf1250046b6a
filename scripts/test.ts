// npm test [-- --summary FILE]: every check and every test. Ends with "N passed, N failed", counted from what really ran.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  addTallies,
  explainSkip,
  listSlowest,
  type PartResult,
  readVitestReport,
  type Summary,
  toPartResult,
} from './test-results.ts';

interface Part {
  readonly name: string;
  readonly command: string;
  readonly args: (report: string) => readonly string[];
  readonly read: (report: string, exitCode: number) => PartResult;
}

const vitestPart = (name: string, args: readonly string[]): Part => ({
  name,
  command: 'vitest',
  args: (report) => ['run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  read: readVitestReport,
});

const scriptPart = (name: string, script: string): Part => ({
  name,
  command: process.execPath,
  args: (report) => [script, '--json', report],
  read: (report) => readCheckReport(name, report),
});

/** Two lanes at once: tests mostly wait for programs and servers, and checks mostly compute. */
const TESTS: readonly Part[] = [
  vitestPart('unit, state and driver tests', ['--project', 'unit', '--project', 'state', '--project', 'drivers']),
  vitestPart('end to end and faults', ['--project', 'e2e', '--project', 'timed']),
];
const CHECKS: readonly Part[] = [
  scriptPart('checks', 'scripts/check.ts'),
  scriptPart('packed packages', 'scripts/pack-check.ts'),
];
const PARTS: readonly Part[] = [...TESTS, ...CHECKS];
const SLOWEST = 10;

const { values } = parseArgs({ options: { summary: { type: 'string' } } });
// Most of the time of a program that runs from the sources is compiling them, and tests start hundreds.
const env = { ...process.env, NODE_COMPILE_CACHE: resolve('node_modules/.cache/compile') };
const folder = mkdtempSync(join(tmpdir(), 'dip-test-'));
const started = performance.now();
const results = new Map<Part, PartResult>();
try {
  await Promise.all([runLane(TESTS, 'inherit'), runLane(CHECKS, 'pipe')]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
report([...results.values()]);

async function runLane(parts: readonly Part[], output: 'inherit' | 'pipe'): Promise<void> {
  for (const part of parts) results.set(part, await runPart(part, output));
}

/** Shows the output as it comes, or in one piece at the end, so that two lanes do not talk over each other. */
function runPart(part: Part, output: 'inherit' | 'pipe'): Promise<PartResult> {
  const file = join(folder, `${PARTS.indexOf(part)}.json`);
  if (output === 'inherit') console.log(`\n── ${part.name}`);
  return new Promise((resolvePart, reject) => {
    const child = spawn(part.command, part.args(file), { stdio: ['inherit', output, output], env });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      if (output === 'pipe') console.log(`\n── ${part.name}\n${said.trimEnd()}`);
      resolvePart(part.read(file, code ?? 1));
    });
  });
}

function readCheckReport(name: string, file: string): PartResult {
  try {
    const { passed, failed }: { passed: number; failed: number } = JSON.parse(readFileSync(file, 'utf8'));
    return toPartResult({ passed, failed, skipped: 0 }, failed === 0 ? [] : [name]);
  } catch {
    return toPartResult({ passed: 0, failed: 1, skipped: 0 }, [name]);
  }
}

function report(all: readonly PartResult[]): void {
  const sum = addTallies(all);
  const summary: Summary = { ...sum, failures: all.flatMap(({ failures }) => failures) };
  if (values.summary !== undefined) writeFileSync(values.summary, JSON.stringify(summary));
  console.log(`\nthe ${SLOWEST} slowest files`);
  for (const { path, seconds } of listSlowest(all, SLOWEST))
    console.log(`${seconds.toFixed(1).padStart(7)} s  ${path}`);
  console.log('');
  for (const name of all.flatMap(({ skips }) => skips)) console.log(`skipped: ${name} (${explainSkip(name)})`);
  for (const name of summary.failures) console.log(`failed: ${name}`);
  for (const part of PARTS) {
    const tally = results.get(part);
    if (tally) console.log(`${part.name}: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
  }
  console.log(`all of it in ${Math.round((performance.now() - started) / 1000)} s`);
  console.log(`${sum.passed} passed, ${sum.failed} failed`);
  process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}
