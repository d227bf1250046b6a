import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Registry } from 'prom-client';
import { RequestDurations } from './request-durations.ts';

/** The meters of one engine, in a registry of its own. Features add theirs to `registry`. */
export interface Metrics {
  readonly registry: Registry;
  readonly requestDurations: RequestDurations;
  readonly rateLimited: Counter;
  readonly connectionsRefused: Counter;
  /** Stops the measurement of the event loop. */
  close(): void;
}

const NANOSECONDS = 1e9;

export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: 'dip_engine_build_info',
    help: 'Version of the engine; the value is always 1.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  const eventLoopDelay = monitorEventLoopDelay({ resolution: 20 });
  eventLoopDelay.enable();
  addProcessGauges(registers, eventLoopDelay);
  return {
    registry,
    requestDurations: new RequestDurations(registry),
    rateLimited: new Counter({
      name: 'dip_http_rate_limited_total',
      help: 'Requests refused with 429 by the write limit.',
      registers,
    }),
    connectionsRefused: new Counter({
      name: 'dip_http_connections_refused_total',
      help: 'Connections closed at once because their address holds as many as it may.',
      registers,
    }),
    close: () => void eventLoopDelay.disable(),
  };
}

function addProcessGauges(registers: Registry[], eventLoopDelay: ReturnType<typeof monitorEventLoopDelay>): void {
  new Gauge({
    name: 'process_cpu_seconds_total',
    help: 'User and system CPU time spent.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.set((user + system) / 1e6);
    },
  });
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: 'nodejs_heap_size_used_bytes',
    help: 'JavaScript heap in use.',
    registers,
    collect() {
      this.set(process.memoryUsage().heapUsed);
    },
  });
  new Gauge({
    name: 'process_uptime_seconds',
    help: 'Seconds since the process started.',
    registers,
    collect() {
      this.set(process.uptime());
    },
  });
  new Gauge({
    name: 'nodejs_eventloop_delay_p99_seconds',
    help: '99th percentile of the delay of the event loop since the last scrape.',
    registers,
    collect() {
      this.set(eventLoopDelay.percentile(99) / NANOSECONDS);
      eventLoopDelay.reset();
    },
  });
}
