import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { deletionLimit, type MaxDelete } from '../../src/plan/prune-limit.ts';

const PLAN: Plan = {
  changes: [],
  summary: { create: 0, update: 0, publish: 0, delete: 0, noOp: 0 },
  projects: [],
  owned: 0,
  orphans: [],
  dataActionsRead: false,
  server: 'https://dips.example.com',
};

describe('the limit of deletions', () => {
  it.each<[number, MaxDelete | undefined, number]>([
    [0, undefined, 5],
    [49, undefined, 5],
    [69, undefined, 6],
    [10_000, undefined, 1_000],
    [10_000, { count: 3 }, 3],
    [10_000, { count: 0 }, 0],
    [200, { share: 0.25 }, 50],
    [3, { share: 0.25 }, 0],
  ])('for %i owned connectors and %j is %i', (owned, limit, expected) => {
    expect(deletionLimit({ ...PLAN, owned }, limit)).toBe(expected);
  });
});
