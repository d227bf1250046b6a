import { isLob, type OracleTypeName, type OracleValue } from './oracle-types.ts';
import type { OracleColumn } from './responses.ts';

/** A parsed statement that a session keeps, with the rows of its last execution that were not fetched yet. */
export class OracleCursor {
  readonly id: number;
  readonly statement: string;
  bindTypes: readonly OracleTypeName[] = [];
  defines: readonly OracleTypeName[] | undefined;
  columns: readonly OracleColumn[] = [];
  #rows: Iterator<readonly OracleValue[]> = [].values();

  constructor(id: number, statement: string) {
    this.id = id;
    this.statement = statement;
  }

  /** A LOB is sent only after the client has said as what it wants it. */
  get waitsForDefines(): boolean {
    return this.defines === undefined && this.columns.some((column) => isLob(column.type));
  }

  open(columns: readonly OracleColumn[], rows: Iterable<readonly OracleValue[]>): void {
    this.columns = columns;
    this.#rows = rows[Symbol.iterator]();
  }

  /** Up to `count` rows; `isEnd` when there are no more and fewer than asked for came. */
  take(count: number): { readonly rows: ReadonlyArray<readonly OracleValue[]>; readonly isEnd: boolean } {
    const rows: Array<readonly OracleValue[]> = [];
    while (rows.length < count) {
      const next = this.#rows.next();
      if (next.done === true) return { rows, isEnd: true };
      rows.push(next.value);
    }
    return { rows, isEnd: false };
  }
}
