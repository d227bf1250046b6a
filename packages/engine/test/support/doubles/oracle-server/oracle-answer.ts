import type { OracleValue } from './oracle-types.ts';
import type { OracleColumn } from './responses.ts';

/** What a statement does on the double; the transaction rules are the session's own. */
export type OracleAnswer =
  | {
      readonly columns: readonly OracleColumn[];
      readonly rows: Iterable<readonly OracleValue[]>;
      /** Locks what it reads, as FOR UPDATE does. */
      readonly locks?: boolean;
    }
  | { readonly changed: number; readonly onCommit?: () => void }
  | { readonly error: number; readonly message?: string; readonly offset?: number }
  /** Runs until it is broken or its session ends. */
  | 'never'
  /** The session ends in the middle of the call, as ORA-03113 has it. */
  | 'hang-up'
  /** Whole packets, as a hostile server likes them. */
  | { readonly packets: Iterable<Buffer> };

/** Thrown by the rows of an answer: the fetch that reaches it fails. */
export class FetchFailure extends Error {
  override readonly name = 'FetchFailure';
  readonly error: number;

  constructor(error: number) {
    super(`ORA-${error}`);
    this.error = error;
  }
}

export type AnswerStatement = (statement: string, binds: readonly OracleValue[]) => OracleAnswer | undefined;

/** One thing that a session was asked for. */
export interface OracleCall {
  readonly call:
    | 'login'
    | 'parse'
    | 'define'
    | 'execute'
    | 'reexecute'
    | 'fetch'
    | 'commit'
    | 'rollback'
    | 'ping'
    | 'break'
    | 'reset'
    | 'logoff';
  /** Empty for what has none. */
  readonly statement: string;
}
