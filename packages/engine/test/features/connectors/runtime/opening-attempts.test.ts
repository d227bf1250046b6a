import { describe, expect, it } from 'vitest';
import { DEFAULT_RETRY_DELAYS, retryDelayMs } from '../../../../src/features/connectors/runtime/opening-attempts.ts';
import type { HealthFailure } from '../../../../src/features/health/health-errors.ts';

const UNREACHABLE: HealthFailure = { errorClass: 'UNREACHABLE', message: '' };
const delay = (failures: number, intervalMs: number | null, random: number, failure = UNREACHABLE): number =>
  retryDelayMs(failure, failures, intervalMs, () => random, DEFAULT_RETRY_DELAYS);

describe('retryDelayMs', () => {
  it('doubles up to a minute and never overflows', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 1_000].map((failures) => delay(failures, null, 0.999_999))).toEqual(
      [1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => expect.closeTo(seconds * 1_000, -1)),
    );
  });

  it('takes between half and all of it, so that those who failed together do not come back together', () => {
    expect(delay(3, null, 0)).toBe(2_000);
    expect(delay(3, null, 0.5)).toBe(3_000);
  });

  it('never waits longer than the health check would, nor less than a second at most', () => {
    expect(delay(10, 5_000, 0.999_999)).toBeCloseTo(5_000, 0);
    expect(delay(10, 100, 0.999_999)).toBeCloseTo(1_000, 0);
  });

  it('repeats a refused login after many minutes only', () => {
    const refused: HealthFailure = { errorClass: 'AUTHENTICATION_FAILED', message: '' };
    expect(delay(1, 1_000, 0, refused)).toBe(810_000);
    expect(delay(9, 1_000, 0, refused)).toBe(810_000);
  });

  it('looks again for a missing secret within ten seconds', () => {
    const missing: HealthFailure = { errorClass: 'SECRET_UNRESOLVED', message: '' };
    expect(delay(50, null, 0.999_999, missing)).toBeCloseTo(10_000, 0);
  });
});
