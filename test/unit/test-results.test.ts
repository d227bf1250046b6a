import { describe, expect, it } from 'vitest';
import {
  addTallies,
  explainSkip,
  listSlowest,
  parseVitestReport,
  readVitestReport,
  toPartResult,
} from '../../scripts/test-results.ts';

const report = (passed: number, failed: number, files: Array<{ status: string; tests: string[] }> = []) =>
  JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: 2,
    numTodoTests: 0,
    testResults: files.map(({ status, tests }, index) => ({
      name: `${process.cwd()}/test/${index}.test.ts`,
      status,
      startTime: 1000,
      endTime: 2000 + 1000 * index,
      assertionResults: tests.map((test) => ({ fullName: `is ${test}`, status: test })),
    })),
  });

describe('parseVitestReport', () => {
  it('takes the numbers of a good run as they are', () => {
    expect(parseVitestReport(report(5, 0), 0)).toMatchObject({ passed: 5, failed: 0, skipped: 2 });
  });

  it('counts a file that could not be loaded as one failure', () => {
    const text = report(5, 1, [
      { status: 'failed', tests: [] },
      { status: 'failed', tests: ['passed', 'failed'] },
    ]);
    expect(parseVitestReport(text, 1)).toMatchObject({
      failed: 2,
      failures: ['test/1.test.ts: is failed', 'test/0.test.ts'],
    });
  });

  it('counts a run that failed outside of any test as one failure', () => {
    expect(parseVitestReport(report(5, 0), 1).failed).toBe(1);
  });

  it('counts a run without a single passed test as one failure', () => {
    expect(parseVitestReport(report(0, 0), 0).failed).toBe(1);
  });
});

describe('what is told of a run', () => {
  it('names what was skipped', () => {
    const text = report(1, 0, [{ status: 'passed', tests: ['passed', 'skipped'] }]);
    expect(parseVitestReport(text, 0).skips).toEqual(['test/0.test.ts: is skipped']);
  });

  it('says why a test may have been skipped', () => {
    expect(explainSkip('test/faults/36-overload.test.ts: row 36')).toContain('npm run faults');
    expect(explainSkip('packages/cli/test/dip-process.test.ts: dip')).toContain('not there');
  });

  it('lists the slowest files first', () => {
    const file = { status: 'passed', tests: ['passed'] };
    const result = parseVitestReport(report(3, 0, [file, file, file]), 0);
    expect(listSlowest([result, toPartResult({ passed: 1, failed: 0, skipped: 0 }, [])], 2)).toEqual([
      { path: 'test/2.test.ts', seconds: 3 },
      { path: 'test/1.test.ts', seconds: 2 },
    ]);
  });
});

describe('readVitestReport', () => {
  it('counts a report that is not there as one failure', () => {
    expect(readVitestReport('/nonexistent/report.json', 0)).toMatchObject({ passed: 0, failed: 1, skipped: 0 });
  });
});

describe('addTallies', () => {
  it('adds up', () => {
    const tally = { passed: 1, failed: 2, skipped: 3 };
    expect(addTallies([tally, tally])).toEqual({ passed: 2, failed: 4, skipped: 6 });
  });
});
