import { describe, expect, it } from 'vitest';
import { createProgress } from '../../src/output/progress.ts';
import { createFakeTerminal } from '../support/fake-terminal.ts';

describe('progress', () => {
  it('shows the rate of the last seconds, what is left of the work, and the limit', () => {
    let nowMs = 0;
    const terminal = createFakeTerminal({ isTerminal: true, env: { NO_COLOR: '1' } });
    const progress = createProgress(terminal, { label: 'applying', total: 1_000, now: () => nowMs, limit: () => 50 });
    const work = (seconds: number, perSecond: number): void => {
      for (let step = 0; step < seconds * perSecond; step += 1) {
        nowMs += 1_000 / perSecond;
        progress.step({ line: 'ok', isFailure: false });
      }
    };
    work(5, 100);
    expect(terminal.err()).toMatch(/500\/1000 {2}100\/s {2}5\.0 s left {2}limit 50\/s/);
    work(15, 10);
    // Not the average of all 20 seconds, which would be 33/s.
    expect(terminal.err().split('\r').at(-1)).toMatch(/650\/1000 {2}10\/s {2}35\.\d s left/);
    progress.close();
  });

  it('says the pace now and then where there is no bar', () => {
    let nowMs = 0;
    const terminal = createFakeTerminal();
    const progress = createProgress(terminal, { label: 'applying', total: 300, now: () => nowMs });
    for (let step = 0; step < 250; step += 1) {
      nowMs += 100;
      progress.step({ line: `c${step} created`, isFailure: false });
    }
    const said = terminal
      .err()
      .split('\n')
      .filter((line) => line.startsWith('applying'));
    expect(said).toEqual([
      expect.stringMatching(/^applying 100\/300 {2}10\/s {2}20\.\d s left$/),
      expect.stringMatching(/^applying 200\/300 {2}10\/s {2}10\.\d s left$/),
    ]);
    progress.close();
  });
});
