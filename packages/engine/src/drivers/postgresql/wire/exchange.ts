import type { DriverError } from '../../driver.ts';
import type { PreparedStatement } from './prepared-statements.ts';
import { NO_COLUMNS, type PostgresqlServerError, type ResultColumns } from './server-messages.ts';

/** How much an answer may hold. */
export interface AnswerBounds {
  /** Rows beyond are not kept. */
  readonly maxRows: number;
  /** Bytes of row values beyond are not kept. */
  readonly maxBytes: number;
}

/** What a server may send beyond `maxBytes` before its connection is dropped: reading on costs less than a new login. */
const DROP_MARGIN_BYTES = 1024 * 1024;

/**
 * Messages of ours that end with one Sync, and the server's answer up to its ReadyForQuery. The rows of all statements
 * in it are taken together: at most one of them returns any.
 */
export class Exchange {
  readonly #bounds: AnswerBounds;
  readonly #onDone: (exchange: Exchange) => void;
  /** What this exchange has the server parse, until it says that it has. */
  readonly unparsed: PreparedStatement[] = [];
  /** Whether the statement was parsed by this exchange, not by one before. */
  wasParsed = false;
  /** The prepared statement whose rows come, when there is one. */
  prepared: PreparedStatement | undefined;
  columns: ResultColumns = NO_COLUMNS;
  readonly rows: unknown[][] = [];
  truncated = false;
  /** Command tag of the last statement that completed, e.g. `INSERT 0 1`; empty when the rows were cut off. */
  tag = '';
  error: PostgresqlServerError | DriverError | undefined;
  #keptBytes = 0;
  #receivedBytes = 0;
  #isDone = false;

  constructor(bounds: AnswerBounds, onDone: (exchange: Exchange) => void) {
    this.#bounds = bounds;
    this.#onDone = onDone;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  /** Whether a row of that many bytes may still be buffered. */
  hasRoomFor(bytes: number): boolean {
    return this.rows.length < this.#bounds.maxRows && this.#keptBytes + bytes <= this.#bounds.maxBytes;
  }

  /** Counts a row that was sent; false: more came than is ever read. */
  receive(bytes: number): boolean {
    this.#receivedBytes += bytes;
    return this.#receivedBytes <= this.#bounds.maxBytes + DROP_MARGIN_BYTES;
  }

  /** @throws RangeError when the message is cut short or has other columns than were described */
  addRow(buffer: Buffer, start: number, end: number): void {
    const { readers } = this.columns;
    const valueBytes = end - start - 2 - 4 * readers.length;
    if (!this.hasRoomFor(valueBytes) || this.truncated) {
      this.truncated = true;
      return;
    }
    this.#keptBytes += valueBytes;
    this.rows.push(readRow(readers, buffer, start, end));
  }

  /** Ends the exchange; what comes for it later is not looked at. */
  finish(error?: DriverError): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.error ??= error;
    this.#onDone(this);
  }
}

function readRow(readers: ResultColumns['readers'], buffer: Buffer, start: number, end: number): unknown[] {
  if (buffer.readUInt16BE(start) !== readers.length) throw new RangeError('The row has other columns than described');
  const row: unknown[] = [];
  let at = start + 2;
  for (const read of readers) {
    const length = buffer.readInt32BE(at);
    at += 4;
    if (length < 0) {
      row.push(null);
      continue;
    }
    if (at + length > end) throw new RangeError('The row is shorter than its values');
    row.push(read(buffer, at, at + length));
    at += length;
  }
  return row;
}
