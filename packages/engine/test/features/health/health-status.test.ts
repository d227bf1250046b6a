import { HEALTH_ERROR_CLASSES, type HealthStatus } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { DRIVER_ERROR_KINDS, DriverError } from '../../../src/drivers/driver.ts';
import { type HealthFailure, toHealthFailure } from '../../../src/features/health/health-errors.ts';
import {
  type HealthObservation,
  type HealthState,
  INITIAL_HEALTH,
  nextHealth,
} from '../../../src/features/health/health-status.ts';

const REFUSED: HealthFailure = { errorClass: 'UNREACHABLE', message: 'cannot be reached' };
const BUSY: HealthFailure = { errorClass: 'POOL_EXHAUSTED', message: 'busy' };
const answered = (changes: Partial<Extract<HealthObservation, { kind: 'answered' }>> = {}): HealthObservation => ({
  kind: 'answered',
  at: 5_000,
  latencyMs: 3,
  slowAboveMs: 2_500,
  servingRevision: 1,
  serverVersion: 'FakeDB 1.0',
  readOnly: false,
  isDemoted: false,
  replacementFailure: null,
  ...changes,
});
const failed = (failure = REFUSED): HealthObservation => ({ kind: 'failed', at: 5_000, servingRevision: 1, failure });
const notOpened: HealthObservation = { kind: 'not-opened', at: 5_000, failure: REFUSED };
const notReplaced: HealthObservation = { kind: 'replacement-failed', at: 5_000, servingRevision: 1, failure: REFUSED };

const after = (...seen: HealthObservation[]): HealthState => seen.reduce(nextHealth, INITIAL_HEALTH);

describe('nextHealth', () => {
  const cases: Array<[string, HealthObservation[], HealthStatus]> = [
    ['nothing seen', [], 'PENDING'],
    ['an answer', [answered()], 'HEALTHY'],
    ['a slow answer', [answered({ latencyMs: 2_501 })], 'DEGRADED'],
    ['an answer in time after a slow one', [answered({ latencyMs: 2_501 }), answered()], 'HEALTHY'],
    ['no pool at all', [notOpened], 'UNHEALTHY'],
    ['one failed probe', [answered(), failed()], 'DEGRADED'],
    ['two failed probes', [answered(), failed(), failed()], 'DEGRADED'],
    ['three failed probes', [answered(), failed(), failed(), failed()], 'UNHEALTHY'],
    ['an answer between failures', [failed(), failed(), answered(), failed(), failed()], 'DEGRADED'],
    ['recovery', [failed(), failed(), failed(), answered()], 'HEALTHY'],
    ['a busy pool, however often', [answered(), failed(BUSY), failed(BUSY), failed(BUSY), failed(BUSY)], 'DEGRADED'],
    ['a newer configuration that fails while the older serves', [answered(), notReplaced], 'DEGRADED'],
    ['the older goes on answering', [answered(), notReplaced, answered({ replacementFailure: REFUSED })], 'DEGRADED'],
    ['both fail', [failed(), failed(), failed(), notReplaced], 'UNHEALTHY'],
    ['the newer one works at last', [answered(), notReplaced, answered({ servingRevision: 2 })], 'HEALTHY'],
    ['a standby serves reads', [answered({ readOnly: true })], 'HEALTHY'],
    ['a standby that has to take writes', [answered({ readOnly: true, isDemoted: true })], 'DEGRADED'],
    ['a new primary after a standby', [answered({ readOnly: true, isDemoted: true }), answered()], 'HEALTHY'],
    ['paused', [answered(), { kind: 'paused' }], 'DISABLED'],
    ['resumed', [answered(), { kind: 'paused' }, { kind: 'resumed' }], 'PENDING'],
  ];
  it.each(cases)('%s', (_name, seen, status) => {
    expect(after(...seen).status).toBe(status);
  });

  it('counts failures in a row and forgets them with an answer', () => {
    expect(after(notOpened, notOpened).consecutiveFailures).toBe(2);
    expect(after(notOpened, notOpened, answered()).consecutiveFailures).toBe(0);
  });

  it('tells that a server takes no writes', () => {
    expect(after(answered({ readOnly: true })).message).toContain('no writes');
  });

  it('has a class of its own for a server that has to take writes and takes none', () => {
    const demoted = after(answered({ readOnly: true, isDemoted: true, latencyMs: 2_501 }));
    expect(demoted).toMatchObject({ errorClass: 'READ_ONLY', consecutiveFailures: 0 });
    expect(demoted.message).toContain('write through this connector');
  });

  it('keeps the time of the last check when paused, and nothing else', () => {
    expect(after(answered(), { kind: 'paused' })).toEqual({
      ...INITIAL_HEALTH,
      status: 'DISABLED',
      lastCheckAt: 5_000,
    });
  });
});

describe('toHealthFailure', () => {
  it.each(DRIVER_ERROR_KINDS)('translates %s without a word of the driver', (kind) => {
    const cause = new Error('canary-vendor-text db.internal.net');
    const failure = toHealthFailure(new DriverError(kind, 'canary-driver-text', { cause, vendorCode: '28P01' }));
    expect(HEALTH_ERROR_CLASSES).toContain(failure.errorClass);
    expect(failure.message).not.toMatch(/canary|internal\.net/);
    expect(failure.message.length).toBeGreaterThan(20);
  });

  it('does not tell a closed port from a silent one, a missing name or a missing route', () => {
    const kinds = ['refused', 'host-not-found', 'unreachable', 'connect-timeout'] as const;
    const failures = kinds.map((kind) =>
      toHealthFailure(new DriverError(kind, '', { vendorCode: kind.toUpperCase() })),
    );
    expect(new Set(failures.map((failure) => JSON.stringify(failure))).size).toBe(1);
  });

  it('shows the code of the vendor where it helps', () => {
    expect(toHealthFailure(new DriverError('authentication', '', { vendorCode: '28P01' })).message).toMatch(
      /\(28P01\)$/,
    );
    const odd = toHealthFailure(new DriverError('authentication', '', { vendorCode: 'canary with spaces' }));
    expect(odd.message).not.toContain('canary');
  });

  it('calls what is no driver error internal', () => {
    expect(toHealthFailure(new TypeError('canary')).errorClass).toBe('INTERNAL');
  });
});
