import path from 'node:path';
import { CliError, isErrorWithCode } from '../../cli-error.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { loadEnvironment } from '../../session/environment.ts';
import { resolveAuditFile } from '../../session/settings.ts';

/** The audit file that a command means: the operand, else by settings. Absolute. */
export async function resolveAuditOperand(context: CommandContext, operands: readonly string[]): Promise<string> {
  const named = operands[0] ?? resolveAuditFile({}, await loadEnvironment(context.env, context.cwd));
  return path.resolve(context.cwd, named);
}

/** A file that cannot be read, said with what to do; any other failure as it is. */
export function explainAuditFileError(error: unknown, file: string): unknown {
  if (!isErrorWithCode(error)) return error;
  if (error.code === 'ENOENT') {
    return new CliError(`There is no audit file ${file}.`, {
      hint: '`dip apply` and `dip delete` write one; name another with the argument or DIP_AUDIT_FILE.',
    });
  }
  return ['EACCES', 'EISDIR', 'EPERM', 'ENOTDIR'].includes(error.code)
    ? new CliError(`The audit file ${file} cannot be read (${error.code}).`, {
        hint: 'Check the path and permissions.',
      })
    : error;
}

/** Relative where it lies below the working folder; a path full of dots helps nobody. */
export function toShownPath(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative.startsWith('..') ? file : relative;
}
