import type oracledb from 'oracledb';
import type { Statement } from '../driver.ts';
import { CappedRows } from '../pool/capped-rows.ts';
import type { ConnectionResult } from '../pool/driver-connection.ts';

/** One round trip brings so many rows; more of them come in the next. */
const ROWS_AT_ONCE = 250;

/** Rows that are asked for together: one more than the cap shows whether there are more. */
export function rowsAtOnce({ maxRows }: Statement): number {
  return Math.min(maxRows + 1, ROWS_AT_ONCE);
}

/** The rows of one query within its caps. What was read when the connection was cut is kept. */
export class OracleResult {
  readonly #rows: CappedRows;
  readonly #batch: number;
  #columns: readonly string[] = [];

  constructor(statement: Statement) {
    this.#rows = new CappedRows(statement);
    this.#batch = rowsAtOnce(statement);
  }

  /** Reads until the end or a cap, then gives the cursor back to the statement cache. */
  async read(resultSet: oracledb.ResultSet<unknown>): Promise<void> {
    this.#columns = resultSet.metaData.map((column) => column.name);
    while (await this.#readSome(resultSet));
    await resultSet.close();
  }

  async #readSome(resultSet: oracledb.ResultSet<unknown>): Promise<boolean> {
    const rows = await resultSet.getRows(this.#batch);
    const allFit = rows.every((row) => this.#rows.add(Array.isArray(row) ? row : [row]));
    return allFit && rows.length === this.#batch;
  }

  /** Says that rows were left out before they got here. */
  truncate(): void {
    this.#rows.truncate();
  }

  toConnectionResult(): ConnectionResult {
    return { columns: this.#columns, rows: this.#rows.rows, affectedRows: 0, truncated: this.#rows.truncated };
  }
}
