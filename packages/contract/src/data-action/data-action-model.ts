import type { CompiledStatement } from '../statement/compiled-statement.ts';
import type { DataActionBody } from '../wire/data-action.ts';
import type { DataActionAccess } from '../wire/data-action-limits.ts';

export type FieldType = 'string' | 'integer' | 'number' | 'boolean';
/** Of texts only. `byte` is base64 (the value is binary), `decimal` a number as text without loss. */
export type FieldFormat = 'date' | 'time' | 'date-time' | 'byte' | 'decimal';
export type FieldScalar = string | number | boolean | null;

/** One property of `input`, as the binder and the coercion of an engine need it. */
export interface InputField {
  readonly name: string;
  readonly type: FieldType;
  readonly format: FieldFormat | null;
  readonly required: boolean;
  /** The schema allows null (`type: [string, "null"]`); an optional input that is absent is bound as NULL too. */
  readonly nullable: boolean;
  /** Taken when the input is absent. */
  readonly default: FieldScalar | undefined;
  /** In UTF-16 units. */
  readonly minLength: number | null;
  readonly maxLength: number | null;
  readonly pattern: RegExp | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly enum: readonly FieldScalar[] | null;
  /** `x-sensitive`: leaves the engine only as keyed HMAC. */
  readonly sensitive: boolean;
  /** `type: array`: the other members describe its items. */
  readonly array: { readonly minItems: number; readonly maxItems: number } | null;
}

/** One property of `output`. A declared field is in every answer: its value, else `default`, else null. */
export interface OutputField {
  readonly name: string;
  readonly type: FieldType;
  readonly format: FieldFormat | null;
  /** In UTF-16 units, of texts; longer values are cut and the answer says `truncated`. */
  readonly maxLength: number | null;
  readonly default: FieldScalar;
}

/** A data action that follows every rule, with what validation learnt on the way and all defaults filled in. */
export interface ValidDataAction {
  /** The submitted value itself, not a copy. */
  readonly body: DataActionBody;
  readonly access: DataActionAccess;
  readonly limits: {
    readonly deadlineMs: number;
    readonly maxRows: number;
    readonly maxBytes: number;
    readonly maxConcurrency: number;
    readonly ratePerSecond: number;
  };
  readonly cache: { readonly ttlSeconds: number; readonly staleIfErrorSeconds: number; readonly coalesce: boolean };
  readonly input: readonly InputField[];
  readonly output: readonly OutputField[];
  readonly fallback: Readonly<Record<string, FieldScalar>> | null;
  /** Null when the database kind is not known (a file that names a connector of the server). */
  readonly statement: CompiledStatement | null;
}
