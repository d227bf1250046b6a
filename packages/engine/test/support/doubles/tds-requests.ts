import { Cursor } from './tds-cursor.ts';
import { readParameterValue } from './tds-parameters.ts';

/** A statement that the double is asked to run, and what is bound in it. @see MS-TDS 2.2.6.6 and 2.2.6.7 */
export interface TdsRequest {
  readonly statement: string;
  /** Values in the order of their declaration. */
  readonly parameters: readonly unknown[];
  /** As the client declared them, e.g. `@p1 int, @p2 nvarchar(4000)`. */
  readonly declarations: string;
}

const SP_EXECUTESQL = 10;
const PROCEDURE_BY_ID = 0xffff;

export function readSqlBatch(payload: Buffer): TdsRequest {
  const statement = payload.subarray(payload.readUInt32LE(0)).toString('utf16le');
  return { statement, parameters: [], declarations: '' };
}

export function readRpc(payload: Buffer): TdsRequest {
  const cursor = new Cursor(payload, payload.readUInt32LE(0));
  const length = cursor.uint16();
  const isExecuteSql =
    length === PROCEDURE_BY_ID ? cursor.uint16() === SP_EXECUTESQL : cursor.text(length) === 'sp_executesql';
  if (!isExecuteSql) throw new Error('the double knows no procedure but sp_executesql');
  cursor.uint16();
  const values: unknown[] = [];
  while (!cursor.isAtEnd()) {
    cursor.text(cursor.uint8());
    cursor.uint8();
    values.push(readParameterValue(cursor));
  }
  // The text, the declaration of the parameters, then their values.
  return { statement: String(values[0]), declarations: String(values[1] ?? ''), parameters: values.slice(2) };
}
