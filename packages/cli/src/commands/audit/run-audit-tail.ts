import { auditRecordSchema } from '@dipswitch/contract';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { printStructured } from '../../output/structured.ts';
import { renderTable } from '../../output/table.ts';
import { formatDuration, neutralizeControls } from '../../output/text.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { explainAuditFileError, resolveAuditOperand } from './audit-file-operand.ts';

export interface AuditTailFlags {
  readonly lines: number;
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
  const { readLastAuditLines } = await import('@dipswitch/client/audit-lines');
  const lines = await readLastAuditLines(file, flags.lines).catch((error: unknown) => {
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
    timestamp: neutralizeControls(record.timestamp.replace('T', ' ').replace(/\.\d+Z$/, 'Z')),
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
