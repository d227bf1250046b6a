import type { DatabaseKind } from '../catalogue/database-catalogue.ts';
import type { Finding } from '../findings/finding.ts';
import type { FindingCode } from '../findings/finding-codes.ts';
import type { CompiledStatement, StatementInput } from './compiled-statement.ts';
import { findMisplacement } from './parameter-place.ts';
import { PlaceholderWriter } from './placeholder-writer.ts';
import { readStatement } from './read-statement.ts';
import type { StatementPart } from './statement-parts.ts';

export interface StatementCompilation {
  /** Null when a finding is an error. */
  readonly statement: CompiledStatement | null;
  readonly findings: Finding[];
}

/** More than any statement needs and fewer than any database takes (SQL Server: 2100). */
const SLOTS_MAX = 2000;

const STATEMENT = '/statement';
const NATIVE_PLACEHOLDER = 'holds a placeholder of the database; write the name of an input property, as in :name';

/**
 * Turns the `:name` parameters of a statement into the placeholders of its database, and holds the parameters against
 * the input, both ways. A function of the definition alone: no value of an execution has part in the text.
 */
export function compileStatement(
  statement: string,
  kind: DatabaseKind,
  input: readonly StatementInput[],
): StatementCompilation {
  const reading = readStatement(statement, kind);
  if (reading.parts === null) return { statement: null, findings: [reading.finding] };
  return bindStatement(reading.parts, reading.text, kind, input);
}

/** The same for a statement that was read. */
export function bindStatement(
  parts: readonly StatementPart[],
  text: string,
  kind: DatabaseKind,
  input: readonly StatementInput[],
): StatementCompilation {
  return new StatementBinder(parts, text, kind, input).bind();
}

class StatementBinder {
  readonly #parts: readonly StatementPart[];
  readonly #text: string;
  readonly #kind: DatabaseKind;
  readonly #fields: ReadonlyMap<string, StatementInput>;
  readonly #used = new Set<string>();
  readonly #findings: Finding[] = [];
  readonly #told = new Set<string>();
  readonly #writer: PlaceholderWriter;
  readonly #runsProcedure: boolean;

  constructor(parts: readonly StatementPart[], text: string, kind: DatabaseKind, input: readonly StatementInput[]) {
    this.#parts = parts;
    this.#text = text;
    this.#kind = kind;
    this.#fields = new Map(input.map((field) => [field.name, field]));
    this.#writer = new PlaceholderWriter(kind);
    this.#runsProcedure = kind === 'sqlserver' && parts.some(({ text }) => text === 'EXEC' || text === 'EXECUTE');
  }

  bind(): StatementCompilation {
    const text = this.#writeText();
    for (const name of this.#fields.keys()) {
      if (this.#used.has(name)) continue;
      this.#report('INPUT_NOT_USED', 'is no parameter of the statement', `/input/properties/${name}`);
    }
    if (this.#isFull()) this.#report('TOO_MANY_ITEMS', `needs more than ${SLOTS_MAX} placeholders; lower maxItems`);
    const isSound = this.#findings.length === 0;
    const statement = isSound ? { kind: this.#kind, text, slots: this.#writer.slots } : null;
    return { statement, findings: this.#findings };
  }

  #writeText(): string {
    const pieces: string[] = [];
    let copied = 0;
    let brackets = 0;
    for (const [index, part] of this.#parts.entries()) {
      if (part.text === '[') brackets += 1;
      else if (part.text === ']') brackets -= 1;
      if (part.type === 'placeholder' && !this.#isArgumentName(index)) {
        this.#report('PARAMETER_NOT_DECLARED', NATIVE_PLACEHOLDER);
      }
      const field = part.type === 'parameter' ? this.#takeField(part.text.slice(1)) : undefined;
      if (field === undefined) continue;
      const misplacement = findMisplacement(this.#parts, index, field, this.#kind, brackets > 0);
      if (misplacement !== null) this.#report('PARAMETER_MISPLACED', `:${field.name} ${misplacement}`);
      if (this.#isFull()) continue;
      pieces.push(this.#text.slice(copied, part.start), this.#writer.write(field));
      copied = part.end;
    }
    return pieces.join('') + this.#text.slice(copied);
  }

  #takeField(name: string): StatementInput | undefined {
    const field = this.#fields.get(name);
    if (field === undefined) this.#report('PARAMETER_NOT_DECLARED', `:${name} is no property of input`);
    this.#used.add(name);
    return field;
  }

  /** `exec customer_touch @id = :id`: the name is the procedure's, and can't be one of ours. */
  #isArgumentName(index: number): boolean {
    if (!this.#runsProcedure) return false;
    return this.#parts[index + 1]?.text === '=' && !/^@p\d+$/i.test(this.#parts[index]?.text ?? '');
  }

  #isFull(): boolean {
    return this.#writer.slots.length > SLOTS_MAX;
  }

  /** The same is said once, however often it is wrong. */
  #report(code: FindingCode, message: string, path = STATEMENT): void {
    const key = `${path} ${message}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#findings.push({ code, severity: 'error', path, message });
  }
}
