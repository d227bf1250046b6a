import type { Statement } from '../driver.ts';

const BYTES_OF_A_SCALAR = 8;

/**
 * Keeps the rows of one result within the caps of its statement. States: open -> full with the first row that does not
 * fit; what comes later is left out too, so that the kept rows are always the first ones.
 */
export class CappedRows {
  readonly rows: (readonly unknown[])[] = [];
  readonly #maxRows: number;
  readonly #maxBytes: number;
  #sizeBytes = 0;
  #isTruncated = false;

  constructor({ maxRows, maxBytes }: Pick<Statement, 'maxRows' | 'maxBytes'>) {
    this.#maxRows = maxRows;
    this.#maxBytes = maxBytes;
  }

  /** Whether a row was left out. */
  get truncated(): boolean {
    return this.#isTruncated;
  }

  /** Takes a row; false when it was left out, and so will be every other. */
  add(row: readonly unknown[]): boolean {
    if (this.#isTruncated || this.rows.length >= this.#maxRows) return this.truncate();
    const sizeBytes = this.#sizeBytes + sizeOf(row);
    if (sizeBytes > this.#maxBytes) return this.truncate();
    this.#sizeBytes = sizeBytes;
    this.rows.push(row);
    return true;
  }

  /** Says that rows were left out before they got here. */
  truncate(): false {
    this.#isTruncated = true;
    return false;
  }
}

function sizeOf(row: readonly unknown[]): number {
  let sizeBytes = 0;
  for (const value of row) {
    if (typeof value === 'string') sizeBytes += Buffer.byteLength(value);
    else sizeBytes += value instanceof Uint8Array ? value.byteLength : BYTES_OF_A_SCALAR;
  }
  return sizeBytes;
}
