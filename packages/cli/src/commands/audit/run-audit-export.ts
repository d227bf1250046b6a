import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { AuditExportFormat, ExportAuditFileOptions } from '@dipswitch/client/export-audit-file';
import { CliError, createUsageError, isErrorWithCode } from '../../cli-error.ts';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { countOf } from '../../output/text.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { explainAuditFileError, resolveAuditOperand } from './audit-file-operand.ts';

export interface AuditExportFlags {
  readonly format: AuditExportFormat;
  readonly since?: string;
  readonly until?: string;
  readonly eventType?: readonly string[];
  readonly connector?: readonly string[];
  readonly out?: string;
}

/** Writes records for another program: to stdout, or as a whole file or none at all. */
export async function runAuditExport(
  context: CommandContext,
  flags: AuditExportFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  const filter = toFilter(flags, context.now());
  const file = await resolveAuditOperand(context, operands);
  const sink = await openSink(context, flags.out);
  let records = 0;
  let unreadable = 0;
  try {
    const { exportAuditFile } = await import('@dipswitch/client/export-audit-file');
    const signal = stopSignal(context.interrupts);
    for await (const batch of exportAuditFile(file, { format: flags.format, ...filter, signal })) {
      if (batch.text !== '') await sink.write(batch.text);
      records += batch.records;
      unreadable += batch.unreadable;
    }
    await sink.finish();
  } catch (error) {
    await sink.discard();
    throw explainAuditFileError(error, file);
  }
  const { terminal } = context;
  terminal.note(`${countOf(records, 'record')} exported${flags.out === undefined ? '' : ` to ${flags.out}`}.`);
  if (unreadable === 0) return EXIT_CODES.done;
  terminal.alert(
    `${terminal.noteStyle.bad('incomplete:')} ${countOf(unreadable, 'line')} could not be read as a record; ` +
      '`dip audit verify` names the first one.',
  );
  return EXIT_CODES.failed;
}

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `2026-11-23`, `2026-11-23T10:00:00Z`, or an age such as `24h`. @throws CliError (64) */
function parseInstant(flag: string, text: string, nowMs: number): number {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return nowMs - Number(count) * (UNITS_MS[unit] ?? 0);
  const instantMs = /^\d{4}-\d{2}-\d{2}(T.+)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instantMs)) {
    throw createUsageError(
      `${flag} is neither a time nor an age.`,
      'Give it like 2026-11-23, 2026-11-23T10:00:00Z, 90m, 24h or 7d.',
    );
  }
  return instantMs;
}

function toFilter(flags: AuditExportFlags, nowMs: number): Omit<ExportAuditFileOptions, 'format'> {
  const { since, until, eventType, connector } = flags;
  return {
    ...(since === undefined ? {} : { sinceMs: parseInstant('--since', since, nowMs) }),
    ...(until === undefined ? {} : { untilMs: parseInstant('--until', until, nowMs) }),
    ...(eventType === undefined ? {} : { eventTypes: eventType }),
    ...(connector === undefined ? {} : { connectorIds: connector }),
  };
}

interface ExportSink {
  write(text: string): Promise<void>;
  /** Everything was written. */
  finish(): Promise<void>;
  /** It was not: leaves nothing behind that could be taken for the whole. */
  discard(): Promise<void>;
}

async function openSink({ terminal, cwd }: CommandContext, out: string | undefined): Promise<ExportSink> {
  if (out === undefined) {
    const nothing = async (): Promise<void> => undefined;
    return { write: async (text) => terminal.rawResult(text), finish: nothing, discard: nothing };
  }
  const target = path.resolve(cwd, out);
  const partial = `${target}.partial`;
  const handle = await open(partial, 'w', 0o600).catch((error: unknown) => {
    if (!isErrorWithCode(error)) throw error;
    throw new CliError(`${out} cannot be written (${error.code}).`, {
      hint: 'Check the path and permissions.',
      cause: error,
    });
  });
  return {
    write: async (text) => void (await handle.appendFile(text)),
    finish: async () => {
      await handle.sync();
      await handle.close();
      await rename(partial, target);
    },
    discard: async () => {
      await handle.close();
      await rm(partial, { force: true });
    },
  };
}
