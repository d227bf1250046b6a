import { dataActionTestResultSchema } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { DriverError } from '../../../src/drivers/driver.ts';
import { RuntimeUnavailableError } from '../../../src/features/connectors/runtime/runtime-unavailable-error.ts';
import { createAction, createServiceFixture, NEVER, settle } from './execution-fixture.ts';

const CALLER = { tenant: 'acme', actor: 'client-1', requestId: 'request-1' };
const BODY = { input: { ani: '+49' } };

function setUp() {
  const fixture = createServiceFixture('never-published');
  fixture.catalogue.versions.set(1, createAction({ access: 'write' }));
  fixture.catalogue.versions.set(2, createAction({}, 2));
  const test = (body: unknown = BODY) => fixture.service.test(CALLER, 'customer-by-ani', body);
  return { ...fixture, test };
}

describe('the test of a version', () => {
  it('runs it undone and says what the database says of it', async () => {
    const { runtimes, test } = setUp();
    const result = await test({ ...BODY, version: 2 });
    expect(dataActionTestResultSchema.parse(result)).toEqual(result);
    expect(result).toMatchObject({
      version: 2,
      answer: { outcome: 'FOUND', id: 42, source: 'live' },
      errorClass: null,
      columns: ['id', 'full_name'],
      plan: 'Index Scan',
      timings: { queueMs: 0, databaseMs: 1 },
    });
    expect(runtimes.runs[0]?.statement).toMatchObject({ undo: true, access: 'read' });
    expect(runtimes.described[0]?.parameters).toEqual(['+49']);
  });

  it('takes the version that the catalogue gives when none is named', async () => {
    const { runtimes, test } = setUp();
    expect(await test()).toMatchObject({ version: 1, answer: { outcome: 'DONE' } });
    expect(runtimes.runs[0]?.statement).toMatchObject({ undo: true, access: 'write' });
  });

  it('tells why it failed in neutral words', async () => {
    const { runtimes, test } = setUp();
    runtimes.onRun = async () => {
      throw new DriverError('syntax', 'canary-driver-text', { vendorCode: '42P01' });
    };
    runtimes.onDescribe = async () => {
      throw new DriverError('syntax', 'canary-driver-text', { vendorCode: '42P01' });
    };
    const result = await test();
    expect(result).toMatchObject({
      answer: { outcome: 'ERROR', source: 'none' },
      errorClass: 'syntax',
      vendorCode: '42P01',
      plan: null,
    });
    expect(JSON.stringify(result)).not.toContain('canary');
  });

  it('answers by the deadline of the action though the driver hangs', async () => {
    const { runtimes, clock, test } = setUp();
    runtimes.onRun = () => NEVER;
    const testing = test();
    await settle();
    clock.advance(3000);
    expect(await testing).toMatchObject({ answer: { outcome: 'TIMEOUT' }, errorClass: 'query-timeout', plan: null });
    expect(runtimes.described).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('still tells what ran when the plan does not come', async () => {
    const { runtimes, clock, test } = setUp();
    runtimes.onDescribe = () => NEVER;
    const testing = test();
    await settle();
    clock.advance(3000);
    expect(await testing).toMatchObject({
      answer: { outcome: 'DONE' },
      plan: null,
      columns: ['id', 'full_name', 'tier', 'balance'],
    });
  });

  it('refuses input that does not fit, with the path in the body', async () => {
    const { test } = setUp();
    await expect(test({ input: { ani: 1 } })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      findings: [{ path: '/input/ani', code: 'INVALID_TYPE' }],
    });
    await expect(test({ inputs: {} })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(test(null)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('refuses what does not exist, and a paused connector', async () => {
    const { catalogue, runtimes, test } = setUp();
    await expect(test({ version: 9 })).rejects.toMatchObject({ code: 'UNKNOWN_VERSION' });
    runtimes.onRun = async () => {
      throw new RuntimeUnavailableError('paused');
    };
    await expect(test()).rejects.toMatchObject({ code: 'CONNECTOR_PAUSED' });
    catalogue.versions.clear();
    await expect(test()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
