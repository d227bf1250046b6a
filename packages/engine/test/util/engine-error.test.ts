import { describe, expect, it } from 'vitest';
import { CommandError } from '../../src/commands/command-error.ts';
import { DriverError } from '../../src/drivers/driver.ts';
import { OauthError } from '../../src/features/oauth/oauth-error.ts';
import { SealBrokenError } from '../../src/seal/sealer.ts';
import { UsageError } from '../../src/settings/read-options.ts';
import { StateUnavailableError } from '../../src/state/state-errors.ts';
import { EngineError } from '../../src/util/engine-error.ts';
import { ProblemError } from '../../src/util/problem-error.ts';

describe('EngineError', () => {
  it.each([
    ['COMMAND_FAILED', new CommandError('no')],
    ['connection-lost', new DriverError('connection-lost', 'no')],
    ['invalid_client', new OauthError('invalid_client', 'no')],
    ['SEAL_BROKEN', new SealBrokenError('no')],
    ['USAGE', new UsageError(['no'])],
    ['STATE_UNAVAILABLE', new StateUnavailableError('no')],
    ['IN_USE', new ProblemError('IN_USE', 'no')],
  ])('is what %s is', (code, error) => {
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ code, message: 'no' });
    expect('cause' in error).toBe(false);
  });

  it('keeps its cause where a print does not list it', () => {
    const error = new StateUnavailableError('no', { cause: 'secret' });
    expect([error.cause, JSON.stringify(error)]).toEqual(['secret', expect.not.stringContaining('secret')]);
  });
});
