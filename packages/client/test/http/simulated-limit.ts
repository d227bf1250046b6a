import { createGate, type Gate } from '../../src/http/gate.ts';
import type { PaceReport } from '../../src/http/lane-pace.ts';
import type { Quota } from '../../src/http/rate-limit-header.ts';
import { fullJitterMs } from '../../src/http/retry-strategies.ts';
import { sleep } from '../../src/util/wait.ts';
import { FakeClock } from '../support/fake-clock.ts';

const NEVER = new AbortController().signal;
const REQUEST_MS = 1;
const ANSWER_MS = 20;
const WORKERS = 16;

/** What the server says: its quota, only when to come back, or nothing. */
export type Says = 'quota' | 'retry-after' | 'nothing';

export interface Limit {
  readonly says: Says;
  readonly rate: number;
  readonly burst: number;
  /** In place of an even refill, the burst is given again at the end of each window. */
  readonly windowSeconds?: number;
  /** Changes what is said of the quota. */
  readonly quotaOf?: (quota: Quota) => Quota;
  /** New rates, by time. */
  readonly changes?: readonly { readonly atMs: number; readonly rate: number }[];
}

export interface SimulatedArrival {
  readonly atMs: number;
  readonly accepted: boolean;
  readonly client: number;
}

export interface Simulated {
  readonly arrivals: readonly SimulatedArrival[];
  readonly refused: number;
  /** Over (all items - burst) / rate. */
  readonly timeOverIdeal: number;
}

/** A server's count on the fake clock. */
class SimulatedCount {
  readonly #limit: Limit;
  readonly #startedAtMs: number;
  #credit: number;
  #atMs: number;
  #window = 0;

  constructor(limit: Limit, nowMs: number) {
    this.#limit = limit;
    this.#startedAtMs = nowMs;
    this.#atMs = nowMs;
    this.#credit = limit.burst;
  }

  rateAt(nowMs: number): number {
    const change = this.#limit.changes?.findLast(({ atMs }) => nowMs - this.#startedAtMs >= atMs);
    return change?.rate ?? this.#limit.rate;
  }

  take(nowMs: number): { accepted: boolean; quota: Quota } {
    const rate = this.rateAt(nowMs);
    const { burst, windowSeconds } = this.#limit;
    const sinceMs = nowMs - this.#startedAtMs;
    if (windowSeconds === undefined) {
      this.#credit = Math.min(burst, this.#credit + ((nowMs - this.#atMs) * rate) / 1000);
    } else if (Math.floor(sinceMs / windowSeconds / 1000) > this.#window) {
      this.#window = Math.floor(sinceMs / windowSeconds / 1000);
      this.#credit = burst;
    }
    this.#atMs = nowMs;
    const accepted = this.#credit >= 1;
    if (accepted) this.#credit -= 1;
    const resetSeconds =
      windowSeconds === undefined ? 1 : Math.ceil(windowSeconds - ((sinceMs / 1000) % windowSeconds));
    return { accepted, quota: { remaining: Math.floor(this.#credit), resetSeconds, ratePerSecond: rate } };
  }
}

/** Workers of one or several clients, each client with a gate of its own, under one limit; deterministic. */
export async function simulate(
  limit: Limit,
  { items, clients = 1, untilMs = 600_000 }: { items: number; clients?: number; untilMs?: number },
  random: () => number,
): Promise<Simulated> {
  const clock = new FakeClock();
  const startedAtMs = clock.monotonicMs();
  const count = new SimulatedCount(limit, startedAtMs);
  const arrivals: SimulatedArrival[] = [];
  let endedAtMs = startedAtMs;
  let left = items * clients;

  const send = async (gate: Gate, client: number, round: number): Promise<boolean> => {
    const permit = await gate.pass('write', Number.POSITIVE_INFINITY, NEVER);
    await sleep(clock, REQUEST_MS + random(), NEVER);
    const { accepted, quota } = count.take(clock.monotonicMs());
    arrivals.push({ atMs: clock.monotonicMs() - startedAtMs, accepted, client });
    await sleep(clock, ANSWER_MS + random(), NEVER);
    if (!accepted) gate.closeFor(limit.says === 'nothing' ? fullJitterMs(round, random) : quota.resetSeconds * 1000);
    permit.end(reportOf(accepted, limit, quota));
    return accepted;
  };
  const work = async (gate: Gate, client: number, queue: Iterator<number>): Promise<void> => {
    while (queue.next().done !== true) {
      for (let round = 1; !(await send(gate, client, round)); round += 1);
      left -= 1;
      endedAtMs = clock.monotonicMs();
    }
  };
  for (let client = 0; client < clients; client += 1) {
    const gate = createGate({ clock, longestWaitMs: 30_000 });
    const queue = Array.from({ length: items }, (_, index) => index).values();
    for (let worker = 0; worker < WORKERS; worker += 1) void work(gate, client, queue);
  }
  while (left > 0 && clock.monotonicMs() - startedAtMs < untilMs) await clock.advance(100);
  const idealMs = (1000 * (items * clients - limit.burst)) / limit.rate;
  const refused = arrivals.filter(({ accepted }) => !accepted).length;
  return { arrivals, refused, timeOverIdeal: (endedAtMs - startedAtMs) / idealMs };
}

function reportOf(accepted: boolean, { says, quotaOf }: Limit, quota: Quota): PaceReport {
  return {
    refused: !accepted,
    counted: accepted,
    namesTime: !accepted && says !== 'nothing',
    quota: says === 'quota' ? (quotaOf?.(quota) ?? quota) : null,
  };
}
