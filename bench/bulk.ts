/**
 * G3, G4, G5: bulk PUTs against a token-bucket server. Our client, the tutorial's logic, backoff and two rate limiters
 * run side by side, each against a server process of its own, so that a slow moment hits all of them.
 *
 *   node bench/bulk.ts [--items 600] [--rounds 3] [--quick]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createBodies } from './bulk/bodies.ts';
import { CONTESTANTS, type Contestant } from './bulk/contestants.ts';
import { measureEngine } from './bulk/engine-limit.ts';
import { type BulkFigures, toBulkFigures } from './bulk/figures.ts';
import { type LimitChangeFigures, measureLimitChange } from './bulk/limit-change.ts';
import { startServer } from './bulk/server-handle.ts';
import type { LimitMode, RunSettings } from './bulk/server-protocol.ts';
import { measureSharedLimit, type SharedLimitFigures } from './bulk/shared-limit.ts';
import { spread } from './load/spread.ts';

const { values } = parseArgs({
  options: {
    items: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const items = Number(values.items ?? (values.quick ? 300 : 600));
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));

const RATE = 50;
const CLIS = 3;
const MODES: readonly LimitMode[] = ['headers', 'retry-after', 'bare'];
/** Time over ideal and wasted percent: what a release must keep, and what it aims at. */
const LIMITS: Readonly<Record<LimitMode, { floor: readonly [number, number]; goal: readonly [number, number] }>> = {
  headers: { floor: [1.05, 1], goal: [1.02, 0] },
  'retry-after': { floor: [1.1, 5], goal: [1.05, 3] },
  bare: { floor: [1.15, 5], goal: [1.05, 3] },
};

const bulk: { mode: LimitMode; contestant: string; figures: BulkFigures[] }[] = [];
for (let round = 0; round < rounds; round += 1) {
  for (const mode of MODES) {
    const figures = await Promise.all(CONTESTANTS.map((contestant) => measure(contestant, mode)));
    for (const [index, { name }] of CONTESTANTS.entries()) keep(mode, name, figures[index]);
  }
  keep('headers', 'dipswitch at dip-engine', await measureEngine(createBodies(items), RATE));
}
const changes: LimitChangeFigures[] = await Promise.all(MODES.map(measureLimitChange));
const shared: SharedLimitFigures[] = [];
for (let round = 0; round < rounds; round += 1) {
  shared.push(await measureSharedLimit(CLIS, Math.ceil(items / CLIS), settingsOf('headers')));
}
report();

function settingsOf(mode: LimitMode): RunSettings {
  return { mode, rate: RATE, burst: RATE, latencyMs: 20, changes: [] };
}

async function measure({ run }: Contestant, mode: LimitMode): Promise<BulkFigures> {
  await using server = await startServer();
  const settings = settingsOf(mode);
  await server.begin(settings);
  const startedAtMs = performance.now();
  await run({ url: server.url, bodies: createBodies(items), trueRate: settings.rate, trueBurst: settings.burst });
  const elapsedMs = performance.now() - startedAtMs;
  return toBulkFigures(await server.report(), settings, items, elapsedMs);
}

function keep(mode: LimitMode, contestant: string, figures: BulkFigures | undefined): void {
  if (figures === undefined) return;
  const entry = bulk.find((one) => one.mode === mode && one.contestant === contestant);
  if (entry === undefined) bulk.push({ mode, contestant, figures: [figures] });
  else entry.figures.push(figures);
}

function report(): void {
  const rows = bulk.map(({ mode, contestant, figures }) => ({
    mode,
    contestant,
    timeOverIdeal: spread(figures.map((one) => one.timeOverIdeal)),
    wastedPercent: spread(figures.map((one) => one.wastedPercent)),
    lost: Math.max(...figures.map((one) => one.lost)),
    duplicated: Math.max(...figures.map((one) => one.duplicated)),
  }));
  for (const mode of MODES) {
    console.log(`\nG3, ${mode}: ${items} items, ${RATE}/s, burst ${RATE}, 20 ms latency`);
    const ofMode = rows.filter((row) => row.mode === mode);
    console.table(
      Object.fromEntries(
        ofMode.map(({ contestant, timeOverIdeal, wastedPercent, lost, duplicated }) => [
          contestant,
          {
            'time/ideal': timeOverIdeal.median,
            max: timeOverIdeal.max,
            'wasted %': wastedPercent.median,
            lost,
            duplicated,
          },
        ]),
      ),
    );
    for (const row of ofMode.filter(({ contestant }) => contestant.startsWith('dipswitch'))) console.log(verdict(row));
  }
  console.log('\nG4: the limit halves and doubles mid-run (goal 1 s, floor 3 s; wasted at most 5 %)');
  console.table(changes);
  console.log(`G5: ${CLIS} dip apply under one limit (total at most 1.10, none below 25 %)`);
  console.table(shared);
  const summary = {
    benchmark: 'bulk',
    node: process.version,
    cores: availableParallelism(),
    items,
    rounds,
    rows,
    changes,
    shared,
  };
  mkdirSync(join(import.meta.dirname, 'results'), { recursive: true });
  writeFileSync(join(import.meta.dirname, 'results/bulk.json'), `${JSON.stringify(summary, null, 2)}\n`);
}

function verdict(row: {
  mode: LimitMode;
  contestant: string;
  timeOverIdeal: { median: number };
  wastedPercent: { median: number };
  lost: number;
  duplicated: number;
}): string {
  const { floor, goal } = LIMITS[row.mode];
  const isWithin = ([time, wasted]: readonly [number, number]): boolean =>
    row.timeOverIdeal.median <= time && row.wastedPercent.median <= wasted && row.lost + row.duplicated === 0;
  const word = isWithin(goal) ? 'goal met' : isWithin(floor) ? 'floor met, goal missed' : 'floor MISSED';
  return `${row.contestant}: ${word} (floor ${floor.join(', ')} %; goal ${goal.join(', ')} %)`;
}
