import type { AuditVerification, VerifyAuditFileOptions } from '@dipswitch/client';
import type { AuditHead } from '@dipswitch/contract';
import { createUsageError } from '../../cli-error.ts';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { printStructured } from '../../output/structured.ts';
import { countOf } from '../../output/text.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { explainAuditFileError, resolveAuditOperand, toShownPath } from './audit-file-operand.ts';

export interface AuditVerifyFlags {
  /** `SEQUENCE:HASH`, the hash in full or its beginning. */
  readonly head?: string;
  /** `SEQUENCE:HASH`, the hash in full. */
  readonly start?: string;
  readonly single?: boolean;
}

export async function runAuditVerify(
  context: CommandContext,
  flags: AuditVerifyFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  const options: VerifyAuditFileOptions = {
    signal: stopSignal(context.interrupts),
    ...(flags.head === undefined ? {} : { expectedHead: parseHead('--head', flags.head, SHOWN_HASH_LENGTH) }),
    ...(flags.start === undefined ? {} : { start: parseHead('--start', flags.start, FULL_HASH_LENGTH) }),
    ...(flags.single === true ? { single: true } : {}),
  };
  const file = await resolveAuditOperand(context, operands);
  const { verifyAuditFile } = await import('@dipswitch/client/verify-audit-file');
  const result = await verifyAuditFile(file, options).catch((error: unknown) => {
    throw explainAuditFileError(error, file);
  });
  if (!(await printStructured(context.terminal, result))) printVerification(context, result);
  return result.ok ? EXIT_CODES.done : EXIT_CODES.failed;
}

const FULL_HASH_LENGTH = 64;
/** As many digits as a verification shows. */
const SHOWN_HASH_LENGTH = 16;

/** @throws CliError (64) */
function parseHead(flag: string, text: string, minLength: number): AuditHead {
  const [, digits = '', hash = ''] = /^(\d{1,15}):([0-9a-fA-F]{1,64})$/.exec(text) ?? [];
  const sequence = Number(digits);
  if (sequence < 1 || hash.length < minLength) {
    throw createUsageError(
      `${flag} must be SEQUENCE:HASH, the hash with ${minLength === FULL_HASH_LENGTH ? 'all 64' : `at least ${minLength}`} digits.`,
      '`dip audit verify -o json` gives sequence and hash of a head; an engine writes them to its log at each checkpoint.',
    );
  }
  return { sequence, hash: hash.toLowerCase() };
}

function printVerification({ terminal, cwd }: CommandContext, result: AuditVerification): void {
  const { good, bad, dim } = terminal.style;
  const shown = toShownPath(result.file, cwd);
  const first = result.defects[0];
  if (result.ok || first === undefined) {
    const files = result.files.length > 1 ? ` in ${result.files.length} files` : '';
    const start = result.start === null ? '' : dim(`, from ${result.start.sequence + 1} on`);
    const head =
      result.head === null ? '' : dim(`, head ${result.head.sequence}:${result.head.hash.slice(0, SHOWN_HASH_LENGTH)}`);
    terminal.result(`${good('intact')}  ${shown}: ${countOf(result.records, 'record')}${files}${start}${head}`);
    if (result.comparedHeads > 0)
      terminal.note(`${countOf(result.comparedHeads, 'head')} known from elsewhere: the same.`);
    return;
  }
  const sequence = first.sequence === null ? '' : ` sequence ${first.sequence}`;
  const place = `${toShownPath(first.file, cwd)}:${first.line}${sequence}`;
  terminal.result(`${bad('broken')}  ${place} ${dim(first.code)}\n        ${first.message}`);
  const more = result.defectCount - 1;
  terminal.note(
    `This is the first bad record${more > 0 ? ` of ${result.defectCount}; -o json lists them` : ''}. ` +
      'Keep the files as they are: they are evidence.',
  );
}
