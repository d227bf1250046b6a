/**
 * G7 and G12: what it takes `dip validate` to read and check files of 1 000 and 10 000 connectors, from the bundle: wall
 * time beyond the start (that of a file of one connector), and memory. Interleaved; medians over the rounds.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = 15;
const FLOOR_MS = 600;
const GOAL_MS = 300;
const LINEAR_FLOOR = 12;
const MEMORY_FLOOR_MB = 300;

const DEFAULTS = `defaults:
  type: postgresql
  driverVersion: 42.6.0
  credentials: {username: VAULT_DB_USERNAME, password: VAULT_DB_PASSWORD}
  pool: {min: 2, max: 15, connectionTimeoutSeconds: 25}
`;

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'dip-files-'));

interface Run {
  readonly wallMs: number;
  readonly peakMb: number;
}

try {
  const bin = packCli(path.join(folder, 'package'));
  const sampler = path.join(folder, 'sampler.cjs');
  writeFileSync(
    sampler,
    `process.on('exit', () => require('node:fs').writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS)));`,
  );
  const cases = [
    { name: '1 connector', file: writeProject(1, plainEntry) },
    { name: '1 000', file: writeProject(1_000, plainEntry) },
    { name: '10 000', file: writeProject(10_000, plainEntry) },
    { name: '10 000, short, with defaults', file: writeProject(10_000, shortEntry, DEFAULTS) },
    { name: '10 000, one wrong', file: writeProject(10_000, wrongEntry) },
    { name: '10 000, full YAML parser', file: writeProject(10_000, plainEntry, '', ' &anchor') },
  ].map((given) => ({ ...given, runs: [] as Run[] }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { file, runs } of cases) runs.push(validate(bin, sampler, file));
  }
  const startMs = median(cases[0]?.runs ?? [], 'wallMs');
  const rows = cases.map(({ name, file, runs }) => ({
    name,
    sizeMb: readFileSync(file).length / 1e6,
    afterStartMs: median(runs, 'wallMs') - startMs,
    minMs: Math.min(...runs.map(({ wallMs }) => wallMs)) - startMs,
    maxMs: Math.max(...runs.map(({ wallMs }) => wallMs)) - startMs,
    peakMb: median(runs, 'peakMb'),
  }));
  console.log(`G7, G12: dip validate of large files, ${ROUNDS} interleaved rounds, node ${process.version}`);
  console.table(rows.map(({ name, ...figures }) => ({ case: name, ...roundAll(figures) })));
  const [, thousand, tenThousand] = rows;
  const afterStartMs = tenThousand?.afterStartMs ?? Number.NaN;
  const growth = afterStartMs / (thousand?.afterStartMs ?? Number.NaN);
  const peakMb = tenThousand?.peakMb ?? Number.NaN;
  const floors = [
    {
      goal: 'G7',
      floor: `10 000 connectors at most ${FLOOR_MS} ms after start (goal ${GOAL_MS})`,
      value: afterStartMs,
      holds: afterStartMs <= FLOOR_MS,
    },
    { goal: 'G12', floor: `10 000 at most ${LINEAR_FLOOR} x 1 000`, value: growth, holds: growth <= LINEAR_FLOOR },
    { goal: 'G12', floor: `at most ${MEMORY_FLOOR_MB} MB`, value: peakMb, holds: peakMb <= MEMORY_FLOOR_MB },
  ];
  for (const { goal, floor, value, holds } of floors) {
    console.log(`${holds ? 'holds' : 'FAILS'}  ${goal}  ${floor}: ${value.toFixed(2)}`);
  }
  mkdirSync(path.join(root, 'bench/results'), { recursive: true });
  const result = { benchmark: 'project-files', node: process.version, rounds: ROUNDS, startMs, rows, floors };
  writeFileSync(path.join(root, 'bench/results/project-files.json'), `${JSON.stringify(result, null, 2)}\n`);
  process.exitCode = floors.every(({ holds }) => holds) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function plainEntry(index: number): string {
  return `  - id: db-${index}
    name: Analytics ${index}
    type: postgresql
    host: db-${index}.internal.net
    port: 5432
    database: analytics_dw
    driverVersion: 42.6.0
    credentials: {username: VAULT_DB_USERNAME, password: VAULT_DB_PASSWORD}
    pool: {min: 2, max: 15}
`;
}

function shortEntry(index: number): string {
  return `  - {id: db-${index}, host: db-${index}.internal.net, database: analytics_dw}\n`;
}

function wrongEntry(index: number): string {
  return index === 5_000 ? plainEntry(index).replace('port: 5432', 'port: 70000') : plainEntry(index);
}

/** A file of its own name; with `anchor`, one that only the full YAML parser reads. */
function writeProject(count: number, entry: (index: number) => string, head = '', anchor = ''): string {
  const entries = Array.from({ length: count }, (_, index) => entry(index)).join('');
  const file = path.join(mkdtempSync(path.join(folder, 'project-')), 'dipswitch.yaml');
  writeFileSync(file, `project:${anchor} crm\n${head}connectors:\n${entries}`);
  return file;
}

function validate(bin: string, sampler: string, file: string): Run {
  const peakFile = path.join(folder, 'peak');
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    ['-r', sampler, bin, 'validate', '--quiet', '-o', 'json', '-f', file],
    {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, PEAK_FILE: peakFile },
    },
  );
  const wallMs = performance.now() - startedAt;
  if (status !== 0 && status !== 2) throw new Error(`${file} exited ${status}: ${stderr}`);
  return { wallMs, peakMb: Number(readFileSync(peakFile, 'utf8')) / 1024 };
}

/** The package as it is published, without the sources next to it. */
function packCli(target: string): string {
  const built = spawnSync(process.execPath, ['scripts/build.ts', path.join(target, 'dist')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (built.status !== 0) throw new Error('the build failed');
  for (const name of ['bin', 'package.json']) {
    cpSync(path.join(root, 'packages/cli', name), path.join(target, name), { recursive: true });
  }
  return path.join(target, 'bin/dip.mjs');
}

function median(runs: readonly Run[], figure: keyof Run): number {
  const sorted = runs.map((run) => run[figure]).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function roundAll(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toFixed(1))]));
}
