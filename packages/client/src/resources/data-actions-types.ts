import type {
  DataActionBody,
  DataActionDetail,
  DataActionResource,
  DataActionStats,
  DataActionTestResult,
  ExecutionAnswer,
  ValidationResult,
} from '@dipswitch/contract';
import type { CallOptions } from './connectors-types.ts';

/** The input of an execution: texts are coerced to the declared types by the server. */
export type ActionInput = Readonly<Record<string, ActionInputValue>>;
export type ActionInputValue = string | number | boolean | null | readonly (string | number | boolean | null)[];

export interface ListDataActionsOptions extends CallOptions {
  /** Items asked for at a time, 1 to 1 000. Default 200. */
  readonly pageSize?: number;
}

export interface PutDataActionOptions extends CallOptions {
  /** Replaces only this revision (`If-Match`), or only creates (`absent`: `If-None-Match: *`). Default: unconditional. */
  readonly onlyIf?: number | 'absent';
}

export interface DeleteDataActionOptions extends CallOptions {
  readonly onlyIf?: number;
  /** Deletes it although a version is published and callers may use it. Default false. */
  readonly force?: boolean;
}

export interface PublishDataActionOptions extends CallOptions {
  /** Default: the newest when publishing; when rolling back, the one that was published before. */
  readonly version?: number;
  readonly onlyIf?: number;
}

export interface TestDataActionOptions extends CallOptions {
  /** Default: the newest, a draft or not. */
  readonly version?: number;
}

export interface ExecuteDataActionOptions extends CallOptions {
  /** How long the server may take (`X-Deadline-Ms`); it shortens the deadline of the action, and never lengthens it. */
  readonly answerWithinMs?: number;
  /** `rest`: failures have statuses of HTTP in place of 200. Default: the server's own, 200 for each outcome. */
  readonly profile?: 'rest';
  /** Of the contact that the execution is for; it stands in the server's audit trail. */
  readonly contactId?: string;
  /** Executions of an action that writes run once for each key. Default: a random one for each call. */
  readonly idempotencyKey?: string;
}

/** What became of one execution. A failure of the database is an outcome of `answer`, never an error. */
export interface Execution {
  /** Exactly what the server answered. */
  readonly answer: ExecutionAnswer;
  /** 200, or under the profile `rest` the status of a failure. */
  readonly status: number;
  /** What the server names in `Retry-After`; null when it names none. */
  readonly retryAfterSeconds: number | null;
  readonly requestId: string;
}

/** The data actions of the tenant. Every call throws `DipswitchError`, or the reason of its signal. */
export interface DataActions {
  /** The newest version of every data action, page by page as it is consumed; the order is the server's. */
  list(options?: ListDataActionsOptions): AsyncIterable<DataActionResource>;
  /** One data action with all its versions, newest first. */
  get(actionId: string, options?: CallOptions): Promise<DataActionDetail>;
  /**
   * Stores a new version as draft; an unchanged body keeps the version. A 412 on a repeated attempt, whose first answer
   * was lost, is resolved by reading: if the server's newest version is just this body the call succeeds.
   */
  put(body: DataActionBody, options?: PutDataActionOptions): Promise<DataActionResource>;
  /** Resolves also when a lost answer had already deleted it. @throws STILL_PUBLISHED unless forced */
  delete(actionId: string, options?: DeleteDataActionOptions): Promise<void>;
  /** Makes a version the one that runs. One that is published already stays so. @throws UNKNOWN_VERSION */
  publish(actionId: string, options?: PublishDataActionOptions): Promise<DataActionResource>;
  /** Makes an earlier version the one that runs. Without a version a lost answer is not repeated: it would go further back. */
  rollback(actionId: string, options?: PublishDataActionOptions): Promise<DataActionResource>;
  /** The server's findings about a body; nothing is stored. */
  validate(body: DataActionBody, options?: CallOptions): Promise<ValidationResult>;
  /** Runs a version on sample input in a transaction that is rolled back. */
  test(actionId: string, input: ActionInput, options?: TestDataActionOptions): Promise<DataActionTestResult>;
  /**
   * Runs the published version. Each call carries an idempotency key, so that a repeated attempt writes nothing twice.
   * @throws VALIDATION_FAILED (with `issues`), NOT_PUBLISHED, CONNECTOR_PAUSED, IDEMPOTENCY_KEY_REUSED,
   *   EXECUTION_IN_DOUBT, EXECUTION_IN_PROGRESS
   */
  execute(actionId: string, input: ActionInput, options?: ExecuteDataActionOptions): Promise<Execution>;
  /** Of the answering engine, since it started. */
  stats(actionId: string, options?: CallOptions): Promise<DataActionStats>;
}
