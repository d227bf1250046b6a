import type { FieldPacket } from 'mysql2';
import type { Statement } from '../driver.ts';
import { CappedRows } from '../pool/capped-rows.ts';
import type { ConnectionResult } from '../pool/driver-connection.ts';
import { fromMysqlValue, type MysqlColumn } from './mysql-values.ts';

/** @see https://dev.mysql.com/doc/dev/mysql-server/latest/mysql__com_8h.html SERVER_STATUS_flags_enum */
const IN_TRANSACTION = 1;

interface Column extends MysqlColumn {
  readonly name: string;
}

/**
 * Gathers what mysql2 emits for one statement. A procedure answers with several results; the first with rows is the
 * statement's, what comes after it is read and dropped.
 */
export class MysqlResult {
  readonly #rows: CappedRows;
  #columns: readonly Column[] | undefined;
  #affectedRows = 0;
  #isAnswered = false;
  #leavesTransaction = false;

  constructor(statement: Statement) {
    this.#rows = new CappedRows(statement);
  }

  /** False when the server answered with none of what a statement may be answered with: a wish for a file, say. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** Whether the server said that a transaction is still open. */
  get leavesTransaction(): boolean {
    return this.#leavesTransaction;
  }

  /** `fields` is undefined before the header of a statement without rows. */
  takeFields(fields: unknown, index: number): void {
    this.#isAnswered = true;
    if (index === 0 && Array.isArray(fields)) this.#columns = fields.map(toColumn);
  }

  /** A row as an array, or the header of a statement without rows. */
  takeResult(result: unknown, index: number): void {
    if (Array.isArray(result)) {
      if (index === 0) this.#rows.add(result.map((value, position) => this.#convert(value, position)));
      return;
    }
    if (typeof result !== 'object' || result === null) return;
    const affectedRows: unknown = Reflect.get(result, 'affectedRows');
    const status: unknown = Reflect.get(result, 'serverStatus');
    if (typeof affectedRows === 'number' && this.#columns === undefined) this.#affectedRows = affectedRows;
    if (typeof status === 'number') this.#leavesTransaction = (status & IN_TRANSACTION) !== 0;
  }

  /** The server sent more than may be read. */
  truncate(): void {
    this.#rows.truncate();
  }

  toConnectionResult(): ConnectionResult {
    return {
      columns: this.#columns?.map(({ name }) => name) ?? [],
      rows: this.#rows.rows,
      affectedRows: this.#affectedRows,
      truncated: this.#rows.truncated,
    };
  }

  #convert(value: unknown, position: number): unknown {
    const column = this.#columns?.[position];
    return column === undefined ? value : fromMysqlValue(value, column);
  }
}

function toColumn(field: FieldPacket): Column {
  const type = field.columnType ?? field.type ?? 0;
  return { name: field.name, type, lengthBits: field.columnLength ?? field.length ?? 0 };
}
