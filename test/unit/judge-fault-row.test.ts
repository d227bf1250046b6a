import { describe, expect, it } from 'vitest';
import type { FaultResult } from '../../scripts/fault-results.ts';
import { findMatrixProblems, judgeFaultRow } from '../../scripts/judge-fault-row.ts';
import type { FaultRow } from '../faults/matrix.ts';

const FILES = [{ row: 7, path: 'test/faults/07-silence.test.ts' }];
const PASSED: FaultResult = {
  passed: 2,
  failed: 0,
  skipped: 0,
  failures: [],
  figures: [],
  seed: '1',
  iterations: 20,
  loadAverage: 0.5,
  cores: 2,
  date: '2026-11-29',
};
const FAILED: FaultResult = { ...PASSED, passed: 1, failed: 1, failures: ['holds its deadline'] };

const row = (claim: FaultRow['claim'], more: Partial<FaultRow> = {}): FaultRow => ({
  row: 7,
  title: 'Silence',
  holds: 'The deadline.',
  claim,
  remark: claim === 'shown' ? '' : 'why',
  ...more,
});
const judge = (claimed: FaultRow, result?: FaultResult) =>
  judgeFaultRow(claimed, FILES, result === undefined ? {} : { [FILES[0]?.path ?? '']: result });

describe('judgeFaultRow', () => {
  it('agrees with a claim that the last result bears out', () => {
    expect(judge(row('shown'), PASSED)).toMatchObject({ state: 'shown', remark: '', problems: [] });
    expect(judge(row('shown in part'), PASSED)).toMatchObject({ state: 'shown in part', remark: 'why', problems: [] });
    expect(judge(row('fails'), FAILED)).toMatchObject({
      state: 'fails',
      remark: 'holds its deadline; why',
      problems: [],
    });
    expect(judgeFaultRow(row('not built'), [], {})).toMatchObject({ state: 'not built', problems: [] });
  });

  it('refuses "shown" without a recorded pass', () => {
    expect(judge(row('shown'))).toMatchObject({
      state: 'shown in part',
      problems: [expect.stringContaining('no result is recorded')],
    });
    expect(judge(row('shown'), { ...PASSED, passed: 0, skipped: 2 }).problems).toEqual([
      expect.stringContaining('no test passed'),
    ]);
    expect(judgeFaultRow(row('shown'), [], {}).problems).toEqual([expect.stringContaining('there is no test')]);
  });

  it.each(['shown', 'shown in part'] as const)('refuses "%s" when the last result failed', (claim) => {
    const judged = judge(row(claim), FAILED);
    expect(judged.state).toBe('fails');
    expect(judged.problems).toEqual([expect.stringContaining('holds its deadline')]);
  });

  it('refuses "fails" when the last result passed, and "not built" when there is a test', () => {
    expect(judge(row('fails'), PASSED).problems).toHaveLength(1);
    expect(judge(row('not built'), PASSED).problems).toHaveLength(1);
  });

  it('says by how much a row fails, where that was measured', () => {
    const figures = [
      { what: 'p99 of a refusal', measured: 143, unit: 'ms', atMost: 20 },
      { what: 'good answers', measured: 85, unit: '%', atLeast: 80 },
    ];
    expect(judge(row('fails'), { ...FAILED, figures }).remark).toBe('p99 of a refusal 143 ms (at most 20 ms); why');
  });

  it('shows in part what was recorded with fewer rounds than the row asks for', () => {
    expect(judge(row('shown', { rounds: 200 }), PASSED)).toMatchObject({
      state: 'shown in part',
      remark: '20 of 200 rounds are recorded',
      problems: [],
    });
    expect(judge(row('shown', { rounds: 20 }), PASSED).state).toBe('shown');
  });

  it('asks for a remark on whatever is not shown', () => {
    expect(judge(row('shown in part', { remark: '' }), PASSED).problems).toHaveLength(1);
  });
});

describe('findMatrixProblems', () => {
  it('finds rows that are missing, twice or unknown, and tests of no row', () => {
    const rows = [1, 3, 3, 9].map((number) => row('shown', { row: number }));
    expect(findMatrixProblems(rows, [{ row: 8, path: 'test/faults/08-x.test.ts' }], 3)).toEqual([
      'row 2 is missing in the matrix',
      'row 3 is there twice',
      'row 9 is none of the matrix',
      'test/faults/08-x.test.ts belongs to no row',
    ]);
    expect(findMatrixProblems([row('shown', { row: 1 })], [], 1)).toEqual([]);
  });
});
