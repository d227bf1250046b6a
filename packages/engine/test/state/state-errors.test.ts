import { describe, expect, it } from 'vitest';
import { StateUnavailableError, toStateUnavailable } from '../../src/state/state-errors.ts';

const withCode = (code: string) => Object.assign(new Error('canary'), { code });

describe('toStateUnavailable', () => {
  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOTFOUND',
    'EROFS',
    '08006',
    '25006',
    '53300',
    '57P01',
    '57P03',
    '57014',
    'SQLITE_BUSY',
    'SQLITE_FULL',
    'SQLITE_IOERR_WRITE',
    'SQLITE_READONLY_DBMOVED',
  ])('takes %s for a database that is not available, without its message', (code) => {
    const error = toStateUnavailable(withCode(code));
    expect(error).toMatchObject({ code: 'STATE_UNAVAILABLE', retryable: true, cause: { code } });
    expect(error?.message).not.toContain('canary');
  });

  it.each(['23505', '42P01', '22P02', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_ERROR', 'ERR_INVALID_ARG_TYPE'])(
    'takes %s for a bug',
    (code) => {
      expect(toStateUnavailable(withCode(code))).toBeUndefined();
    },
  );

  it.each([
    new Error('Connection terminated unexpectedly'),
    new Error('timeout exceeded when trying to connect'),
    Object.assign(new Error('Query read timeout'), { code: '42601' }),
    new Error('SQLITE_BUSY: database is locked'),
    new Error('connect ECONNREFUSED 127.0.0.1:5432'),
  ])('is not misled by the words of a message: %s', (error) => {
    expect(toStateUnavailable(error)).toBeUndefined();
  });

  it.each(['57P01', 'SQLITE_FULL', 'ENOSPC'])('decides %s by the code alone', (code) => {
    expect(toStateUnavailable(Object.assign(new Error(''), { code }))).toBeInstanceOf(StateUnavailableError);
  });

  it('looks into the errors of a host with several addresses', () => {
    expect(toStateUnavailable(new AggregateError([withCode('ECONNREFUSED')]))).toBeInstanceOf(StateUnavailableError);
  });

  it.each([undefined, null, 'ECONNREFUSED', new Error('other')])('leaves %s alone', (thrown) => {
    expect(toStateUnavailable(thrown)).toBeUndefined();
  });

  it('leaves one that is translated as it is', () => {
    const error = new StateUnavailableError('x');
    expect(toStateUnavailable(error)).toBe(error);
  });
});
