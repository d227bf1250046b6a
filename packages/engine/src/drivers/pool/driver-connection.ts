import type { DatabaseValue, Statement, StatementDescription, StatementResult } from '../driver.ts';

/** What a connection says of a statement; the pool knows the times. */
export type ConnectionResult = Omit<StatementResult, 'queueMs' | 'databaseMs'>;

/**
 * One connection, as a vendor adapter gives it to the pool. Every rejection is a DriverError. The adapter needs no timer
 * of its own: the pool decides when to cancel and when to destroy.
 */
export interface DriverConnection {
  run(statement: Statement, parameters: readonly DatabaseValue[]): Promise<ConnectionResult>;
  describe(statement: Statement, parameters: readonly DatabaseValue[]): Promise<StatementDescription>;
  probe(query: string): Promise<ServerState>;
  /** One round trip to the server, as cheap as the protocol has it. */
  ping(): Promise<void>;
  /** False when the last statement left something behind (an open transaction, session state): do not hand out again. */
  isReusable(): boolean;
  /**
   * Asks the server to stop the running statement; settles when the server has confirmed it (true) or cannot be asked
   * (false). The pool bounds the wait.
   */
  cancel(): Promise<boolean>;
  /** Says goodbye to the server without waiting for it. */
  end(): void;
  /** Drops the socket at once. */
  destroy(): void;
}

export interface ServerState {
  readonly serverVersion: string;
  readonly readOnly: boolean;
}

export interface OpenContext {
  /** When name resolution, dial, TLS and login together must be done, in monotonic milliseconds. */
  readonly endsAtMs: number;
  /** Aborted when the pool gives up on this opening; the adapter then destroys what it has. */
  readonly signal: AbortSignal;
  /** To be called once if the connection dies after it was opened. */
  readonly onBroken: () => void;
}

export type OpenConnection<C extends DriverConnection = DriverConnection> = (context: OpenContext) => Promise<C>;
