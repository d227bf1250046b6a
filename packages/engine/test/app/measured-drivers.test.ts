import { Secret } from '@dipswitch/contract';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createMeasuredDrivers } from '../../src/app/measured-drivers.ts';
import {
  type DatabaseTarget,
  type Dialer,
  type Driver,
  DriverError,
  type DriverPool,
  type PoolOptions,
} from '../../src/drivers/driver.ts';
import { plainStatement } from '../support/plain-statement.ts';
import { within } from '../support/within.ts';

const RESULT = { columns: [], rows: [], affectedRows: 0, truncated: false, queueMs: 0, databaseMs: 1 };
const PROOF = { latencyMs: 1, serverVersion: '1', readOnly: false };
const DIALER: Dialer = {
  dial: async () => {
    throw new DriverError('refused', 'nobody listens');
  },
};

const TARGET: DatabaseTarget = {
  kind: 'postgresql',
  hosts: [],
  database: 'd',
  databaseIsSid: false,
  properties: new Map(),
  credentials: { username: new Secret('u'), password: new Secret('p') },
  tls: { mode: 'off' },
};
const OPTIONS: PoolOptions = {
  minConnections: 0,
  maxConnections: 5,
  connectTimeoutMs: 1,
  idleTimeoutMs: 1,
  maxLifetimeMs: 1_000,
  validateAfterIdleMs: 1,
  applicationName: 'test',
};

const createPool = (): DriverPool => ({
  run: async (statement) => {
    if (statement.text === 'bad') throw new DriverError('syntax', 'canary');
    return RESULT;
  },
  describe: async () => ({ columns: [], writes: false, plan: null }),
  probe: async () => PROOF,
  statistics: () => ({ open: 3, idle: 2, waiting: 1, max: 5 }),
  close: async () => {},
});

function createFixture() {
  const driver: Driver = {
    kind: 'postgresql',
    module: 'fake 1',
    capabilities: {
      readOnlySession: true,
      serverCancel: true,
      tls: true,
      exactDecimal: true,
      booleanType: true,
      zonedTimestamp: true,
      gaps: {},
    },
    placeholder: (position) => `$${position}`,
    createPool,
  };
  const registry = new Registry();
  const drivers = createMeasuredDrivers({ get: async () => driver }, registry);
  const open = async () => (await drivers.get('postgresql')).createPool(TARGET, OPTIONS, DIALER);
  return { registry, drivers, open };
}

describe('createMeasuredDrivers', () => {
  it('counts statements and probes by kind of failure and hands their results through', async () => {
    const { registry, open } = createFixture();
    const pool = await open();
    expect(await pool.run(plainStatement('good'), [], within(1))).toBe(RESULT);
    expect(await pool.probe('select 1', within(1))).toBe(PROOF);
    await expect(pool.run(plainStatement('bad'), [], within(1))).rejects.toMatchObject({ kind: 'syntax' });
    const text = await registry.metrics();
    const count = 'db_client_operation_duration_seconds_count{db_system_name="postgresql"';
    expect(text).toContain(`${count},error_type=""} 2`);
    expect(text).toContain(`${count},error_type="syntax"} 1`);
    expect(text).not.toContain('canary');
  });

  it('adds up the connections of open pools and forgets closed ones', async () => {
    const { registry, open } = createFixture();
    const first = await open();
    await open();
    const read = async () =>
      (await registry.metrics()).split('\n').filter((line) => /^db_client_connection/.test(line));
    expect(await read()).toEqual([
      'db_client_connection_count{db_system_name="postgresql",db_client_connection_state="idle"} 4',
      'db_client_connection_count{db_system_name="postgresql",db_client_connection_state="used"} 2',
      'db_client_connection_max{db_system_name="postgresql"} 10',
      'db_client_connection_pending_requests{db_system_name="postgresql"} 2',
    ]);
    await first.close(0);
    expect(await read()).toContain('db_client_connection_max{db_system_name="postgresql"} 5');
  });

  it('gives the same driver each time', async () => {
    const { drivers } = createFixture();
    const driver = await drivers.get('postgresql');
    expect(await drivers.get('postgresql')).toBe(driver);
    expect(driver.placeholder(2)).toBe('$2');
  });
});
