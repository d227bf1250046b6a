import type { DatabaseKind } from '../catalogue/database-catalogue.ts';
import type { ParameterSlot, StatementInput } from './compiled-statement.ts';
import { SQL_DIALECTS, type SqlDialect } from './sql-dialect.ts';

/** Writes the placeholders of one statement, in the order of its text. */
export class PlaceholderWriter {
  /** One for each value to bind so far, in order. */
  readonly slots: ParameterSlot[] = [];
  readonly #dialect: SqlDialect;
  /** Number of the first placeholder of an input that stands in the text already. */
  readonly #first = new Map<string, number>();

  constructor(kind: DatabaseKind) {
    this.#dialect = SQL_DIALECTS[kind];
  }

  /** One placeholder, or as many as an array input has items, with commas between them. */
  write({ name, array }: StatementInput): string {
    const count = array?.maxItems ?? 1;
    const known = this.#dialect.reusesPlaceholders ? this.#first.get(name) : undefined;
    const first = known ?? this.slots.length + 1;
    if (known === undefined) {
      this.#first.set(name, first);
      for (let item = 0; item < count; item += 1) this.slots.push({ name, item: array === null ? null : item });
    }
    return Array.from({ length: count }, (_, item) => this.#dialect.writePlaceholder(first + item)).join(', ');
  }
}
