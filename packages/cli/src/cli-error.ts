import { EXIT_CODES, type ExitCode } from './exit-codes.ts';

export interface CliErrorOptions {
  /** What the reader should do next; one or more lines. */
  readonly hint?: string;
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
}

/** A failure with a sentence for the reader, a next step and the exit code it ends the process with. */
export class CliError extends Error {
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(message: string, options: CliErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CliError';
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? EXIT_CODES.failed;
  }
}

/** A {@link CliError} for a wrong command line or wrong settings: exit code 64, nothing was tried. */
export function createUsageError(message: string, hint?: string): CliError {
  return new CliError(message, { exitCode: EXIT_CODES.usage, ...(hint === undefined ? {} : { hint }) });
}

export function isErrorWithCode(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

/** How the system names the failure, such as `EACCES`: for the brackets of a sentence. */
export function reasonOf(error: unknown): string {
  return isErrorWithCode(error) ? error.code : 'unknown reason';
}
