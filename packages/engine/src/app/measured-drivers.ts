import { DATABASE_CATALOGUE } from '@dipswitch/contract';
import { Gauge, Histogram, type Registry } from 'prom-client';
import { type Driver, DriverError, type DriverPool } from '../drivers/driver.ts';
import type { Drivers } from '../features/connectors/runtime/pool-opening.ts';

const DURATION_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Puts meters around drivers, under OpenTelemetry's names for database clients. Pools of one database kind are counted
 * together: a label for each connector would make thousands of series.
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-metrics/
 */
export function createMeasuredDrivers(drivers: Drivers, registry: Registry): Drivers {
  const duration = new Histogram({
    name: 'db_client_operation_duration_seconds',
    help: 'Time of database statements and health probes; error_type is empty for those that worked.',
    labelNames: ['db_system_name', 'error_type'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers: [registry],
  });
  const pools = new Map<DriverPool, string>();
  addConnectionGauges(pools, registry);
  const measured = new WeakMap<Driver, Driver>();
  return {
    async get(kind) {
      const driver = await drivers.get(kind);
      let wrapped = measured.get(driver);
      if (wrapped === undefined) {
        wrapped = measureDriver(driver, DATABASE_CATALOGUE[kind].telemetryName, pools, duration);
        measured.set(driver, wrapped);
      }
      return wrapped;
    },
  };
}

type Duration = Histogram<'db_system_name' | 'error_type'>;

function measureDriver(driver: Driver, systemName: string, pools: Map<DriverPool, string>, duration: Duration): Driver {
  return {
    kind: driver.kind,
    module: driver.module,
    capabilities: driver.capabilities,
    placeholder: (position) => driver.placeholder(position),
    createPool(target, options, dialer) {
      const pool = driver.createPool(target, options, dialer);
      pools.set(pool, systemName);
      return measurePool(pool, systemName, duration, () => void pools.delete(pool));
    },
  };
}

function measurePool(pool: DriverPool, systemName: string, duration: Duration, onClosed: () => void): DriverPool {
  const timed = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const startedAt = performance.now();
    let errorType = '';
    try {
      return await work();
    } catch (error) {
      errorType = error instanceof DriverError ? error.kind : 'unknown';
      throw error;
    } finally {
      const labels = { db_system_name: systemName, error_type: errorType };
      duration.observe(labels, (performance.now() - startedAt) / 1000);
    }
  };
  return {
    run: (statement, parameters, options) => timed(() => pool.run(statement, parameters, options)),
    describe: (statement, parameters, options) => timed(() => pool.describe(statement, parameters, options)),
    probe: (query, options) => timed(() => pool.probe(query, options)),
    statistics: () => pool.statistics(),
    close: (graceMs) => pool.close(graceMs).finally(onClosed),
  };
}

function addConnectionGauges(pools: ReadonlyMap<DriverPool, string>, registry: Registry): void {
  const registers = [registry];
  new Gauge({
    name: 'db_client_connection_count',
    help: 'Open connections to databases, by state.',
    labelNames: ['db_system_name', 'db_client_connection_state'],
    registers,
    collect() {
      this.reset();
      for (const [pool, systemName] of pools) {
        const { open, idle } = pool.statistics();
        this.inc({ db_system_name: systemName, db_client_connection_state: 'idle' }, idle);
        this.inc({ db_system_name: systemName, db_client_connection_state: 'used' }, open - idle);
      }
    },
  });
  new Gauge({
    name: 'db_client_connection_max',
    help: 'Connections that the pools may open at most.',
    labelNames: ['db_system_name'],
    registers,
    collect() {
      this.reset();
      for (const [pool, systemName] of pools) this.inc({ db_system_name: systemName }, pool.statistics().max);
    },
  });
  new Gauge({
    name: 'db_client_connection_pending_requests',
    help: 'Callers that wait for a connection.',
    labelNames: ['db_system_name'],
    registers,
    collect() {
      this.reset();
      for (const [pool, systemName] of pools) this.inc({ db_system_name: systemName }, pool.statistics().waiting);
    },
  });
}
