import { describe, expect, it } from 'vitest';
import { RetryBudget } from '../../src/http/retry-budget.ts';

function takeAll(budget: RetryBudget): number {
  let taken = 0;
  while (budget.take()) taken += 1;
  return taken;
}

describe('RetryBudget', () => {
  it('begins with fifty', () => {
    expect(takeAll(new RetryBudget())).toBe(50);
  });

  it('gains one for each ten requests', () => {
    const budget = new RetryBudget();
    takeAll(budget);
    for (let count = 0; count < 205; count += 1) budget.noteRequest();
    expect(takeAll(budget)).toBe(20);
  });

  it('saves no more than a hundred, however long nothing failed', () => {
    const budget = new RetryBudget();
    for (let count = 0; count < 100_000; count += 1) budget.noteRequest();
    expect(takeAll(budget)).toBe(100);
  });

  it('takes nothing when it is spent', () => {
    const budget = new RetryBudget();
    takeAll(budget);
    for (let count = 0; count < 9; count += 1) budget.noteRequest();
    expect([budget.take(), budget.take()]).toEqual([false, false]);
    for (let count = 0; count < 2; count += 1) budget.noteRequest();
    expect([budget.take(), budget.take()]).toEqual([true, false]);
  });
});
