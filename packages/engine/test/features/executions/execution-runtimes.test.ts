import { afterEach, describe, expect, it } from 'vitest';
import { DriverError } from '../../../src/drivers/driver.ts';
import type { ExecutionRequest } from '../../../src/features/executions/call/execution-request.ts';
import { createExecutionService } from '../../../src/features/executions/create-execution-service.ts';
import { createSealer } from '../../../src/seal/sealer.ts';
import { createRuntimesFixture, type RuntimesFixture, settle } from '../connectors/connector-fixture.ts';
import {
  createAction,
  type DefinitionChanges,
  FakeCatalogue,
  FakeIdempotencyStore,
  inputField,
  outputField,
  toFlatService,
} from './execution-fixture.ts';

const ID = 'db-1';

/** The core over real runtimes; only the driver and the stores are fakes. */
function setUp(changes: DefinitionChanges = {}) {
  const fixture = createRuntimesFixture();
  const { runtimes, clock, logger } = fixture;
  const output = [outputField('revision', { type: 'integer' })];
  const core = createExecutionService({
    ...{ runtimes, clock, logger, engineId: 'engine-1', audit: { assertWritable() {} } },
    catalogue: new FakeCatalogue(createAction({ input: [inputField('ani')], output, ...changes })),
    idempotency: new FakeIdempotencyStore(),
    sealer: createSealer(new Uint8Array(32)),
  });
  const service = toFlatService(core);
  const execute = (request: Partial<ExecutionRequest> = {}) =>
    service.execute({
      ...{ tenant: 'acme', actor: 'client-1', requestId: 'request-1', actionId: 'customer-by-ani', input: {} },
      ...{ receivedAtMs: clock.monotonicMs(), callerDeadlineMs: null, contactId: null, idempotencyKey: null },
      readOnly: false,
      ...request,
    });
  return { ...fixture, service, execute };
}

describe('an execution over a real runtime', () => {
  let fixture: RuntimesFixture;
  const open = (changes: DefinitionChanges = {}) => {
    const opened = setUp(changes);
    fixture = opened;
    return opened;
  };

  afterEach(async () => {
    const closing = fixture.runtimes.close(0);
    await fixture.pass(2_000);
    await closing;
  });

  it('opens the pool of its connector and answers', async () => {
    const { store, execute } = open();
    store.put(ID);
    expect(await execute()).toMatchObject({ outcome: 'FOUND', source: 'live' });
  });

  it('answers TIMEOUT in time while the pool does not open', async () => {
    const { store, driver, execute, pass } = open();
    store.put(ID);
    driver.behave('db.internal.net', 'hangs');
    const executing = execute();
    await pass(3_000, 5);
    const result = await executing;
    expect(result).toMatchObject({ outcome: 'TIMEOUT', errorClass: 'connect-timeout' });
    expect(result.totalMs).toBeLessThan(3_000);
  });

  it('is refused at once by an open breaker, and served again after one probe', async () => {
    const { store, driver, clock, execute, pass } = open();
    store.put(ID);
    await execute();
    driver.behave('db.internal.net', 'connection-lost');
    for (let time = 0; time < 3; time += 1) {
      expect(await execute()).toMatchObject({ outcome: 'UNAVAILABLE' });
      await settle();
    }
    const before = clock.monotonicMs();
    const refused = await execute();
    expect(refused).toMatchObject({ outcome: 'UNAVAILABLE', errorClass: 'breaker-open' });
    expect(refused.retryAfterSeconds).toBeGreaterThanOrEqual(1);
    expect(clock.monotonicMs()).toBe(before);
    driver.behave('db.internal.net', 'answers');
    const probes = driver.probes;
    await pass(10_000);
    expect(await execute()).toMatchObject({ outcome: 'FOUND' });
    expect(driver.probes).toBe(probes + 1);
  });

  it('is refused while its connector is paused', async () => {
    const { store, runtimes, execute } = open();
    store.put(ID, { paused: true });
    runtimes.reconcile(ID);
    await settle();
    await expect(execute()).rejects.toMatchObject({ code: 'CONNECTOR_PAUSED' });
  });

  it('of a connector that is gone is UNAVAILABLE', async () => {
    const { execute } = open();
    expect(await execute()).toMatchObject({ outcome: 'UNAVAILABLE', errorClass: 'connector-gone' });
  });

  it('that writes makes a demoted primary known, and is served again by the new one', async () => {
    const { store, driver, health, execute, pass } = open({ access: 'write' });
    store.put(ID);
    expect(await execute()).toMatchObject({ outcome: 'DONE' });
    driver.readOnly = true;
    driver.statementFailure = new DriverError('read-only', 'a standby', { vendorCode: '25006' });
    const refused = await execute({ idempotencyKey: 'key-1' });
    expect(refused).toMatchObject({ outcome: 'UNAVAILABLE', errorClass: 'read-only' });
    await settle();
    expect(health.of(ID)).toMatchObject({ status: 'DEGRADED', errorClass: 'READ_ONLY' });
    driver.readOnly = false;
    driver.statementFailure = undefined;
    await pass(10_000);
    expect(health.of(ID)).toMatchObject({ status: 'HEALTHY', errorClass: null });
    expect(await execute({ idempotencyKey: 'key-1' })).toMatchObject({ outcome: 'DONE', replayed: false });
  });
});
