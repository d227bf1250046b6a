import type { DatabaseKind } from '../catalogue/database-catalogue.ts';
import type { ParameterSlot, StatementInput } from './compiled-statement.ts';

interface PlaceholderForm {
  readonly write: (number: number) => string;
  /** A value that stands in several places is bound once. */
  readonly isReused: boolean;
}

const FORMS: Readonly<Record<DatabaseKind, PlaceholderForm>> = {
  postgresql: { write: (number) => `$${number}`, isReused: true },
  mysql: { write: () => '?', isReused: false },
  sqlserver: { write: (number) => `@p${number}`, isReused: true },
  oracle: { write: (number) => `:${number}`, isReused: false },
};

/** Writes the placeholders of one statement, in the order of its text. */
export class PlaceholderWriter {
  /** One for each value to bind so far, in order. */
  readonly slots: ParameterSlot[] = [];
  readonly #form: PlaceholderForm;
  /** Number of the first placeholder of an input that stands in the text already. */
  readonly #first = new Map<string, number>();

  constructor(kind: DatabaseKind) {
    this.#form = FORMS[kind];
  }

  /** One placeholder, or as many as an array input has items, with commas between them. */
  write({ name, array }: StatementInput): string {
    const count = array?.maxItems ?? 1;
    const known = this.#form.isReused ? this.#first.get(name) : undefined;
    const first = known ?? this.slots.length + 1;
    if (known === undefined) {
      this.#first.set(name, first);
      for (let item = 0; item < count; item += 1) this.slots.push({ name, item: array === null ? null : item });
    }
    return Array.from({ length: count }, (_, item) => this.#form.write(first + item)).join(', ');
  }
}
