/**
 * G8: what `dip --help` and `dip validate` costs compared with `node -e 0`, from the bundle, interleaved. Validated are the file
 * that `dip init` writes and the one of the demo. Output goes into a pipe, as in a commit hook.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = 25;
const FLOOR = 1.5;
const GOAL = 1.25;

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'dip-startup-'));
try {
  const bin = packCli(path.join(folder, 'package'));
  run([bin, 'init', '--quiet'], folder);
  const demo = path.join(root, 'examples/customers/dipswitch.yaml');
  const cases = [
    { name: 'node -e 0', args: ['-e', '0'] },
    { name: 'dip --help', args: [bin, '--help'] },
    { name: 'dip validate', args: [bin, 'validate', '--quiet'] },
    { name: 'dip validate, demo', args: [bin, 'validate', '--quiet', '-f', demo] },
  ].map((given) => ({ ...given, wallMs: [] as number[] }));
  for (const { args } of cases) run(args, folder);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { args, wallMs } of cases) {
      wallMs.push(run(args, folder));
    }
  }
  const [base] = cases;
  const rows = cases.map(({ name, wallMs }) => ({
    name,
    medianMs: median(wallMs),
    minMs: Math.min(...wallMs),
    maxMs: Math.max(...wallMs),
    ratio: median(wallMs) / median(base?.wallMs ?? []),
  }));
  console.log(`G8: start of the bundled command line, ${ROUNDS} interleaved rounds, node ${process.version}`);
  console.table(
    rows.map(({ name, medianMs, minMs, maxMs, ratio }) => ({
      case: name,
      'median ms': round(medianMs),
      'min ms': round(minMs),
      'max ms': round(maxMs),
      ratio: round(ratio),
    })),
  );
  const worst = Math.max(...rows.map((row) => row.ratio));
  console.log(
    `worst ratio ${worst.toFixed(2)}: floor ${FLOOR} ${worst <= FLOOR ? 'held' : 'MISSED'}, goal ${GOAL} ${worst <= GOAL ? 'met' : 'not met'}`,
  );
  mkdirSync(path.join(root, 'bench/results'), { recursive: true });
  const result = { benchmark: 'cli-startup', node: process.version, rounds: ROUNDS, floor: FLOOR, goal: GOAL, rows };
  writeFileSync(path.join(root, 'bench/results/cli-startup.json'), `${JSON.stringify(result, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The package as it is published: bin, dist and package.json, without the sources next to it. */
function packCli(target: string): string {
  const built = spawnSync(process.execPath, ['scripts/build.ts', path.join(target, 'dist')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (built.status !== 0) throw new Error('the build failed');
  for (const name of ['bin', 'package.json'])
    cpSync(path.join(root, 'packages/cli', name), path.join(target, name), { recursive: true });
  return path.join(target, 'bin/dip.mjs');
}

/** Wall time of one process, milliseconds. */
function run(args: readonly string[], cwd: string): number {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CUSTOMERS_DB_PORT: '5432' },
  });
  const wallMs = performance.now() - startedAt;
  if (status !== 0) throw new Error(`${args.join(' ')} exited ${status}: ${stderr}`);
  return wallMs;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
