import type { ColumnMetadata } from 'tedious/lib/token/colmetadata-token-parser.js';
import type { Statement } from '../driver.ts';
import { CappedRows } from '../pool/capped-rows.ts';
import type { ConnectionResult } from '../pool/driver-connection.ts';
import { fromSqlserverValue } from './sqlserver-values.ts';

/** What a row event of tedious brings: one for each column. */
interface Cell {
  readonly value: unknown;
  readonly metadata: Pick<ColumnMetadata, 'type' | 'dataLength'>;
}

/**
 * Gathers what tedious emits for one statement. A procedure answers with several results; the first with rows is the
 * statement's, what comes after it is read and dropped.
 */
export class SqlserverResult {
  readonly #rows: CappedRows;
  #columns: readonly string[] | undefined;
  #isFirst = true;
  #affectedRows = 0;

  constructor(caps: Pick<Statement, 'maxRows' | 'maxBytes'>) {
    this.#rows = new CappedRows(caps);
  }

  /** Whether the server has begun to send rows. */
  get hasColumns(): boolean {
    return this.#columns !== undefined;
  }

  takeColumns(columns: readonly Pick<ColumnMetadata, 'colName'>[]): void {
    this.#isFirst = this.#columns === undefined;
    if (this.#isFirst) this.#columns = columns.map(({ colName }) => colName);
  }

  /** False when the row was left out, and so will be every other. */
  takeRow(cells: readonly Cell[]): boolean {
    if (!this.#isFirst) return true;
    return this.#rows.add(
      cells.map(({ value, metadata }) => fromSqlserverValue(value, metadata.type.name, metadata.dataLength)),
    );
  }

  /** Rows that one statement changed. Those of a trigger come before those of the statement that fired it. */
  takeCount(rows: number | undefined): void {
    if (rows !== undefined) this.#affectedRows = rows;
  }

  /** The server sent more than may be read. */
  truncate(): void {
    this.#rows.truncate();
  }

  toConnectionResult(): ConnectionResult {
    return {
      columns: this.#columns ?? [],
      rows: this.#rows.rows,
      affectedRows: this.#columns ? 0 : this.#affectedRows,
      truncated: this.#rows.truncated,
    };
  }
}
