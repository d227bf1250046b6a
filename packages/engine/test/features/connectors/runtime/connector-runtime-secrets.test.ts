import { describe, expect, it } from 'vitest';
import { DriverError } from '../../../../src/drivers/driver.ts';
import { plainStatement } from '../../../support/plain-statement.ts';
import { within } from '../../../support/within.ts';
import { settle } from '../connector-fixture.ts';
import { ID, useConnectorRuntime } from './connector-runtime-fixture.ts';

describe('a connector runtime', () => {
  const { open, reconciled, state, status, run } = useConnectorRuntime();

  describe('when a secret is rotated', () => {
    it('proves the new secret on a second pool, swaps and tells', async () => {
      const fixture = open();
      const { driver, store, secrets } = fixture;
      store.put(ID);
      await reconciled();
      const old = driver.lastPool;
      secrets.set('VAULT_DB_PASSWORD', 'canary-password-2');
      await fixture.pass(70_000);
      expect(driver.lastPool).not.toBe(old);
      expect(driver.lastPool.target.credentials.password.expose()).toBe('canary-password-2');
      expect(old.isClosed).toBe(true);
      expect(fixture.rotations).toEqual([ID]);
      expect(status()).toBe('HEALTHY');
    });

    it('serves on the new pool who still waited for a connection of the old one, and nobody whose statement was out', async () => {
      const fixture = open();
      const { driver, store, secrets } = fixture;
      store.put(ID);
      await reconciled();
      const refusals: Array<(error: DriverError) => void> = [];
      driver.lastPool.run = () => new Promise((_, reject) => refusals.push(reject));
      const options = within(100_000, fixture.clock);
      const calls = [1, 2].map(() => fixture.runtimes.run(ID, plainStatement('insert'), [], options));
      const outcomes = Promise.allSettled(calls);
      await settle();
      secrets.set('VAULT_DB_PASSWORD', 'canary-password-2');
      await fixture.pass(70_000);
      for (const [index, refuse] of refusals.entries()) {
        refuse(new DriverError('closed', 'The pool is closed', { isUnsent: index === 0 }));
      }
      const [waiting, sent] = await outcomes;
      expect(waiting).toMatchObject({ status: 'fulfilled', value: { rows: [[expect.any(Number)]] } });
      expect(sent).toMatchObject({ status: 'rejected', reason: { kind: 'closed' } });
    });

    it('looks for a new secret at once when the database refuses the old one', async () => {
      const fixture = open();
      const { driver, store, secrets } = fixture;
      driver.password = 'canary-password-1';
      store.put(ID);
      await reconciled();
      driver.password = 'canary-password-2';
      secrets.set('VAULT_DB_PASSWORD', 'canary-password-2');
      await run().catch(() => undefined);
      await settle();
      expect(fixture.rotations).toEqual([ID]);
      expect(state()).toBe('serving');
      expect((await run()).rows).toHaveLength(1);
    });

    it('does not lock the account: a refused login is not repeated until the secret changes', async () => {
      const fixture = open();
      const { driver, store, secrets } = fixture;
      driver.password = 'canary-password-2';
      store.put(ID, { intervalSeconds: 10 });
      await reconciled();
      await fixture.pass(600_000, 5_000);
      expect(driver.probes).toBe(1);
      expect(fixture.health.of(ID)).toMatchObject({ status: 'UNHEALTHY', errorClass: 'AUTHENTICATION_FAILED' });
      secrets.set('VAULT_DB_PASSWORD', 'canary-password-2');
      await fixture.pass(15_000);
      expect(driver.probes).toBe(2);
      expect(status()).toBe('HEALTHY');
    });

    it('announces a rotation later when it could not be recorded at first', async () => {
      const fixture = open();
      const { store, secrets, rotations } = fixture;
      store.put(ID);
      await reconciled();
      fixture.publishing.failure = new Error('audit is away');
      secrets.set('VAULT_DB_PASSWORD', 'canary-password-2');
      await fixture.pass(70_000);
      expect(rotations).toEqual([]);
      expect(status()).toBe('HEALTHY');
      fixture.publishing.failure = undefined;
      await fixture.pass(70_000);
      expect(rotations).toEqual([ID]);
    });

    it('goes on with the old secret when the new one does not work', async () => {
      const fixture = open();
      const { driver, store, secrets } = fixture;
      driver.password = 'canary-password-1';
      store.put(ID);
      await reconciled();
      const old = driver.lastPool;
      secrets.set('VAULT_DB_PASSWORD', 'mistyped');
      await fixture.pass(70_000);
      expect(old.isClosed).toBe(false);
      expect(fixture.health.of(ID)).toMatchObject({ status: 'DEGRADED', errorClass: 'AUTHENTICATION_FAILED' });
      expect((await run()).rows).toHaveLength(1);
      expect(fixture.rotations).toEqual([]);
      secrets.set('VAULT_DB_PASSWORD', 'canary-password-1');
      await fixture.pass(70_000);
      expect(status()).toBe('HEALTHY');
    });
  });
});
