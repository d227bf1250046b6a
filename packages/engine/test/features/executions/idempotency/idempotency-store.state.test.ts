import { expect, it } from 'vitest';
import {
  type IdempotencyClaim,
  IdempotencyStore,
} from '../../../../src/features/executions/idempotency/idempotency-store.ts';
import { describeOnBothStates } from '../../../support/state-databases.ts';

const DAY_MS = 86_400_000;
const CLAIM: IdempotencyClaim = {
  tenant: 'acme',
  actionId: 'note-call',
  keyHash: 'hash-1',
  requestHash: 'request-1',
  engineId: 'engine-1',
  now: 1_700_000_000_000,
  leaseUntil: 1_700_000_063_000,
  expiresAt: 1_700_000_000_000 + DAY_MS,
};
const RUNNING = { state: 'running', requestHash: 'request-1', answer: null, leaseUntil: CLAIM.leaseUntil };

describeOnBothStates('idempotency store', (state) => {
  it('lets one claim a write and tells the others what is known of it', async () => {
    const store = new IdempotencyStore(await state.open());
    expect(await store.claim(CLAIM)).toBe('claimed');
    expect(await store.claim({ ...CLAIM, engineId: 'engine-2', requestHash: 'other' })).toMatchObject(RUNNING);
    await store.finish(CLAIM, 'done', 'sealed answer');
    expect(await store.claim(CLAIM)).toMatchObject({ ...RUNNING, state: 'done', answer: 'sealed answer' });
  });

  it('lets one of many through that claim at once', async () => {
    const place = await state.createPlace();
    const stores = await Promise.all([place.open(), place.open()]);
    const claims = stores.flatMap((database, index) => {
      const store = new IdempotencyStore(database);
      return Array.from({ length: 5 }, () => store.claim({ ...CLAIM, engineId: `engine-${index}` }));
    });
    const results = await Promise.all(claims);
    expect(results.filter((result) => result === 'claimed').length).toBe(1);
    expect(results.filter((result) => result !== 'claimed')).toEqual(Array(9).fill(expect.objectContaining(RUNNING)));
  });

  it('keeps tenants, actions and keys apart', async () => {
    const store = new IdempotencyStore(await state.open());
    await store.claim(CLAIM);
    for (const other of [{ tenant: 'other' }, { actionId: 'other' }, { keyHash: 'other' }]) {
      expect(await store.claim({ ...CLAIM, ...other })).toBe('claimed');
    }
  });

  it('forgets a claim that is released, and only one that is still its own', async () => {
    const store = new IdempotencyStore(await state.open());
    await store.claim(CLAIM);
    await store.release({ ...CLAIM, engineId: 'engine-2' });
    expect(await store.claim(CLAIM)).toMatchObject(RUNNING);
    await store.release(CLAIM);
    expect(await store.claim(CLAIM)).toBe('claimed');
    await store.finish(CLAIM, 'in-doubt', 'sealed');
    await store.release(CLAIM);
    expect(await store.claim(CLAIM)).toMatchObject({ state: 'in-doubt', answer: 'sealed' });
  });

  it('has what has expired claimed again, out of reach of who claimed it before', async () => {
    const store = new IdempotencyStore(await state.open());
    await store.claim(CLAIM);
    const later = { ...CLAIM, now: CLAIM.expiresAt, expiresAt: CLAIM.expiresAt + DAY_MS };
    expect(await store.claim({ ...later, now: later.now - 1 })).toMatchObject(RUNNING);
    expect(await store.claim(later)).toBe('claimed');
    await store.finish(CLAIM, 'done', 'an old answer');
    expect(await store.claim(later)).toMatchObject({ state: 'running', answer: null });
  });

  it('sweeps what has expired, in batches', async () => {
    const store = new IdempotencyStore(await state.open());
    for (const keyHash of ['a', 'b', 'c']) await store.claim({ ...CLAIM, keyHash });
    await store.claim({ ...CLAIM, keyHash: 'young', expiresAt: CLAIM.expiresAt + 1 });
    expect(await store.sweep(CLAIM.expiresAt - 1, 10)).toBe(0);
    expect(await store.sweep(CLAIM.expiresAt, 2)).toBe(2);
    expect(await store.sweep(CLAIM.expiresAt, 2)).toBe(1);
    expect(await store.claim({ ...CLAIM, keyHash: 'young' })).toMatchObject(RUNNING);
  });
});
