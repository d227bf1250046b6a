import type { OutputField } from '@dipswitch/contract';

/**
 * Finds the columns of the declared fields: by the exact name, else by one that differs in case only (Oracle answers in
 * capitals). What was found is kept for as long as the statement returns the same columns.
 */
export class ColumnPositions {
  readonly #names: readonly string[];
  #columns: readonly string[] = [];
  #positions: readonly number[];

  constructor(fields: readonly OutputField[]) {
    this.#names = fields.map((field) => field.name);
    this.#positions = fields.map(() => -1);
  }

  /** For each field its position in a row; -1 when the statement returns no such column. */
  of(columns: readonly string[]): readonly number[] {
    if (columns !== this.#columns && !isSame(columns, this.#columns)) {
      const folded = columns.map((column) => column.toLowerCase());
      this.#positions = this.#names.map((name) => {
        const exact = columns.indexOf(name);
        return exact >= 0 ? exact : folded.indexOf(name.toLowerCase());
      });
    }
    this.#columns = columns;
    return this.#positions;
  }
}

function isSame(columns: readonly string[], others: readonly string[]): boolean {
  return columns.length === others.length && columns.every((column, index) => column === others[index]);
}
