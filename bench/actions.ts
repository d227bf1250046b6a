/**
 * G1: a data action with everything on (token, scope, typed input, limits, breaker, metrics, audit) against a server by
 * hand from `node:http` and `pg`: one row of an indexed look-up on 100 000 rows, the same PostgreSQL, the same pool
 * size, rounds that take turns. With `--peers` also G2: Platformatic DB, PostGraphile, HikariCP with pgjdbc, as far as
 * they are available. Throughput and CPU by wrk (closed loop), latency by open-loop load at 60 % of the bare server's peak, and
 * a mix with 1 % slow statements. The load generator and PostgreSQL share the cores with the servers.
 *
 *   node bench/actions.ts [--rounds 7] [--seconds 4] [--connections 32] [--pool 8] [--peers] [--quick]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBare } from './actions/bare.ts';
import { type Contestant, PHONE } from './actions/contestant.ts';
import { phoneOf, startCustomers } from './actions/customers.ts';
import { type DipswitchContestant, LOOK_UP_ACTION, startDipswitch } from './actions/dipswitch.ts';
import { startPeers } from './actions/peers.ts';
import { type KindFigures, OpenLoop } from './load/open-loop.ts';
import { cpuSecondsOf } from './load/process-cpu.ts';
import { type Spread, spread } from './load/spread.ts';
import { runWrk } from './load/wrk.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '32' },
    pool: { type: 'string', default: '8' },
    peers: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const connections = Number(values.connections);
const poolSize = Number(values.pool);
const SLOW_SHARE = 0.01;
const SLOW_SECONDS = 0.2;

interface Peak {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const postgres = await startCustomers();
const contestants: Contestant[] = [];
try {
  const bare = await startBare(postgres.url, poolSize);
  contestants.push(bare);
  const dipswitch = await startDipswitch(postgres, poolSize);
  contestants.push(dipswitch);
  if (values.peers) contestants.push(...(await startPeers(postgres, poolSize)));
  for (const contestant of contestants) await assertRight(contestant);
  for (const contestant of contestants) await runWrk(contestant, connections, 3);

  const peaks = new Map<string, Peak[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contestant of contestants) {
      const peak = await measurePeak(contestant);
      peaks.get(contestant.name)?.push(peak);
      say(
        `round ${round + 1}: ${contestant.name}: ${Math.round(peak.perSecond)}/s, ${peak.cpuMicroseconds.toFixed(1)} us`,
      );
    }
  }
  const barePeak = spread((peaks.get(bare.name) ?? []).map(({ perSecond }) => perSecond)).median;
  const latencies = await measureLatencies(contestants, barePeak * 0.6);
  const mixes = await measureMixes(dipswitch, barePeak * 0.3);
  report(peaks, latencies, mixes, bare.name, barePeak);
} finally {
  for (const contestant of contestants) await contestant.close();
  await postgres.close();
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A benchmark of wrong answers would be worth nothing. */
async function assertRight(contestant: Contestant): Promise<void> {
  for (const customer of [1, 4711, 99_999]) {
    const { method, path, headers, body } = contestant.request;
    const phone = phoneOf(customer);
    const response = await fetch(
      `http://127.0.0.1:${contestant.port}${path.replace(PHONE, encodeURIComponent(phone))}`,
      { method, headers, ...(body === '' ? {} : { body: body.replace(PHONE, phone) }) },
    );
    const answer = await response.text();
    if (!contestant.isRight(answer, customer))
      throw new Error(`${contestant.name} answered ${response.status} ${answer}`);
  }
}

async function measurePeak(contestant: Contestant): Promise<Peak> {
  const before = cpuSecondsOf(contestant.pid);
  const figures = await runWrk(contestant, connections, seconds);
  const cpuSeconds = cpuSecondsOf(contestant.pid) - before;
  return { ...figures, cpuMicroseconds: (cpuSeconds / (figures.perSecond * seconds)) * 1e6 };
}

async function measureLatencies(all: readonly Contestant[], perSecond: number): Promise<Map<string, Latency[]>> {
  const latencies = new Map<string, Latency[]>(all.map(({ name }) => [name, []]));
  for (let round = 0; round < Math.min(rounds, 5); round += 1) {
    for (const contestant of all) {
      const figures = await openLoop(contestant, perSecond, () => ({ kind: 'short', request: contestant.request }));
      const short = figures.get('short');
      if (short !== undefined) latencies.get(contestant.name)?.push(short);
    }
  }
  return latencies;
}

type RequestOf = (index: number) => { readonly kind: string; readonly request: Contestant['request'] };

interface Mixes {
  readonly pure: readonly KindFigures[];
  readonly otherAction: readonly KindFigures[];
  readonly sameAction: readonly KindFigures[];
}

