import { hostname } from 'node:os';
import { linesForward, openLogChain } from '@dipswitch/audit-log';
import { type AuditRecord, auditRecordSchema, VERSION } from '@dipswitch/contract';
import { type AuditRecordFilter, isWanted } from './audit-record-filter.ts';
import { formatCommonEvent } from './common-event-format.ts';
import { formatSyslogMessage } from './syslog-message.ts';

export const AUDIT_EXPORT_FORMATS = ['jsonl', 'cef', 'syslog'] as const;
export type AuditExportFormat = (typeof AUDIT_EXPORT_FORMATS)[number];

export interface ExportAuditFileOptions extends AuditRecordFilter {
  readonly format: AuditExportFormat;
  /** Named in syslog lines. Default: this machine. */
  readonly hostname?: string;
  readonly signal?: AbortSignal;
}

/** A part of an export. */
export interface AuditExportBatch {
  /** Whole lines, each with its line feed; may be empty. */
  readonly text: string;
  readonly records: number;
  /** Lines of the file that are no record, so that nothing can be said of them; `verifyAuditFile` names them. */
  readonly unreadable: number;
}

/** For JSON lines: the record as it stands, so that its hash still fits. */
type FormatRecord = (record: AuditRecord, timestampMs: number, line: string) => string;

/**
 * Reads an audit file, and the files rotated away from it, for another program. Exports what is there; whether it can
 * be trusted is for `verifyAuditFile` to say.
 * @throws the system's error when it cannot be read
 */
export async function* exportAuditFile(
  file: string,
  options: ExportAuditFileOptions,
): AsyncGenerator<AuditExportBatch> {
  const format = formatOf(options);
  const chain = await openLogChain(file);
  try {
    for (const part of chain.files) {
      await using reader = await part.open();
      const batches = linesForward(reader, { withRest: true, signal: options.signal });
      for await (const lines of batches) yield exportLines(lines, format, options);
    }
  } finally {
    await chain.close();
  }
}

function exportLines(lines: readonly string[], format: FormatRecord, filter: AuditRecordFilter): AuditExportBatch {
  let text = '';
  let records = 0;
  let unreadable = 0;
  for (const line of lines) {
    const record = parseRecord(line);
    const timestampMs = record === null ? Number.NaN : Date.parse(record.timestamp);
    if (record === null || Number.isNaN(timestampMs)) {
      unreadable += 1;
    } else if (isWanted(record, timestampMs, filter)) {
      text += `${format(record, timestampMs, line)}\n`;
      records += 1;
    }
  }
  return { text, records, unreadable };
}

function formatOf({ format, hostname: given }: ExportAuditFileOptions): FormatRecord {
  if (format === 'cef') return toCommonEvent;
  if (format === 'jsonl') return (_record, _timestampMs, line) => line;
  const host = given ?? hostname();
  return (record, timestampMs) => toSyslog(record, timestampMs, host);
}

/** The dictionary's bound for a custom string. */
const CUSTOM_STRING_MAX = 4000;

function toCommonEvent(record: AuditRecord, timestampMs: number): string {
  const isFailure = record.status === 'FAILED';
  return formatCommonEvent({
    deviceVendor: 'Dipswitch',
    deviceProduct: 'Dipswitch',
    deviceVersion: VERSION,
    eventClassId: record.eventType,
    name: record.eventType.replaceAll('_', ' ').toLowerCase(),
    severity: isFailure ? 6 : 3,
    extension: {
      rt: timestampMs,
      externalId: record.sequence,
      outcome: isFailure ? 'failure' : 'success',
      suser: record.actor,
      ...labelled('cs1', 'connectorId', record.connectorId),
      ...labelled('cs2', 'actionId', record.actionId),
      ...labelled('cs3', 'tenant', record.tenant),
      ...labelled('cs4', 'requestId', record.requestId),
      ...labelled('cs5', 'hash', record.hash),
      ...labelled('cs6', 'details', JSON.stringify(record.details).slice(0, CUSTOM_STRING_MAX)),
      ...labelled('cfp1', 'latencyMs', record.latencyMs),
    },
  });
}

function labelled(key: string, label: string, value: string | number | undefined): Record<string, string | number> {
  return value === undefined || value === '' ? {} : { [key]: value, [`${key}Label`]: label };
}

const FACILITY_LOG_AUDIT = 13;
const SEVERITY_WARNING = 4;
const SEVERITY_INFORMATIONAL = 6;
/** 32473 is the enterprise number for examples (RFC 5612); this project has none of its own. */
const ELEMENT_ID = 'audit@32473';

function toSyslog(record: AuditRecord, timestampMs: number, host: string): string {
  const { sequence, connectorId, actionId, status, latencyMs, actor, tenant, requestId, previousHash, hash } = record;
  return formatSyslogMessage({
    facility: FACILITY_LOG_AUDIT,
    severity: status === 'FAILED' ? SEVERITY_WARNING : SEVERITY_INFORMATIONAL,
    timestampMs,
    hostname: host,
    appName: 'dipswitch',
    procId: '',
    msgId: record.eventType,
    structuredData: [
      {
        id: ELEMENT_ID,
        parameters: {
          sequence,
          eventType: record.eventType,
          connectorId,
          actionId,
          status,
          latencyMs,
          actor,
          tenant,
          requestId,
          previousHash,
          hash,
        },
      },
    ],
    message: JSON.stringify(record.details),
  });
}

function parseRecord(line: string): AuditRecord | null {
  try {
    const record = auditRecordSchema.safeParse(JSON.parse(line));
    return record.success ? record.data : null;
  } catch {
    return null;
  }
}
