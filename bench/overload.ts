/**
 * G17: ten times the load that the database can take. The statement holds a connection for a while, so the pool is the
 * bottleneck: its peak is measured first (closed loop, as many callers as connections), then requests come by the clock
 * at ten times that rate. What counts: good answers a second over the peak, the time of a refusal, and how soon the engine
 * serves everybody again. The load generator shares the cores with the engine and PostgreSQL.
 *
 *   node bench/overload.ts [--rounds 3] [--seconds 6] [--pool 8] [--times 10] [--held 0.02]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Contestant } from './actions/contestant.ts';
import { startCustomers } from './actions/customers.ts';
import { LOOK_UP_ACTION, startDipswitch } from './actions/dipswitch.ts';
import { type KindFigures, OpenLoop } from './load/open-loop.ts';
import { spread } from './load/spread.ts';
import { runWrk } from './load/wrk.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '6' },
    pool: { type: 'string', default: '8' },
    times: { type: 'string', default: '10' },
    held: { type: 'string', default: '0.02' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const poolSize = Number(values.pool);
const times = Number(values.times);

interface Round {
  readonly peakPerSecond: number;
  readonly goodputOverPeak: number;
  readonly refusalP99Ms: number;
  readonly refusals: number;
  readonly failed: number;
  /** From the end of the overload to the first second in which everybody was served. */
  readonly recoverySeconds: number;
}

const postgres = await startCustomers();
const dipswitch = await startDipswitch(postgres, poolSize);
const results: Round[] = [];
try {
  const request = await dipswitch.addAction({
    ...LOOK_UP_ACTION,
    actionId: 'held-customer',
    statement: `select id, full_name, tier, balance from customers, pg_sleep(${values.held}) where phone = :ani limit 1`,
    limits: { ...LOOK_UP_ACTION.limits, deadlineMs: 1000, maxConcurrency: poolSize * 2 },
  });
  const held: Contestant = { ...dipswitch, request };
  await runWrk(held, poolSize, 2);
  for (let round = 0; round < rounds; round += 1) {
    results.push(await measure(held));
    process.stderr.write(`round ${round + 1}: ${JSON.stringify(results.at(-1))}\n`);
  }
  report();
} finally {
  await dipswitch.close();
  await postgres.close();
}

async function measure(held: Contestant): Promise<Round> {
  const { perSecond: peakPerSecond } = await runWrk(held, poolSize, seconds);
  const figures = await load(held, peakPerSecond * times, seconds);
  const found = figures.outcomes.FOUND?.count ?? 0;
  const refused = figures.outcomes.BUSY;
  let recoverySeconds = 0;
  for (; recoverySeconds < 10; recoverySeconds += 1) {
    const after = await load(held, peakPerSecond * 0.5, 1);
    if (after.outcomes.FOUND?.count === after.count) break;
  }
  return {
    peakPerSecond,
    goodputOverPeak: found / seconds / peakPerSecond,
    refusalP99Ms: refused?.p99Ms ?? 0,
    refusals: refused?.count ?? 0,
    failed: figures.failed,
    recoverySeconds,
  };
}

async function load({ port, request }: Contestant, perSecond: number, forSeconds: number): Promise<KindFigures> {
  const requestOf = () => ({ kind: 'held', request });
  const options = { port, perSecond, seconds: forSeconds, connections: 400, requestOf, random: Math.random };
  const figures = (await new OpenLoop(options).run()).get('held');
  if (figures === undefined) throw new Error('nothing was answered');
  return figures;
}

function report(): void {
  const rows = {
    'peak of the pool, answers a second': spread(results.map(({ peakPerSecond }) => peakPerSecond)),
    'good answers over the peak (floor 0.8, goal 0.9)': spread(results.map(({ goodputOverPeak }) => goodputOverPeak)),
    'p99 of a refusal, ms (floor 20)': spread(results.map(({ refusalP99Ms }) => refusalP99Ms)),
    'seconds until everybody is served again (floor 5)': spread(results.map(({ recoverySeconds }) => recoverySeconds)),
    'answers that were neither': spread(results.map(({ failed }) => failed)),
  };
  console.table(rows);
  const machine = { node: process.version, cores: availableParallelism() };
  mkdirSync(join(import.meta.dirname, 'results'), { recursive: true });
  writeFileSync(
    join(import.meta.dirname, 'results', 'overload.json'),
    `${JSON.stringify({ machine, settings: { rounds, seconds, poolSize, times, heldSeconds: values.held }, summary: rows, results }, null, 2)}\n`,
  );
}
