/**
 * G9 and G10: what registered connectors cost an engine that checks their health every minute. The real stores on
 * SQLite, secrets, runtimes and scheduler; a driver that answers in memory, so that only the engine's own work is
 * counted (a probe on a warm PostgreSQL connection adds about 0.1 ms). Each figure is of a process of its own; small
 * and large take turns.
 *
 *   node bench/scale-engine.ts [--connectors 10000] [--rounds 3] [--seconds 40]
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    connectors: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '40' },
  },
});
/** As the operating guide advises: V8 else lets its young generation grow to 128 MB, whatever is alive in it. */
const NODE_FLAGS = ['--expose-gc', '--max-semi-space-size=16'];
const FEW = 10;
const MANY = Number(values.connectors);
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
/** Checks a second of 10 000 connectors at 60 s. */
const GOAL_CHECKS_PER_SECOND = 10_000 / 60;

interface Measurement {
  readonly rssMb: number;
  readonly heapMb: number;
  readonly cpuPercent: number;
  readonly checksPerSecond: number;
  readonly busiestOverMean: number;
  readonly logLines: number;
}

const results: Record<'few' | 'many', Measurement[]> = { few: [], many: [] };
for (let round = 0; round < rounds; round += 1) {
  results.few.push(await measure(FEW));
  results.many.push(await measure(MANY));
}
report();

async function measure(connectors: number): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), 'dip-bench-'));
  try {
    await run(folder, connectors, 0);
    return JSON.parse(await run(folder, connectors, seconds));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(folder: string, connectors: number, forSeconds: number): Promise<string> {
  const program = join(import.meta.dirname, 'scale', 'engine-process.ts');
  const child = spawn(process.execPath, [...NODE_FLAGS, program, folder, String(connectors), String(forSeconds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) output += chunk;
  return output;
}

function report(): void {
  const many = (pick: (one: Measurement) => number) => results.many.map(pick);
  const above = (pick: (one: Measurement) => number) =>
    results.many.map((one, round) => pick(one) - pick(results.few[round] ?? one));
  const perCheck = results.many.map((one, round) => {
    const base = results.few[round] ?? one;
    return ((one.cpuPercent - base.cpuPercent) * 10_000) / (one.checksPerSecond - base.checksPerSecond);
  });
  const rows = {
    [`G9 RSS above ${FEW} connectors, MB (floor 80, goal 50)`]: summarise(above(({ rssMb }) => rssMb)),
    'G9 heap of one connector, kB (floor 6, goal 4)': summarise(above(({ heapMb }) => (heapMb * 1024) / (MANY - FEW))),
    'G10 CPU at 167 checks/s, % of a core (floor 5, goal 3)': summarise(
      perCheck.map((microseconds) => (microseconds * GOAL_CHECKS_PER_SECOND) / 10_000),
    ),
    'CPU of one check, us': summarise(perCheck),
    'checks a second, measured': summarise(many(({ checksPerSecond }) => checksPerSecond)),
    'G10 busiest second over the mean (floor 2)': summarise(many(({ busiestOverMean }) => busiestOverMean)),
    'G10 log lines while all are healthy (floor 0)': summarise(many(({ logLines }) => logLines)),
  };
  console.table(rows);
  const machine = { node: process.version, cores: availableParallelism() };
  const path = join(import.meta.dirname, 'results', 'scale-engine.json');
  mkdirSync(join(import.meta.dirname, 'results'), { recursive: true });
  const settings = { few: FEW, many: MANY, rounds, seconds, nodeFlags: NODE_FLAGS };
  writeFileSync(path, `${JSON.stringify({ machine, settings, summary: rows, measurements: results }, null, 2)}\n`);
}

function summarise(figures: readonly number[]): { median: number; min: number; max: number } {
  const sorted = [...figures].sort((a, b) => a - b);
  const round = (figure: number | undefined) => Math.round((figure ?? Number.NaN) * 100) / 100;
  return { median: round(sorted[sorted.length >> 1]), min: round(sorted[0]), max: round(sorted.at(-1)) };
}
