import { CliError } from '../cli-error.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import type { Terminal } from './terminal.ts';
import { neutralizeControls, wrapText } from './text.ts';

export interface ErrorIssue {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** What the reader of a failure needs: what happened, where, what to do next. */
export interface ErrorReport {
  readonly message: string;
  readonly code: string | null;
  readonly requestId: string | null;
  readonly hint: string | null;
  readonly issues: readonly ErrorIssue[];
}

/** Reads the fields that our packages' errors share; a foreign error keeps its message only. */
export function toErrorReport(error: unknown): ErrorReport {
  return {
    message: neutralizeControls(error instanceof Error ? error.message : 'something that is not an error was thrown'),
    code: textField(error, 'code'),
    requestId: textField(error, 'requestId'),
    hint: textField(error, 'hint'),
    issues: issuesOf(error),
  };
}

export interface PrintErrorOptions {
  readonly isInterrupted: boolean;
  readonly isDebug: boolean;
}

/** Writes a failure to stderr and says which exit code it ends the process with. */
export function printError(terminal: Terminal, error: unknown, options: PrintErrorOptions): ExitCode {
  if (options.isInterrupted) {
    terminal.alert(terminal.noteStyle.caution('Interrupted.'));
    return EXIT_CODES.interrupted;
  }
  const report = toErrorReport(error);
  for (const line of renderErrorReport(terminal, isBug(error) ? { ...report, hint: BUG_HINT } : report)) {
    terminal.alert(line);
  }
  if (options.isDebug && error instanceof Error) terminal.alert(neutralizeControls(error.stack ?? ''));
  return toExitCode(error);
}

/** Codes that mean the command line or the settings, not the job. */
const USAGE_CODES = new Set(['PROJECT_REQUIRED', 'VAULT_SETTING_MISSING']);

function toExitCode(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  const code = textField(error, 'code') ?? '';
  return code.startsWith('ERR_INVALID_ARG') || USAGE_CODES.has(code) ? EXIT_CODES.usage : EXIT_CODES.failed;
}

function renderErrorReport(terminal: Terminal, report: ErrorReport): string[] {
  const { bad, dim, accent } = terminal.noteStyle;
  const width = terminal.noteColumns - 7;
  const message = report.code === null ? report.message : `${report.message} [${report.code}]`;
  return [
    `${bad('error:')} ${wrapText(message, width, '       ')}`,
    ...report.issues.map((issue) => `  ${issue.path || '/'} ${dim(issue.code)} ${neutralizeControls(issue.message)}`),
    ...(report.requestId === null ? [] : [`  request id ${report.requestId}`]),
    ...(report.hint === null ? [] : [`${accent('hint:')}  ${wrapText(report.hint, width, '       ')}`]),
  ];
}

const BUG_HINT = 'This should not happen: it is a bug of dip. Run it again with --debug and report what it prints.';

/** An error that nobody gave a code or an exit code: not a failure of the world, but of this program. */
function isBug(error: unknown): boolean {
  return !(error instanceof CliError) && textField(error, 'code') === null;
}

function fieldOf(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null && name in holder ? Reflect.get(holder, name) : undefined;
}

function textField(error: unknown, name: string): string | null {
  const value = fieldOf(error, name);
  return typeof value === 'string' && value !== '' ? neutralizeControls(value) : null;
}

function issuesOf(error: unknown): ErrorIssue[] {
  const issues = fieldOf(error, 'issues') ?? fieldOf(error, 'findings');
  if (!Array.isArray(issues)) return [];
  return issues.flatMap((issue: unknown) => {
    const message = textField(issue, 'message');
    if (message === null) return [];
    return [{ path: textField(issue, 'path') ?? '', code: textField(issue, 'code') ?? '', message }];
  });
}
