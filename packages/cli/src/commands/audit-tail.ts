import { open } from 'node:fs/promises';
import { auditRecordSchema } from '@dipswitch/contract';
import type { CommandContext } from '../command-context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { printStructured } from '../output/structured.ts';
import { renderTable } from '../output/table.ts';
import { formatDuration, neutralizeControls } from '../output/text.ts';
import { explainAuditFileError, resolveAuditOperand } from './audit-verify.ts';

export interface AuditTailFlags {
  readonly lines: number;
}

const BLOCK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** The last lines of a file, read from its end, so that the size of the file does not matter. */
export async function readLastLines(file: string, count: number): Promise<string[]> {
  await using handle = await open(file, 'r');
  let position = (await handle.stat()).size;
  let tail = Buffer.alloc(0);
  let newlines = 0;
  // One newline more than lines: the file ends with one.
  while (position > 0 && newlines <= count) {
    const length = Math.min(BLOCK_BYTES, position);
    position -= length;
    const block = Buffer.alloc(length);
    await handle.read(block, 0, length, position);
    for (const byte of block) if (byte === NEWLINE) newlines += 1;
    tail = Buffer.concat([block, tail]);
  }
  const lines = tail.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.slice(-count);
}

interface TailRow {
  readonly timestamp: string;
  readonly event: string;
  readonly target: string;
  readonly status: string;
  readonly latency: string;
  readonly actor: string;
}

export async function runAuditTail(
  context: CommandContext,
  flags: AuditTailFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  const { terminal } = context;
  const file = await resolveAuditOperand(context, operands);
  const lines = await readLastLines(file, flags.lines).catch((error: unknown) => {
    throw explainAuditFileError(error, file);
  });
  if (terminal.format !== 'table') {
    await printStructured(terminal, { items: lines.map(parseLine) });
    return EXIT_CODES.done;
  }
  const rows = lines.map(toRow);
  if (rows.length === 0) terminal.note('The audit file is empty.');
  else terminal.result(renderTable(terminal, columnsOf(terminal.style), rows));
  return EXIT_CODES.done;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return { unparseable: line };
  }
}

function toRow(line: string): TailRow {
  const parsed = auditRecordSchema.safeParse(parseLine(line));
  if (!parsed.success) {
    return { timestamp: '?', event: 'UNPARSEABLE', target: 'run dip audit verify', status: '', latency: '', actor: '' };
  }
  const record = parsed.data;
  return {
    timestamp: record.timestamp.replace('T', ' ').replace(/\.\d+Z$/, 'Z'),
    event: neutralizeControls(record.eventType),
    target: neutralizeControls(record.connectorId ?? record.actionId ?? ''),
    status: record.status,
    latency: formatDuration(record.latencyMs),
    actor: neutralizeControls(record.actor),
  };
}

function columnsOf(style: CommandContext['terminal']['style']) {
  return [
    { title: 'TIME', cell: (row: TailRow) => row.timestamp },
    { title: 'EVENT', cell: (row: TailRow) => row.event },
    { title: 'OF', cell: (row: TailRow) => row.target, shrinks: true },
    {
      title: 'STATUS',
      cell: (row: TailRow) => row.status,
      paint: (text: string, row: TailRow) => (row.status === 'SUCCESS' ? style.good(text) : style.bad(text)),
    },
    { title: 'LATENCY', cell: (row: TailRow) => row.latency, alignRight: true },
    { title: 'ACTOR', cell: (row: TailRow) => row.actor },
  ];
}
