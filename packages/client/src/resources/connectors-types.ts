import type {
  ConnectorBody,
  ConnectorHealth,
  ConnectorResource,
  ConnectorTestResult,
  ConnectorType,
  ValidationResult,
} from '@dipswitch/contract';

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Total time of this call in place of the client's. */
  readonly deadlineMs?: number;
  /** `X-Request-Id` of the call, which the server echoes. Default: a random one. */
  readonly requestId?: string;
}

export interface ListConnectorsOptions extends CallOptions {
  readonly type?: ConnectorType;
  /** Items asked for at a time, 1 to 1 000. Default 200. */
  readonly pageSize?: number;
}

export interface PutConnectorOptions extends CallOptions {
  /** Replaces only this revision (`If-Match`), or only creates (`absent`: `If-None-Match: *`). Default: unconditional. */
  readonly onlyIf?: number | 'absent';
}

export interface DeleteConnectorOptions extends CallOptions {
  readonly onlyIf?: number;
}

/** The connectors of the tenant. Every call throws `DipswitchError`, or the reason of its signal. */
export interface Connectors {
  /** Every connector, page by page as it is consumed; the order is the server's. */
  list(options?: ListConnectorsOptions): AsyncIterable<ConnectorResource>;
  get(connectorId: string, options?: CallOptions): Promise<ConnectorResource>;
  /**
   * Creates or replaces. A 412 on a repeated attempt, whose first answer was lost, is resolved by reading: if the server
   * holds just this body the call succeeds.
   */
  put(body: ConnectorBody, options?: PutConnectorOptions): Promise<ConnectorResource>;
  /** Resolves also when a lost answer had already deleted it. */
  delete(connectorId: string, options?: DeleteConnectorOptions): Promise<void>;
  /** The server's findings about a body; nothing is stored. */
  validate(body: ConnectorBody, options?: CallOptions): Promise<ValidationResult>;
  /** Makes the server open a real connection with the unsaved body. */
  test(body: ConnectorBody, options?: CallOptions): Promise<ConnectorTestResult>;
  health(connectorId: string, options?: CallOptions): Promise<ConnectorHealth>;
  checkHealth(connectorId: string, options?: CallOptions): Promise<ConnectorHealth>;
  /** Closes its pool and stops its health checks; its status is then DISABLED. */
  pause(connectorId: string, options?: CallOptions): Promise<ConnectorResource>;
  resume(connectorId: string, options?: CallOptions): Promise<ConnectorResource>;
}
