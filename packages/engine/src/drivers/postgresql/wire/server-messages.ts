import { findValueReader, type ReadValue } from './postgresql-values.ts';

/** Codes of the server's messages. @see https://www.postgresql.org/docs/current/protocol-message-formats.html */
export const SERVER_MESSAGE = {
  parseComplete: 0x31,
  bindComplete: 0x32,
  closeComplete: 0x33,
  notification: 0x41,
  commandComplete: 0x43,
  dataRow: 0x44,
  error: 0x45,
  emptyQuery: 0x49,
  notice: 0x4e,
  parameterStatus: 0x53,
  rowDescription: 0x54,
  readyForQuery: 0x5a,
  noData: 0x6e,
  portalSuspended: 0x73,
  parameterDescription: 0x74,
} as const;

export interface ResultColumns {
  readonly names: readonly string[];
  readonly readers: readonly ReadValue[];
}

export const NO_COLUMNS: ResultColumns = { names: [], readers: [] };

/** What the server says went wrong. The text may hold values: it is the cause of an error of ours, never shown. */
export class PostgresqlServerError extends Error {
  override readonly name = 'PostgresqlServerError';
  /** SQLSTATE. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** @throws RangeError when the message is cut short */
export function readRowDescription(buffer: Buffer, start: number, end: number): ResultColumns {
  const count = buffer.readUInt16BE(start);
  const names: string[] = [];
  const readers: ReadValue[] = [];
  let at = start + 2;
  for (let column = 0; column < count; column += 1) {
    const nameEnd = findTerminator(buffer, at, end);
    names.push(buffer.toString('utf8', at, nameEnd));
    // Table (4 bytes) and number of the column (2) come before its type.
    readers.push(findValueReader(buffer.readUInt32BE(nameEnd + 7)));
    at = nameEnd + 19;
  }
  if (at !== end) throw new RangeError('The message has another length than its columns');
  return { names, readers };
}

/** @throws RangeError when the message is cut short */
export function readServerError(buffer: Buffer, start: number, end: number): PostgresqlServerError {
  let code = '';
  let message = '';
  for (let at = start; buffer[at] !== 0; ) {
    const valueEnd = findTerminator(buffer, at + 1, end);
    if (buffer[at] === 0x43) code = buffer.toString('latin1', at + 1, valueEnd);
    else if (buffer[at] === 0x4d) message = buffer.toString('utf8', at + 1, valueEnd);
    at = valueEnd + 1;
    if (at >= end) break;
  }
  return new PostgresqlServerError(code, message);
}

/** Text up to its terminator. @throws RangeError when there is none */
export function readTerminated(buffer: Buffer, start: number, end: number): string {
  return buffer.toString('utf8', start, findTerminator(buffer, start, end));
}

function findTerminator(buffer: Buffer, start: number, end: number): number {
  const at = buffer.indexOf(0, start);
  if (at < 0 || at >= end) throw new RangeError('A text has no end');
  return at;
}
