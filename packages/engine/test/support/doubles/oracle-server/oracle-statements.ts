import { type AnswerStatement, FetchFailure, type OracleAnswer, type OracleCall } from './oracle-answer.ts';
import { OracleCursor } from './oracle-cursor.ts';
import { OracleTransaction } from './oracle-transaction.ts';
import type { ExecuteRequest } from './requests.ts';
import {
  type CallEnd,
  noDataFound,
  writeBindDirections,
  writeCallEnd,
  writeDescription,
  writeParameters,
  writeRows,
} from './responses.ts';

const IS_BLOCK = /^\s*(?:begin|declare|call)\b/i;
const NO_SUCH_TABLE: OracleAnswer = { error: 942, message: 'table or view does not exist', offset: 14 };

/** What a call comes to: a response, or one of the ways in which there is none. */
export type Outcome =
  | { readonly response: Buffer }
  | { readonly running: string }
  | 'hang-up'
  | { readonly packets: Iterable<Buffer> };

/** The cursors and the transaction of a session, and what its statements answer. */
export class OracleStatements {
  readonly #answer: AnswerStatement;
  readonly #fieldVersion: number;
  readonly #log: (call: OracleCall['call'], statement: string) => void;
  readonly #transaction = new OracleTransaction();
  readonly #cursors = new Map<number, OracleCursor>();
  #lastCursorId = 0;

  constructor(
    answer: AnswerStatement,
    fieldVersion: number,
    log: (call: OracleCall['call'], statement: string) => void,
  ) {
    this.#answer = answer;
    this.#fieldVersion = fieldVersion;
    this.#log = log;
  }

  get inTransaction(): boolean {
    return this.#transaction.isOpen;
  }

  get openCursors(): number {
    return this.#cursors.size;
  }

  close(cursorIds: readonly number[]): void {
    for (const id of cursorIds) this.#cursors.delete(id);
  }

  commit(): void {
    this.#transaction.commit();
  }

  rollback(): void {
    this.#transaction.rollback();
  }

  execute(request: ExecuteRequest): Outcome {
    const isParsed = request.cursorId === 0;
    const cursor = isParsed ? this.#open(request.statement) : this.#find(request.cursorId);
    if (request.bindTypes) cursor.bindTypes = request.bindTypes;
    const binds = request.readBinds(cursor.bindTypes);
    this.#log(
      request.isRun ? (isParsed ? 'execute' : 'reexecute') : request.defines ? 'define' : 'parse',
      cursor.statement,
    );
    if (request.defines) {
      cursor.defines = request.defines;
      return this.#respond([writeParameters()], { cursorId: cursor.id });
    }
    const answer = this.#answerFor(cursor.statement, binds, request.isRun);
    if (answer === 'never') return { running: cursor.statement };
    if (answer === 'hang-up' || 'packets' in answer) return answer;
    return 'error' in answer ? this.#refuse(cursor, answer) : this.#complete(request, cursor, answer, isParsed);
  }

  fetch(cursorId: number, count: number): Outcome {
    const cursor = this.#find(cursorId);
    this.#log('fetch', cursor.statement);
    try {
      const { part, end } = this.#take(cursor, count);
      return this.#respond([part], end);
    } catch (error) {
      if (!(error instanceof FetchFailure)) throw error;
      return this.#respond([], { cursorId, error: error.error });
    }
  }

  #answerFor(statement: string, binds: Parameters<AnswerStatement>[1], isRun: boolean): OracleAnswer {
    const scripted = () => this.#answer(statement, binds) ?? NO_SUCH_TABLE;
    if (isRun) return this.#transaction.control(statement) ?? this.#transaction.admit(scripted());
    const answer = scripted();
    return typeof answer === 'string' || 'packets' in answer ? { changed: 0 } : answer;
  }

  /** What the parser refuses leaves no cursor. */
  #refuse(cursor: OracleCursor, answer: Extract<OracleAnswer, { error: number }>): Outcome {
    const isParseError = answer.error >= 900 && answer.error <= 999;
    if (isParseError) this.#cursors.delete(cursor.id);
    return this.#respond([], { ...answer, cursorId: isParseError ? 0 : cursor.id });
  }

  #complete(
    request: ExecuteRequest,
    cursor: OracleCursor,
    answer: Extract<OracleAnswer, { columns: unknown } | { changed: number }>,
    isParsed: boolean,
  ): Outcome {
    if (request.commits) this.#transaction.commit();
    const parts: Buffer[] = [];
    let end: Partial<CallEnd> = { cursorId: cursor.id };
    if ('columns' in answer) {
      cursor.open(answer.columns, answer.rows);
      if (isParsed) parts.push(writeDescription(answer.columns, this.#fieldVersion));
      if (request.fetchRows > 0 && !cursor.waitsForDefines) {
        const taken = this.#take(cursor, request.fetchRows);
        parts.push(taken.part);
        end = taken.end;
      }
    } else if (request.isRun) {
      end = { ...end, rowCount: answer.changed };
      const tellsDirections = IS_BLOCK.test(cursor.statement) && isParsed && cursor.bindTypes.length > 0;
      if (tellsDirections) parts.push(writeBindDirections(cursor.bindTypes.length));
    }
    return this.#respond([...parts, writeParameters()], end);
  }

  #take(cursor: OracleCursor, count: number): { readonly part: Buffer; readonly end: Partial<CallEnd> } {
    const { rows, isEnd } = cursor.take(count);
    const end = { cursorId: cursor.id, rowCount: rows.length };
    return { part: writeRows(cursor.columns, cursor.defines, rows), end: isEnd ? noDataFound(end) : end };
  }

  #respond(parts: readonly Buffer[], end: Partial<CallEnd>): Outcome {
    const written = writeCallEnd({ ...end, inTransaction: this.#transaction.isOpen }, this.#fieldVersion);
    return { response: Buffer.concat([...parts, written]) };
  }

  #open(statement: string): OracleCursor {
    this.#lastCursorId += 1;
    const cursor = new OracleCursor(this.#lastCursorId, statement);
    this.#cursors.set(cursor.id, cursor);
    return cursor;
  }

  #find(id: number): OracleCursor {
    const cursor = this.#cursors.get(id);
    if (!cursor) throw new Error(`cursor ${id} is not open`);
    return cursor;
  }
}
