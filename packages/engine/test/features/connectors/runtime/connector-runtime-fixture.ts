import { afterEach, expect } from 'vitest';
import { plainStatement } from '../../../support/plain-statement.ts';
import { within } from '../../../support/within.ts';
import { createRuntimesFixture, type RuntimesFixture, settle } from '../connector-fixture.ts';

export const ID = 'db-1';

/** The runtime of one connector, over fakes; after each test it is closed, and no pool may be left open. */
export function useConnectorRuntime() {
  let fixture: RuntimesFixture;
  const open = (times?: Parameters<typeof createRuntimesFixture>[0]): RuntimesFixture => {
    fixture = createRuntimesFixture(times);
    return fixture;
  };
  const reconciled = async (): Promise<void> => {
    fixture.runtimes.reconcile(ID);
    await settle();
  };
  const state = () => fixture.runtimes.snapshot(ID).state;
  const status = () => fixture.health.of(ID).status;
  const run = (timeoutMs = 100) =>
    fixture.runtimes.run(ID, plainStatement('select 1'), [], within(timeoutMs, fixture.clock));

  afterEach(async () => {
    const closing = fixture.runtimes.close(0);
    await fixture.pass(2_000);
    await closing;
    expect(fixture.driver.openPools).toEqual([]);
  });
  return { open, reconciled, state, status, run };
}