/** Short look-ups with one in a hundred slow: once another action is slow, once the same action is for some inputs. */
async function measureMixes(dipswitch: DipswitchContestant, perSecond: number): Promise<Mixes> {
  const slow = await dipswitch.addAction({
    ...LOOK_UP_ACTION,
    actionId: 'slow-customer',
    statement: `select id, full_name, tier, balance from customers, pg_sleep(${SLOW_SECONDS}) where phone = :ani limit 1`,
  });
  const sometimes = await dipswitch.addAction({
    ...LOOK_UP_ACTION,
    actionId: 'sometimes-slow-customer',
    statement: `select c.id, c.full_name, c.tier, c.balance from customers c,
      lateral (select case when :slow::boolean then pg_sleep(${SLOW_SECONDS}) end) as s where c.phone = :ani limit 1`,
    input: {
      type: 'object',
      required: ['ani', 'slow'],
      properties: { ani: { type: 'string', maxLength: 20 }, slow: { type: 'boolean' } },
    },
  });
  const withSlow = (isSlow: boolean) => ({ ...sometimes, body: JSON.stringify({ ani: PHONE, slow: isSlow }) });
  const isSlow = (index: number) => index % Math.round(1 / SLOW_SHARE) === 0;
  const run = async (requestOf: RequestOf) => {
    const figures = (await openLoop(dipswitch, perSecond, requestOf)).get('short');
    if (figures === undefined) throw new Error('no short look-up was answered');
    return figures;
  };
  const pure: KindFigures[] = [];
  const otherAction: KindFigures[] = [];
  const sameAction: KindFigures[] = [];
  for (let round = 0; round < Math.min(rounds, 3); round += 1) {
    pure.push(await run(() => ({ kind: 'short', request: dipswitch.request })));
    otherAction.push(
      await run((index) =>
        isSlow(index) ? { kind: 'slow', request: slow } : { kind: 'short', request: dipswitch.request },
      ),
    );
    sameAction.push(
      await run((index) => ({ kind: isSlow(index) ? 'slow' : 'short', request: withSlow(isSlow(index)) })),
    );
  }
  return { pure, otherAction, sameAction };
}

function openLoop(
  contestant: Contestant,
  perSecond: number,
  requestOf: RequestOf,
): Promise<ReadonlyMap<string, KindFigures>> {
  const options = { port: contestant.port, perSecond, seconds, connections: 200, requestOf, random: Math.random };
  return new OpenLoop(options).run();
}

function report(
  peaks: ReadonlyMap<string, readonly Peak[]>,
  latencies: ReadonlyMap<string, readonly Latency[]>,
  mixes: Mixes,
  bareName: string,
  barePeak: number,
): void {
  const bare = peaks.get(bareName) ?? [];
  const bareLatencies = latencies.get(bareName) ?? [];
  const ratio = <Item>(ours: readonly Item[], theirs: readonly Item[], pick: (item: Item) => number): Spread =>
    spread(ours.flatMap((item, index) => (theirs[index] === undefined ? [] : [pick(item) / pick(theirs[index])])));
  const rows = [...peaks].map(([name, own]) => ({
    name,
    perSecond: spread(own.map(({ perSecond }) => perSecond)),
    throughputOverBare: ratio(own, bare, ({ perSecond }) => perSecond),
    cpuMicroseconds: spread(own.map(({ cpuMicroseconds }) => cpuMicroseconds)),
    cpuOverBare: ratio(own, bare, ({ cpuMicroseconds }) => cpuMicroseconds),
    failed: own.reduce((sum, { failed }) => sum + failed, 0),
    openLoopP50Ms: spread((latencies.get(name) ?? []).map(({ p50Ms }) => p50Ms)),
    openLoopP99Ms: spread((latencies.get(name) ?? []).map(({ p99Ms }) => p99Ms)),
    p99OverBare: ratio(latencies.get(name) ?? [], bareLatencies, ({ p99Ms }) => p99Ms),
  }));
  console.log(
    `\nClosed loop, ${connections} connections, pool ${poolSize}; open loop at ${Math.round(barePeak * 0.6)}/s`,
  );
  console.table(
    Object.fromEntries(
      rows.map((row) => [
        row.name,
        {
          'req/s': row.perSecond.median,
          'x bare': toText(row.throughputOverBare),
          'CPU us': row.cpuMicroseconds.median,
          'CPU x bare': toText(row.cpuOverBare),
          'p50 ms': row.openLoopP50Ms.median,
          'p99 ms': row.openLoopP99Ms.median,
          'p99 x bare': toText(row.p99OverBare),
          failed: row.failed,
        },
      ]),
    ),
  );
  const p99 = (figures: readonly KindFigures[]) => spread(figures.map(({ p99Ms }) => p99Ms));
  const mix = {
    'pure short look-ups': { p99Ms: p99(mixes.pure), overPure: ratio(mixes.pure, mixes.pure, ({ p99Ms }) => p99Ms) },
    '1 % slow, another action': {
      p99Ms: p99(mixes.otherAction),
      overPure: ratio(mixes.otherAction, mixes.pure, ({ p99Ms }) => p99Ms),
    },
    '1 % slow, the same action': {
      p99Ms: p99(mixes.sameAction),
      overPure: ratio(mixes.sameAction, mixes.pure, ({ p99Ms }) => p99Ms),
    },
  };
  console.log(
    `\nShort look-ups at ${Math.round(barePeak * 0.3)}/s together with 1 % that take ${SLOW_SECONDS} s (floor: p99 <= 2 x pure)`,
  );
  console.table(
    Object.fromEntries(
      Object.entries(mix).map(([name, { p99Ms, overPure }]) => [
        name,
        { 'p99 ms': p99Ms.median, 'p99 x pure': toText(overPure) },
      ]),
    ),
  );
  const machine = { node: process.version, cores: availableParallelism() };
  const settings = { rounds, seconds, connections, poolSize, slowShare: SLOW_SHARE, slowSeconds: SLOW_SECONDS };
  mkdirSync(join(import.meta.dirname, 'results'), { recursive: true });
  writeFileSync(
    join(import.meta.dirname, 'results', 'actions.json'),
    `${JSON.stringify({ machine, settings, servers: rows, mix }, null, 2)}\n`,
  );
}

function toText({ median, min, max }: Spread): string {
  return `${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`;
}
