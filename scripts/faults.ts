// npm run faults [-- ROW...]: the fault suite at full length; writes the last result of each row for the reference.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectFaultResults, listFaultFiles, writeFaultResults } from './fault-results.ts';

const rows = process.argv.slice(2).map(Number);
const files = listFaultFiles().filter((file) => rows.length === 0 || rows.includes(file.row));
if (files.length === 0) {
  console.error(`no fault test for row ${rows.join(', ')}`);
  process.exit(64);
}

const seed = process.env.DIP_FAULT_SEED ?? String(randomInt(1, 2 ** 31));
const iterations = process.env.DIP_FAULT_ITERATIONS ?? '500';
console.log(`seed ${seed}, ${iterations} iterations; again: DIP_FAULT_SEED=${seed} npm run faults`);

// Before the run, so that the row does not count its own load.
const loadAverage = Math.round((loadavg()[0] ?? 0) * 10) / 10;
const folder = mkdtempSync(join(tmpdir(), 'dip-faults-'));
const report = join(folder, 'report.json');
const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${report}`];
// What compares speeds is in the second project, what needs no more than a driver and a server in the third.
const projects = ['--project', 'e2e', '--project', 'timed', '--project', 'drivers'];
const args = ['run', ...projects, '--no-file-parallelism', ...reporters, ...files.map((file) => file.path)];
const env = { ...process.env, DIP_FAULT_SEED: seed, DIP_FAULT_ITERATIONS: iterations };
const exitCode = await new Promise<number>((resolve, reject) => {
  const child = spawn('vitest', args, { stdio: 'inherit', env });
  child.once('error', reject);
  child.once('exit', (code) => resolve(code ?? 1));
});
try {
  const run = { seed, iterations: Number(iterations), loadAverage, cores: availableParallelism() };
  const results = collectFaultResults(readFileSync(report, 'utf8'), run);
  writeFaultResults(results);
  console.log('docs/reference/faults.json is written; node scripts/generate-faults.ts renders it');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = exitCode;
