import type { DatabaseKind } from '../catalogue/database-catalogue.ts';

/** What a statement has to know of an input: the name it is written as, and how many placeholders it needs. */
export interface StatementInput {
  readonly name: string;
  /** Null for a single value. */
  readonly array: { readonly maxItems: number } | null;
}

/** Which input value stands at a placeholder; `item` counts from 0 and is null for an input that is no array. */
export interface ParameterSlot {
  readonly name: string;
  readonly item: number | null;
}

/**
 * A statement with the native placeholders of its database. An array input of at most N items has N placeholders
 * whatever comes: a shorter one is filled up by repeating its last item, so that no input changes the text.
 */
export interface CompiledStatement {
  readonly kind: DatabaseKind;
  readonly text: string;
  /** One for each value that the driver binds, in its order. */
  readonly slots: readonly ParameterSlot[];
}
