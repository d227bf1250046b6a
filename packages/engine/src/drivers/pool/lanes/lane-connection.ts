import type { DatabaseValue, DriverError, Statement } from '../../driver.ts';
import type { ConnectionResult, DriverConnection } from '../driver-connection.ts';

/** Told once about a statement that was sent on a lane. */
export interface LaneAnswer {
  succeed(result: ConnectionResult): void;
  /** `query-timeout`: the server stopped it at the limit of the lane. */
  fail(error: DriverError): void;
}

/** What a statement left in its session: a lock, a changed setting. `unknown`: the server cannot say. */
export type Leavings = 'nothing' | 'something' | 'unknown';

/** What one run says of a statement as well as its result. */
export interface Trial {
  readonly result: ConnectionResult;
  /** How long the server says that it took; 0 for a statement that writes. */
  readonly serverMs: number;
  readonly leaves: Leavings;
}

/** A connection that can carry many short reads at once. */
export interface LaneConnection extends DriverConnection {
  /** False: what is set up in the session may not hold for the next statement (a pooler lies between). */
  readonly canPipeline: boolean;
  /** As `run`, and looks afterwards at what the statement left behind. */
  tryOut(statement: Statement, parameters: readonly DatabaseValue[]): Promise<Trial>;
  /**
   * Makes a lane of the session: the server refuses writes on it and stops each statement at `limitMs`.
   */
  enterLane(limitMs: number): Promise<void>;
  /** Makes it again what it was; nothing may be under way on it. */
  leaveLane(): Promise<void>;
  /** Sends a read behind those under way; answers come in the order of sending, an error hits one statement alone. */
  send(statement: Statement, parameters: readonly DatabaseValue[], answer: LaneAnswer): void;
}
