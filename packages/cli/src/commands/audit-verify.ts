import path from 'node:path';
import type { AuditVerification } from '@dipswitch/client';
import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { stopSignal } from '../interrupts.ts';
import { printStructured } from '../output/structured.ts';
import type { Terminal } from '../output/terminal.ts';
import { countOf } from '../output/text.ts';
import { isErrorWithCode, loadEnvironment, resolveAuditFile } from '../settings.ts';

/** The audit file that a command means: the operand, else by settings. Absolute. */
export async function resolveAuditOperand(context: CommandContext, operands: readonly string[]): Promise<string> {
  const named = operands[0] ?? resolveAuditFile({}, await loadEnvironment(context.env, context.cwd));
  return path.resolve(context.cwd, named);
}

/** A file that can not be read, said with what to do; any other failure as it is. */
export function explainAuditFileError(error: unknown, file: string): unknown {
  if (!isErrorWithCode(error)) return error;
  if (error.code === 'ENOENT') {
    return new CliError(`There is no audit file ${file}.`, {
      hint: '`dip apply` and `dip delete` write one; name another with the argument or DIP_AUDIT_FILE.',
    });
  }
  return ['EACCES', 'EISDIR', 'EPERM'].includes(error.code)
    ? new CliError(`The audit file ${file} can not be read (${error.code}).`, {
        hint: 'Check the path and permissions.',
      })
    : error;
}

export async function runAuditVerify(
  context: CommandContext,
  _flags: object,
  operands: readonly string[],
): Promise<ExitCode> {
  const file = await resolveAuditOperand(context, operands);
  const { verifyAuditFile } = await import('@dipswitch/client/verify-audit-file');
  const signal = stopSignal(context.interrupts);
  const result = await verifyAuditFile(file, { signal }).catch((error: unknown) => {
    throw explainAuditFileError(error, file);
  });
  if (!(await printStructured(context.terminal, result))) {
    printVerification(context.terminal, result, toShownPath(file, context.cwd));
  }
  return result.ok ? EXIT_CODES.done : EXIT_CODES.failed;
}

/** Relative where it lies below the working folder; a path full of dots helps nobody. */
function toShownPath(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative.startsWith('..') ? file : relative;
}

function printVerification(terminal: Terminal, result: AuditVerification, shown: string): void {
  const { good, bad, dim } = terminal.style;
  const first = result.defects[0];
  if (result.ok || first === undefined) {
    const head = result.head === null ? '' : dim(`, head ${result.head.sequence} ${result.head.hash.slice(0, 16)}`);
    terminal.result(`${good('intact')}  ${shown}: ${countOf(result.records, 'record')}${head}`);
    return;
  }
  const sequence = first.sequence === null ? '' : ` sequence ${first.sequence}`;
  terminal.result(`${bad('broken')}  ${shown}:${first.line}${sequence} ${dim(first.code)}\n        ${first.message}`);
  const more = result.defectCount - 1;
  terminal.note(
    `This is the first bad record${more > 0 ? ` of ${result.defectCount}; -o json lists them` : ''}. ` +
      'Keep the file as it is: it is evidence.',
  );
}
