import type { DatabaseKind } from '../catalogue/database-catalogue.ts';
import { isMember, type StatementPart } from './statement-parts.ts';

/** Words that begin a statement of SQL Server. They are reserved there: no unquoted name is one of them. */
const STARTERS: ReadonlySet<string> = new Set(
  (
    'SELECT INSERT UPDATE DELETE MERGE EXEC EXECUTE SET DECLARE PRINT RAISERROR IF WHILE BEGIN COMMIT ROLLBACK SAVE RETURN ' +
    'BREAK CONTINUE GOTO WAITFOR USE CREATE ALTER DROP TRUNCATE GRANT REVOKE DENY BACKUP RESTORE BULK DBCC KILL SHUTDOWN ' +
    'CHECKPOINT RECONFIGURE REVERT OPEN CLOSE FETCH DEALLOCATE READTEXT WRITETEXT UPDATETEXT LOAD DUMP'
  ).split(' '),
);
const MAIN_WORDS: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE']);
const SET_OPERATORS: ReadonlySet<string> = new Set(['UNION', 'ALL', 'EXCEPT', 'INTERSECT']);
const INSERT_SOURCES: ReadonlySet<string> = new Set(['SELECT', 'EXEC', 'EXECUTE']);
const MERGE_ACTIONS: ReadonlySet<string> = new Set(['UPDATE', 'INSERT', 'DELETE']);

/**
 * Whether there is more than one statement. `parts` without the semicolon at its end. SQL Server takes several without
 * a semicolon between them, so what begins a statement there must be a clause of the first one.
 */
export function holdsSecondStatement(parts: readonly StatementPart[], kind: DatabaseKind): boolean {
  if (parts.some(({ text }) => text === ';')) return true;
  return kind === 'sqlserver' && new StatementCounter(parts).holdsSecond();
}

class StatementCounter {
  readonly #parts: readonly StatementPart[];
  /** What the statement does, behind the common table expressions. */
  #main: string | null = null;
  /** An INSERT has had its rows. */
  #hasSource = false;
  #hasSet = false;

  constructor(parts: readonly StatementPart[]) {
    this.#parts = parts;
  }

  holdsSecond(): boolean {
    let depth = 0;
    for (const [index, { type, text }] of this.#parts.entries()) {
      if (text === '(') depth += 1;
      else if (text === ')') depth -= 1;
      else if (type !== 'word' || isMember(this.#parts, index)) continue;
      else if (depth > 0) this.#noteInner(text, index, depth);
      else if (text === 'VALUES') this.#hasSource = true;
      else if (STARTERS.has(text) && !this.#isClause(text, index)) return true;
    }
    return false;
  }

  /** `insert into t (select ...)` */
  #noteInner(text: string, index: number, depth: number): void {
    const opens = this.#parts[index - 1]?.text === '(';
    if (text === 'SELECT' && depth === 1 && opens && this.#main === 'INSERT') this.#hasSource = true;
  }

  #isClause(text: string, index: number): boolean {
    const previous = this.#parts[index - 1]?.text ?? '';
    if (this.#main === null) {
      this.#main = text;
      return index === 0 || MAIN_WORDS.has(text);
    }
    if (text === 'SELECT' && SET_OPERATORS.has(previous)) return true;
    if (text === 'FETCH') return previous === 'ROWS' || previous === 'ROW';
    if (text === 'MERGE') return this.#parts[index + 1]?.text === 'JOIN';
    if (this.#main === 'INSERT' && INSERT_SOURCES.has(text) && !this.#hasSource) {
      this.#hasSource = true;
      return true;
    }
    if (this.#main === 'MERGE' && MERGE_ACTIONS.has(text)) return previous === 'THEN';
    if (this.#main === 'MERGE' && text === 'SET') return previous === 'UPDATE';
    if (this.#main !== 'UPDATE' || text !== 'SET' || this.#hasSet) return false;
    this.#hasSet = true;
    return true;
  }
}
