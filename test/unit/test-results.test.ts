import { describe, expect, it } from 'vitest';
import { addTallies, readVitestReport, tallyVitestReport } from '../../scripts/test-results.ts';

const report = (passed: number, failed: number, files: Array<{ status: string; tests: string[] }> = []) =>
  JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: 2,
    numTodoTests: 0,
    testResults: files.map(({ status, tests }) => ({
      status,
      assertionResults: tests.map((test) => ({ status: test })),
    })),
  });

describe('tallyVitestReport', () => {
  it('takes the numbers of a good run as they are', () => {
    expect(tallyVitestReport(report(5, 0), 0)).toEqual({ passed: 5, failed: 0, skipped: 2 });
  });

  it('counts a file that could not be loaded as one failure', () => {
    const text = report(5, 1, [
      { status: 'failed', tests: [] },
      { status: 'failed', tests: ['passed', 'failed'] },
    ]);
    expect(tallyVitestReport(text, 1).failed).toBe(2);
  });

  it('counts a run that failed outside of any test as one failure', () => {
    expect(tallyVitestReport(report(5, 0), 1).failed).toBe(1);
  });

  it('counts a run without a single passed test as one failure', () => {
    expect(tallyVitestReport(report(0, 0), 0).failed).toBe(1);
  });
});

describe('readVitestReport', () => {
  it('counts a report that is not there as one failure', () => {
    expect(readVitestReport('/nonexistent/report.json', 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

describe('addTallies', () => {
  it('adds up', () => {
    const tally = { passed: 1, failed: 2, skipped: 3 };
    expect(addTallies([tally, tally])).toEqual({ passed: 2, failed: 4, skipped: 6 });
  });
});
