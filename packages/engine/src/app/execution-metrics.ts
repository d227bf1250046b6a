import { ANSWER_SOURCES, OUTCOMES } from '@dipswitch/contract';
import { Counter, Gauge, type Registry } from 'prom-client';
import { ActionMeter, type ExecutionMeters } from '../features/executions/record/execution-meters.ts';
import { CollectedHistogram } from '../http/collected-histogram.ts';
import type { LatencyHistogram } from '../util/latency-histogram.ts';

/** Actions that have series of their own; those executed first. The rest share one. */
const NAMED_ACTIONS_MAX = 1_000;
const THE_REST = 'other';

/** Powers of two of a millisecond, where the buckets that are counted in have their edges. */
const BOUNDS_MS = Array.from({ length: 15 }, (_, index) => 2 ** (index - 1));

type NamedMeters = ReadonlyMap<string, ActionMeter>;

/** Adds what is counted of executions to the meters, read at each scrape. */
export function addExecutionMetrics(registry: Registry, meters: ExecutionMeters): void {
  const named = createNamedMeters(meters);
  addCounters(registry, named);
  addByOutcomeAndSource(registry, named);
  addDurations(registry, named);
  const registers = [registry];
  new Counter({
    name: 'dip_action_refusals_total',
    help: 'Calls that were refused before they came to an execution, by problem code.',
    labelNames: ['code'],
    registers,
    collect() {
      this.reset();
      for (const [code, count] of meters.refusals) this.inc({ code }, count);
    },
  });
  new Gauge({
    name: 'dip_action_executions_in_flight',
    help: 'Executions that have begun and are not answered yet.',
    registers,
    collect() {
      this.set(meters.inFlight);
    },
  });
}

function addByOutcomeAndSource(registry: Registry, named: () => NamedMeters): void {
  const registers = [registry];
  new Counter({
    name: 'dip_action_executions_total',
    help: 'Executions of data actions by outcome.',
    labelNames: ['action', 'outcome'],
    registers,
    collect() {
      this.reset();
      for (const [action, meter] of named()) {
        for (const outcome of OUTCOMES) {
          if (meter.outcomes[outcome] > 0) this.inc({ action, outcome }, meter.outcomes[outcome]);
        }
      }
    },
  });
  new Counter({
    name: 'dip_action_source_total',
    help: 'Executions of data actions by where the values of the answer came from.',
    labelNames: ['action', 'source'],
    registers,
    collect() {
      this.reset();
      for (const [action, meter] of named()) {
        for (const source of ANSWER_SOURCES) {
          if (meter.sources[source] > 0) this.inc({ action, source }, meter.sources[source]);
        }
      }
    },
  });
}

function addCounters(registry: Registry, named: () => NamedMeters): void {
  const counters: ReadonlyArray<readonly [name: string, help: string, of: (meter: ActionMeter) => number]> = [
    ['rows', 'Rows found or changed by data actions.', (meter) => meter.rows],
    ['answer_bytes', 'Bytes of answers of data actions.', (meter) => meter.bytes],
    ['cache_hits', 'Executions that were answered from the cache.', (meter) => meter.sources.cache],
    ['coalesced', 'Executions that shared the statement of an identical one.', (meter) => meter.coalesced],
    ['replayed', 'Executions that were answered with the stored answer of an earlier one.', (meter) => meter.replayed],
    ['truncated', 'Executions whose answer leaves something out because of a limit.', (meter) => meter.truncated],
  ];
  for (const [name, help, of] of counters) {
    new Counter({
      name: `dip_action_${name}_total`,
      help,
      labelNames: ['action'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [action, meter] of named()) this.inc({ action }, of(meter));
      },
    });
  }
}

function addDurations(registry: Registry, named: () => NamedMeters): void {
  const histograms: ReadonlyArray<readonly [name: string, help: string, of: (meter: ActionMeter) => LatencyHistogram]> =
    [
      ['', 'Time of executions of data actions, from the request to the answer.', (meter) => meter.total],
      ['queue_', 'Time that executions waited for a place and a connection.', (meter) => meter.queue],
      ['database_', 'Time that executions spent on the database.', (meter) => meter.database],
    ];
  for (const [name, help, of] of histograms) {
    new CollectedHistogram({
      name: `dip_action_${name}duration_seconds`,
      help,
      labelNames: ['action'],
      buckets: BOUNDS_MS.map((boundMs) => boundMs / 1000),
      registry,
      collect: () =>
        [...named()].map(([action, meter]) => {
          const histogram = of(meter);
          const countsUpTo = histogram.countsUpTo(BOUNDS_MS);
          return { labels: { action }, countsUpTo, count: histogram.count, sum: histogram.sumMs / 1000 };
        }),
    });
  }
}

/** Meters by the label that they have; put together once for all metrics of a scrape. */
function createNamedMeters(meters: ExecutionMeters): () => NamedMeters {
  let made: NamedMeters | undefined;
  return () => {
    if (made === undefined) {
      made = toNamedMeters(meters);
      // A scrape asks all of them in one turn of the loop.
      queueMicrotask(() => {
        made = undefined;
      });
    }
    return made;
  };
}

function toNamedMeters(meters: ExecutionMeters): NamedMeters {
  const named = new Map<string, ActionMeter>();
  const sums = new Map<string, ActionMeter>();
  for (const [actionId, meter] of meters.entries()) {
    const name = named.size < NAMED_ACTIONS_MAX || named.has(actionId) ? actionId : THE_REST;
    const known = named.get(name);
    if (known === undefined) {
      named.set(name, meter);
      continue;
    }
    // Two tenants' actions of one id, or the rest: added up in a meter of their own.
    let sum = sums.get(name);
    if (sum === undefined) {
      sum = new ActionMeter();
      sum.add(known);
      sums.set(name, sum);
      named.set(name, sum);
    }
    sum.add(meter);
  }
  return named;
}
