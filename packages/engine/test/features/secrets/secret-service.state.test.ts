import { Secret } from '@dipswitch/contract';
import { expect, it } from 'vitest';
import { FakeClock } from '../../../../audit-log/test/support/fake-clock.ts';
import { SecretService } from '../../../src/features/secrets/secret-service.ts';
import { createSealer } from '../../../src/seal/sealer.ts';
import { CollectedChanges } from '../../support/collected-changes.ts';
import { describeOnBothStates } from '../../support/state-databases.ts';

const ACME = { tenant: 'acme', actor: 'operator', requestId: 'r-1' };
const OTHER = { ...ACME, tenant: 'other' };

describeOnBothStates('secret service', (state) => {
  async function open() {
    const database = await state.open();
    const changes = new CollectedChanges(database);
    const clock = new FakeClock();
    const sealer = createSealer(new Uint8Array(32).fill(7));
    const service = new SecretService({ state: database, sealer, transactions: changes, clock });
    const label = (tenant: string, name: string, reference: string) =>
      database.transaction(async (transaction) => {
        const row = { tenant_id: tenant, label: name, reference };
        await transaction.insertInto('secret_labels').values(row).execute();
      });
    const valueAt = async (reference: string, tenant = 'acme') =>
      (await service.resolve(tenant, reference)).value.expose();
    return { database, changes, clock, service, label, valueAt };
  }

  it('resolves what was set, by reference and by bare label', async () => {
    const { service, valueAt } = await open();
    expect(await service.set(ACME, 'VAULT_DB_PASSWORD', new Secret('hunter2'))).toMatchObject({ version: 1 });
    expect(await valueAt('local://VAULT_DB_PASSWORD')).toBe('hunter2');
    expect(await valueAt('VAULT_DB_PASSWORD')).toBe('hunter2');
  });

  it('stores no value in the clear', async () => {
    const { service, database } = await open();
    await service.set(ACME, 'pw', new Secret('canary-value'));
    const rows = JSON.stringify(await database.queries.selectFrom('secrets').selectAll().execute());
    for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const) {
      expect(rows).not.toContain(Buffer.from('canary-value').toString(encoding));
    }
  });

  it('counts versions and shows the resolver that the value is another', async () => {
    const { service, clock, valueAt } = await open();
    await service.set(ACME, 'pw', new Secret('one'));
    const first = await service.resolve('acme', 'pw');
    expect((await service.resolve('acme', 'pw')).version).toBe(first.version);
    expect(await service.set(ACME, 'pw', new Secret('two'))).toMatchObject({ version: 2 });
    const second = await service.resolve('acme', 'pw');
    clock.advance(5);
    await service.delete(ACME, 'pw');
    expect(await service.set(ACME, 'pw', new Secret('three'))).toMatchObject({ version: 1 });
    const third = await service.resolve('acme', 'pw');
    expect(new Set([first.version, second.version, third.version]).size).toBe(3);
    expect(await valueAt('pw')).toBe('three');
  });

  it('tells versions as resolving does, reads them once for a tenant, and at once after a change made here', async () => {
    const { service, label, clock, database } = await open();
    await service.set(ACME, 'real', new Secret('one'));
    await label('acme', 'LABEL', 'local://real');
    const version = (await service.resolve('acme', 'LABEL')).version;
    for (const text of ['LABEL', 'real', 'local://real']) expect(await service.version('acme', text)).toBe(version);
    await database.transaction(async (transaction) => {
      await transaction.updateTable('secrets').set({ version: 7 }).where('name', '=', 'real').execute();
    });
    expect(await service.version('acme', 'LABEL')).toBe(version);
    clock.advance(5_000);
    expect(await service.version('acme', 'LABEL')).toMatch(/^7\./);
    await service.set(ACME, 'real', new Secret('two'));
    expect(await service.version('acme', 'LABEL')).toMatch(/^8\./);
    await expect(service.version('other', 'LABEL')).rejects.toMatchObject({ code: 'SECRET_UNRESOLVED' });
    await expect(service.version('acme', 'no label!')).rejects.toMatchObject({ code: 'SECRET_UNRESOLVED' });
  });

  it('maps a label of one tenant to a reference, once', async () => {
    const { service, label, valueAt } = await open();
    await service.set(ACME, 'real', new Secret('mapped'));
    await service.set(ACME, 'OTHER_LABEL', new Secret('local'));
    await label('acme', 'LABEL', 'local://real');
    await label('acme', 'CHAIN', 'OTHER_LABEL');
    await label('acme', 'OTHER_LABEL', 'local://real');
    expect(await valueAt('LABEL')).toBe('mapped');
    expect(await valueAt('CHAIN')).toBe('local');
    await expect(valueAt('LABEL', 'other')).rejects.toMatchObject({ code: 'SECRET_UNRESOLVED' });
  });

  it('keeps tenants apart', async () => {
    const { service, valueAt } = await open();
    await service.set(ACME, 'pw', new Secret('of acme'));
    await service.set(OTHER, 'pw', new Secret('of other'));
    expect(await valueAt('pw')).toBe('of acme');
    expect(await valueAt('pw', 'other')).toBe('of other');
    expect(await service.delete(OTHER, 'pw')).toBe(true);
    expect(await service.delete(OTHER, 'pw')).toBe(false);
    expect(await valueAt('pw')).toBe('of acme');
    expect(await service.list('other')).toEqual([]);
  });

  it('lists names and versions in order, never values', async () => {
    const { service, clock } = await open();
    await service.set(ACME, 'b', new Secret('canary-b'));
    await service.set(ACME, 'a', new Secret('canary-a'));
    await service.set(ACME, 'a', new Secret('canary-a2'));
    const times = { createdAt: clock.now(), updatedAt: clock.now() };
    expect(await service.list('acme')).toEqual([
      { name: 'a', version: 2, ...times },
      { name: 'b', version: 1, ...times },
    ]);
  });

  it('keeps the version of a value that is set again, and refuses a version that is not the one asked for', async () => {
    const { service } = await open();
    await service.set(ACME, 'pw', new Secret('one'));
    expect(await service.set(ACME, 'pw', new Secret('one'))).toMatchObject({ version: 1 });
    const refused = service.set(ACME, 'pw', new Secret('two'), (version) => {
      if (version !== undefined) throw new RangeError(`there is version ${version}`);
    });
    await expect(refused).rejects.toThrow('there is version 1');
    expect(await service.list('acme')).toMatchObject([{ name: 'pw', version: 1 }]);
  });

  it('stores a value again that does not open any more', async () => {
    const { service, database, valueAt } = await open();
    await service.set(ACME, 'pw', new Secret('one'));
    await database.transaction(async (transaction) => {
      await transaction.updateTable('secrets').set({ value_sealed: 'v1.broken' }).execute();
    });
    expect(await service.set(ACME, 'pw', new Secret('one'))).toMatchObject({ version: 2 });
    expect(await valueAt('pw')).toBe('one');
  });

  it('lists every name once, a page at a time', async () => {
    const { service } = await open();
    const names = ['B', 'a', 'a.b', 'a_b', 'b', '0', '_'];
    for (const name of names) await service.set(ACME, name, new Secret('x'));
    const seen: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = await service.list('acme', { limit: 2, after });
      seen.push(...page.map(({ name }) => name));
      if (page.length < 2) break;
      after = page.at(-1)?.name;
    }
    expect(seen.toSorted()).toEqual(names.toSorted());
  });

  it('does not open a value that was copied to another tenant, name or version', async () => {
    const { service, database, valueAt } = await open();
    await service.set(ACME, 'pw', new Secret('of acme'));
    await service.set(OTHER, 'pw', new Secret('of other'));
    await database.transaction(async (transaction) => {
      const { value_sealed } = await transaction
        .selectFrom('secrets')
        .select('value_sealed')
        .where('tenant_id', '=', 'acme')
        .executeTakeFirstOrThrow();
      await transaction.updateTable('secrets').set({ value_sealed }).where('tenant_id', '=', 'other').execute();
    });
    await expect(valueAt('pw', 'other')).rejects.toMatchObject({ code: 'SECRET_UNRESOLVED' });
  });

  it('records who changed which secret, and no value', async () => {
    const { service, changes } = await open();
    await service.set(ACME, 'pw', new Secret('canary-value'));
    await service.delete(ACME, 'pw');
    expect(changes.entries).toMatchObject([
      { eventType: 'SECRET_SET', status: 'SUCCESS', details: { name: 'pw', version: 1 }, ...ACME },
      { eventType: 'SECRET_DELETE', status: 'SUCCESS', details: { name: 'pw' }, ...ACME },
    ]);
    expect(JSON.stringify(changes.entries)).not.toContain('canary');
  });
});
