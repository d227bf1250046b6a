import { describe, expect, it } from 'vitest';
import { CliError, createUsageError } from '../../src/cli-error.ts';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { printError } from '../../src/output/error-view.ts';
import { createFakeTerminal } from '../support/fake-terminal.ts';

const CALM = { isInterrupted: false, isDebug: false };

function print(error: unknown, options = CALM) {
  const terminal = createFakeTerminal();
  return { exitCode: printError(terminal, error, options), out: terminal.out(), err: terminal.err() };
}

describe('printError', () => {
  it('says what happened, where, the request id and what to do next, on stderr', () => {
    const failure = Object.assign(new Error('PUT /x: The request is not valid'), {
      code: 'VALIDATION_FAILED',
      requestId: 'req-1',
      hint: 'Correct each entry.',
      issues: [{ path: '/configuration/poolSettings', code: 'POOL_MIN_ABOVE_MAX', message: 'min is above max' }],
    });
    expect(print(failure)).toEqual({
      exitCode: EXIT_CODES.failed,
      out: '',
      err:
        'error: PUT /x: The request is not valid [VALIDATION_FAILED]\n' +
        '  /configuration/poolSettings POOL_MIN_ABOVE_MAX min is above max\n' +
        '  request id req-1\n' +
        'hint:  Correct each entry.\n',
    });
  });

  it.each([
    ['a usage error', createUsageError('no'), EXIT_CODES.usage],
    ['an error with its own exit code', new CliError('no', { exitCode: EXIT_CODES.findings }), EXIT_CODES.findings],
    [
      'a bad option of the library',
      Object.assign(new TypeError('no'), { code: 'ERR_INVALID_ARG_VALUE' }),
      EXIT_CODES.usage,
    ],
    ['pruning without a project', Object.assign(new Error('no'), { code: 'PROJECT_REQUIRED' }), EXIT_CODES.usage],
    [
      'a vault without its settings',
      Object.assign(new Error('no'), { code: 'VAULT_SETTING_MISSING' }),
      EXIT_CODES.usage,
    ],
    ['any other failure', Object.assign(new Error('no'), { code: 'CONNECTION_FAILED' }), EXIT_CODES.failed],
  ])('maps %s to its exit code', (_case, error, exitCode) => {
    expect(print(error).exitCode).toBe(exitCode);
  });

  it('calls an error without a code a bug of its own', () => {
    expect(print(new RangeError('index out of range')).err).toContain('a bug of dip');
  });

  it('shows the stack with --debug only', () => {
    const error = createUsageError('no');
    expect(print(error).err).not.toContain('    at ');
    expect(print(error, { ...CALM, isDebug: true }).err).toContain('    at ');
  });

  it('says only that it was interrupted after Ctrl-C', () => {
    const { exitCode, err } = print(new Error('aborted'), { ...CALM, isInterrupted: true });
    expect([exitCode, err]).toEqual([EXIT_CODES.interrupted, 'Interrupted.\n']);
  });

  it('makes control characters of a server visible', () => {
    expect(print(new CliError('x\u001b[2Jy')).err).not.toContain('\u001b');
  });
});
