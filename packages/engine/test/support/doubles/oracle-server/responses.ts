import type { AuthenticationField } from './authentication.ts';
import { FIELDS } from './oracle-release.ts';
import { encodeValue, ORACLE_TYPES, type OracleTypeName, type OracleValue } from './oracle-types.ts';
import { TtcWriter } from './ttc-writer.ts';

const MESSAGE = {
  error: 4,
  rowHeader: 6,
  rowData: 7,
  parameter: 8,
  status: 9,
  ioVector: 11,
  describe: 16,
  endOfResponse: 29,
} as const;
const TRANSACTION_IN_PROGRESS = 0x02;
const INPUT_BIND = 32;
const NO_DATA_FOUND = 1403;

export interface OracleColumn {
  readonly name: string;
  readonly type: OracleTypeName;
}

/** How a call ended. */
export interface CallEnd {
  readonly inTransaction: boolean;
  readonly cursorId?: number;
  /** ORA number; 0 is success. */
  readonly error?: number;
  readonly message?: string;
  /** Where in the statement the error is, counted from 0. */
  readonly offset?: number;
  readonly rowCount?: number;
}

export function writeFields(fields: readonly AuthenticationField[]): Buffer {
  const writer = new TtcWriter().bytes(MESSAGE.parameter).numbers(fields.length);
  for (const [key, value, flag] of fields) writer.measuredText(key).measuredText(value).numbers(flag);
  return writer.toBuffer();
}

export function writeStatus(inTransaction: boolean): Buffer {
  return new TtcWriter()
    .bytes(MESSAGE.status)
    .numbers(inTransaction ? TRANSACTION_IN_PROGRESS : 0, 0)
    .toBuffer();
}

export function writeCallEnd(end: CallEnd, fieldVersion: number): Buffer {
  const { error = 0, rowCount = 0 } = end;
  const writer = new TtcWriter()
    .bytes(MESSAGE.error)
    .numbers(end.inTransaction ? TRANSACTION_IN_PROGRESS : 0, 0, rowCount, Math.min(error, 0xffff), 0, 0)
    .numbers(end.cursorId ?? 0, end.offset ?? 0)
    .bytes(0, 0, 0, 0, 0, 0)
    // No row id.
    .numbers(0, 0)
    .bytes(0)
    .numbers(0, 0, 0)
    .bytes(0, 0)
    .numbers(0, 0, 0, 0, 0, 0)
    .numbers(error, rowCount);
  if (fieldVersion >= FIELDS.oracle20) writer.numbers(0, 0);
  if (error !== 0) writer.text(`ORA-${String(error).padStart(5, '0')}: ${end.message ?? 'the double says so'}\n`);
  return writer.toBuffer();
}

export function noDataFound(end: Partial<CallEnd>): Partial<CallEnd> {
  return { ...end, error: NO_DATA_FOUND, message: 'no data found' };
}

export function writeEndOfResponse(): Buffer {
  return Buffer.from([MESSAGE.endOfResponse]);
}

export function writeDescription(columns: readonly OracleColumn[], fieldVersion: number): Buffer {
  const writer = new TtcWriter().bytes(MESSAGE.describe, 0).numbers(0, columns.length);
  if (columns.length > 0) writer.bytes(0);
  for (const [index, column] of columns.entries()) writeColumn(writer, column, index, fieldVersion);
  return writer.numbers(0, 0, 0, 0, 0, 0).toBuffer();
}

function writeColumn(writer: TtcWriter, column: OracleColumn, index: number, fieldVersion: number): void {
  const type = ORACLE_TYPES[column.type];
  writer
    .bytes(type.code, 0, 0, 0)
    .numbers(type.maxBytes, 0, 0, 0, 0, type.form === 2 ? 2000 : type.form === 1 ? 873 : 0)
    .bytes(type.form)
    .numbers(type.maxBytes);
  if (fieldVersion >= FIELDS.oracle12_2) writer.numbers(0);
  writer.bytes(1, 0).measuredText(column.name).numbers(0, 0, index, 0);
  if (fieldVersion >= FIELDS.oracle23_1) writer.numbers(0, 0);
  if (fieldVersion >= FIELDS.annotations) writer.numbers(0);
  if (fieldVersion >= FIELDS.vectors) writer.numbers(0).bytes(0, 0);
}

/** Rows behind their header; `defines` are the types that the client asked for instead of the columns' own. */
export function writeRows(
  columns: readonly OracleColumn[],
  defines: readonly OracleTypeName[] | undefined,
  rows: ReadonlyArray<readonly OracleValue[]>,
): Buffer {
  const writer = new TtcWriter().bytes(MESSAGE.rowHeader, 0).numbers(0, 0, 0, 0, 0, 0);
  for (const row of rows) {
    writer.bytes(MESSAGE.rowData);
    for (const [index, column] of columns.entries()) {
      const type = defines?.[index] ?? column.type;
      writer.block(encodeValue(type, row[index] ?? null));
      // An indicator and a return code.
      if (type === 'LONG' || type === 'LONG_RAW') writer.numbers(0, 0);
    }
  }
  return writer.toBuffer();
}

/** What an execution returns before its end: nothing that oracledb uses. */
export function writeParameters(): Buffer {
  return new TtcWriter().bytes(MESSAGE.parameter).numbers(0, 0, 0, 0).toBuffer();
}

/** A block of PL/SQL says of each bind whether it goes in or out; here all go in. */
export function writeBindDirections(count: number): Buffer {
  return new TtcWriter()
    .bytes(MESSAGE.ioVector, 0)
    .numbers(count, 0, 0, 0, 0, 0)
    .bytes(Buffer.alloc(count, INPUT_BIND))
    .toBuffer();
}
