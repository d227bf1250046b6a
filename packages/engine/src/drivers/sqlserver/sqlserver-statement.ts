import type { DatabaseValue, Statement } from '../driver.ts';
import { leavesNoSessionState } from '../pool/session-state.ts';
import { declare, type SqlserverParameter, textParameter, toSqlserverParameters } from './sqlserver-values.ts';

/** One call of sp_executesql. */
export interface SqlserverCall {
  readonly text: string;
  readonly parameters: readonly SqlserverParameter[];
}

const STATEMENT = 'dip_statement';
const DECLARATIONS = 'dip_declarations';

/** A procedure of the database, not one of the system, which may set what the session keeps (a context, a lock). */
const PROCEDURE_CALL = /^\s*exec(?:ute)?\s+(?!\S*\bsp_)[\w.[\]]+/i;

/**
 * Whether a session is as it was when a statement is over. A procedure's settings and temporary tables end with it; the
 * transaction that it may leave open is told to us by the server.
 */
export function leavesSessionAlone(text: string): boolean {
  return leavesNoSessionState(text) || PROCEDURE_CALL.test(text);
}

/**
 * The one round trip that runs a statement: as it is where it may write, else inside a transaction that is rolled back.
 * There the statement is a value of the batch and not a part of its text, so that nothing in it (a comment, RETURN)
 * reaches the ROLLBACK.
 */
export function toCall(statement: Statement, values: readonly DatabaseValue[]): SqlserverCall {
  const parameters = toSqlserverParameters(values);
  return statement.access === 'write' && !statement.undo
    ? { text: statement.text, parameters }
    : toUndoneCall(statement.text, parameters);
}

/** Has the server name the columns of the first result without running the statement. */
export function toDescribingCall(text: string, values: readonly DatabaseValue[]): SqlserverCall {
  const parameters = toSqlserverParameters(values);
  return {
    text: `EXEC sys.sp_describe_first_result_set @tsql = @${STATEMENT}, @params = @${DECLARATIONS}`,
    parameters: [textParameter(STATEMENT, text), textParameter(DECLARATIONS, declare(parameters))],
  };
}

function toUndoneCall(text: string, parameters: readonly SqlserverParameter[]): SqlserverCall {
  const own = [textParameter(STATEMENT, text)];
  const given = [`@${STATEMENT}`];
  if (parameters.length > 0) {
    own.push(textParameter(DECLARATIONS, declare(parameters)));
    given.push(`@${DECLARATIONS}`, ...parameters.map(({ name }) => `@${name} = @${name}`));
  }
  return {
    text: `SET XACT_ABORT ON; BEGIN TRANSACTION; EXEC sys.sp_executesql ${given.join(', ')}; IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION`,
    parameters: [...own, ...parameters],
  };
}
