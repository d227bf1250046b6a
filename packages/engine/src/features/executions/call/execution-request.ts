/** One call of a data action, as the door hands it in. */
export interface ExecutionRequest {
  readonly tenant: string;
  /** OAuth client id or key id. */
  readonly actor: string;
  readonly requestId: string;
  readonly actionId: string;
  /** The members as they came: JSON values, or texts only (form, query); what is wrong with them is for the service. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Monotonic time when the request was read: the deadline counts from here. */
  readonly receivedAtMs: number;
  /** `X-Deadline-Ms`; can only shorten the action's own `deadlineMs`. */
  readonly callerDeadlineMs: number | null;
  readonly contactId: string | null;
  readonly idempotencyKey: string | null;
  /** A GET: refused for actions that write (405-like INVALID_REQUEST). */
  readonly readOnly: boolean;
}
