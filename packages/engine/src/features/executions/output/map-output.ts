import type { FieldScalar, Outcome, OutputField, ValidDataAction } from '@dipswitch/contract';
import type { StatementResult } from '../../../drivers/driver.ts';
import { ANSWER_HEAD_MAX_BYTES } from './answer-line.ts';
import { type CutMark, encodeField } from './encode-field.ts';

/** What a statement returned, mapped to the declared output and encoded; the same for every caller. */
export interface MappedOutput {
  readonly outcome: Outcome;
  readonly rowCount: number;
  readonly truncated: boolean;
  /** Members of the answer, each with a comma before it: every declared field, and `rows` where there may be several. */
  readonly members: string;
}

interface Rows {
  readonly json: string;
  readonly count: number;
}

const NO_ROW: readonly unknown[] = [];
const NO_POSITIONS: readonly number[] = [];
/** `,"rows":[` and `]`. */
const ROWS_FRAME_BYTES = 10;

/**
 * The declared output of one version of a data action, prepared to turn results into members of an answer. Whatever a
 * database returns, every field is there and the whole answer stays within `maxBytes`.
 */
export class OutputMapping {
  readonly #fields: readonly OutputField[];
  readonly #keys: readonly string[];
  readonly #rowKeys: readonly string[];
  readonly #defaults: readonly string[];
  readonly #positions: ColumnPositions;
  readonly #maxRows: number;
  readonly #membersMaxBytes: number;
  readonly #isWrite: boolean;
  readonly #mark: CutMark = { isCut: false };
  /** Members of an answer without a row: the declared defaults, else null. */
  readonly emptyMembers: string;
  /** Members of the static fallback; null when the action has none. */
  readonly fallbackMembers: string | null;

  constructor({ output, limits, access, fallback }: ValidDataAction) {
    this.#fields = output;
    this.#keys = output.map((field) => `,"${field.name}":`);
    this.#rowKeys = output.map((field, index) => `${index === 0 ? '' : ','}"${field.name}":`);
    this.#defaults = output.map((field) => encodeField(field, field.default, { isCut: false }) ?? 'null');
    this.#positions = new ColumnPositions(output);
    this.#maxRows = limits.maxRows;
    this.#membersMaxBytes = limits.maxBytes - ANSWER_HEAD_MAX_BYTES;
    this.#isWrite = access === 'write';
    this.emptyMembers = this.#withRows(this.#encodeFlat(NO_ROW, NO_POSITIONS), '');
    this.fallbackMembers = fallback === null ? null : this.#toFallback(fallback);
  }

  map(result: StatementResult): MappedOutput {
    const { rows } = result;
    const first = rows[0];
    if (first === undefined) return this.#withoutRow(result);
    const positions = this.#positions.of(result.columns);
    this.#mark.isCut = result.truncated || rows.length > this.#maxRows;
    const flat = this.#encodeFlat(first, positions);
    const kept = this.#maxRows === 1 ? null : this.#encodeRows(rows, positions, flat);
    return {
      outcome: this.#isWrite ? 'DONE' : 'FOUND',
      rowCount: kept === null ? 1 : Math.max(1, kept.count),
      truncated: this.#mark.isCut,
      members: this.#withRows(flat, kept?.json ?? ''),
    };
  }

  #withoutRow(result: StatementResult): MappedOutput {
    return {
      outcome: this.#isWrite ? 'DONE' : 'NO_RECORDS',
      rowCount: this.#isWrite ? toCount(result.affectedRows) : 0,
      truncated: result.truncated,
      members: this.emptyMembers,
    };
  }

  #encodeFlat(row: readonly unknown[], positions: readonly number[]): string {
    const flat = this.#encodeRow(row, positions, this.#keys);
    return fits(flat, this.#membersMaxBytes - this.#frameBytes) ? flat : this.#encodeTight(row, positions);
  }

  #encodeRow(row: readonly unknown[], positions: readonly number[], keys: readonly string[]): string {
    let json = '';
    for (let index = 0; index < keys.length; index += 1) json += keys[index] + this.#encodeAt(index, row, positions);
    return json;
  }

  #encodeAt(index: number, row: readonly unknown[], positions: readonly number[]): string {
    const field = this.#fields[index];
    const position = positions[index] ?? -1;
    const encoded = field === undefined || position < 0 ? null : encodeField(field, row[position], this.#mark);
    return encoded ?? this.#defaults[index] ?? 'null';
  }

  /** Validation sees to it that one row always fits; should it not, the fields that do not fit are null. */
  #encodeTight(row: readonly unknown[], positions: readonly number[]): string {
    this.#mark.isCut = true;
    let left = this.#membersMaxBytes - this.#frameBytes;
    for (const key of this.#keys) left -= key.length + 'null'.length;
    let json = '';
    this.#keys.forEach((key, index) => {
      const encoded = this.#encodeAt(index, row, positions);
      const extra = Buffer.byteLength(encoded) - 'null'.length;
      const isKept = extra <= left;
      if (isKept) left -= extra;
      json += key + (isKept ? encoded : 'null');
    });
    return json;
  }

  /** As many rows as `maxRows` and the bytes that the first row leaves allow. */
  #encodeRows(rows: StatementResult['rows'], positions: readonly number[], flat: string): Rows {
    let left = this.#membersMaxBytes - this.#frameBytes - Buffer.byteLength(flat);
    let json = '';
    let count = 0;
    const end = Math.min(rows.length, this.#maxRows);
    for (; count < end; count += 1) {
      const row = `${count === 0 ? '' : ','}{${this.#encodeRow(rows[count] ?? NO_ROW, positions, this.#rowKeys)}}`;
      left -= Buffer.byteLength(row);
      if (left < 0) {
        this.#mark.isCut = true;
        break;
      }
      json += row;
    }
    return { json, count };
  }

  get #frameBytes(): number {
    return this.#maxRows === 1 ? 0 : ROWS_FRAME_BYTES;
  }

  #withRows(flat: string, rows: string): string {
    return this.#maxRows === 1 ? flat : `${flat},"rows":[${rows}]`;
  }

  #toFallback(fallback: Readonly<Record<string, FieldScalar>>): string {
    const row = this.#fields.map(({ name }) => (Object.hasOwn(fallback, name) ? fallback[name] : null));
    return this.#withRows(
      this.#encodeFlat(
        row,
        row.map((_, index) => index),
      ),
      '',
    );
  }
}

/** A text has at most three bytes a unit, so that most need not be counted. */
function fits(text: string, maxBytes: number): boolean {
  return text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes;
}

function toCount(rows: number): number {
  return Number.isSafeInteger(rows) && rows > 0 ? rows : 0;
}

/**
 * Finds the columns of the declared fields: by the exact name, else by one that differs in case only (Oracle answers in
 * capitals). What was found is kept for as long as the statement returns the same columns.
 */
class ColumnPositions {
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
