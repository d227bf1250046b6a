export interface ClientErrorCodeEntry {
  /** Whether the same call can succeed later without a change on this side. */
  readonly retryable: boolean;
  /** The sentence that the error reference prints. */
  readonly meaning: string;
  /** What the reader should do next. */
  readonly hint: string;
}

/**
 * Every code that arises on this side of the wire. A code that the server sent in its problem+json is passed on as it
 * is and documented with the contract's `PROBLEM_CODES`.
 */
export const CLIENT_ERROR_CODES = {
  CONNECTION_FAILED: {
    retryable: true,
    meaning: 'No connection could be made, or it broke before the answer was complete.',
    hint: 'Check the address and that the engine runs.',
  },
  ATTEMPT_TIMEOUT: {
    retryable: true,
    meaning: 'The server accepted the request and did not answer in time.',
    hint: 'Look at the engine; raise attemptTimeoutMs if it is only slow.',
  },
  DEADLINE_EXCEEDED: {
    retryable: true,
    meaning: 'The total time of the call passed before it could be completed.',
    hint: 'Try again later, or raise deadlineMs.',
  },
  RETRY_BUDGET_SPENT: {
    retryable: true,
    meaning: 'More than a tenth of the requests had to be repeated after failures, so nothing more is repeated.',
    hint: 'Look at the engine; `dip apply --keep-going`, or keepGoing of the library, goes on all the same.',
  },
  RESPONSE_TOO_LARGE: {
    retryable: false,
    meaning: 'The answer is larger than the client reads.',
    hint: 'Check that the address is that of an engine.',
  },
  RESPONSE_MALFORMED: {
    retryable: false,
    meaning: 'The answer is not what the contract says: wrong content type, not JSON, cut off, or of another shape.',
    hint: 'Check that the address is that of an engine, and not of a proxy or a login page before it.',
  },
  REDIRECT_REFUSED: {
    retryable: false,
    meaning: 'The server answered with a redirect; none is followed, so that no token leaves for another host.',
    hint: 'Use the address that the redirect names, if you trust it.',
  },
  UNEXPECTED_STATUS: {
    retryable: false,
    meaning: 'The server answered with a status that carries no code of the contract.',
    hint: 'Look at the status; a proxy may have answered.',
  },
  AUTH_REJECTED: {
    retryable: false,
    meaning: 'The token endpoint refused the client id, the secret or the scope.',
    hint: 'Check CXONE_CLIENT_ID and CXONE_CLIENT_SECRET.',
  },
  AUTH_UNAVAILABLE: {
    retryable: true,
    meaning: 'The token endpoint could not be reached or did not work for the whole time allowed.',
    hint: 'Try again when the engine is up.',
  },
  AUTH_SERVER_INVALID: {
    retryable: false,
    meaning: 'The metadata of the authorization server names another issuer, or no address that a secret may go to.',
    hint: 'Check authorizationServer (or the CXone tenant): it has to be written just as the server names itself.',
  },
  AUDIT_FILE_LOCKED: {
    retryable: true,
    meaning: 'Another process writes the audit file.',
    hint: 'Wait for it to end, or name another file with DIP_AUDIT_FILE.',
  },
  AUDIT_FILE_UNWRITABLE: {
    retryable: false,
    meaning: 'The audit file could not be written; nothing is changed that cannot be recorded.',
    hint: 'Free space or correct the permissions, then run again.',
  },
  AUDIT_FILE_DEFECT: {
    retryable: false,
    meaning: 'The audit file does not end in a record that can be continued.',
    hint: 'Run dip audit verify, keep the file as evidence and start a new one.',
  },
  JOURNAL_UNREADABLE: {
    retryable: false,
    meaning: 'The journal of earlier runs is there and cannot be read.',
    hint: 'Correct the permissions of .dipswitch/apply-journal.jsonl.',
  },
  JOURNAL_UNWRITABLE: {
    retryable: false,
    meaning: 'The journal could not be written; nothing is sent that could not be resumed.',
    hint: 'Free space or correct the permissions, then run again; it goes on where it stopped.',
  },
  PLAN_STALE: {
    retryable: false,
    meaning: 'The server has moved since the plan was written, so the plan is not carried out.',
    hint: 'Make the plan again with dip plan --out, and have it reviewed again.',
  },
  PLAN_FILE_INVALID: {
    retryable: false,
    meaning: 'The plan file is not one, was edited, or was written for another server.',
    hint: 'Make the plan again.',
  },
  PROJECT_REQUIRED: {
    retryable: false,
    meaning: 'Pruning needs the ownership label, and the files name no project.',
    hint: 'Add a top-level project: NAME to the files.',
  },
  DOCUMENT_INVALID: {
    retryable: false,
    meaning: 'The files have errors, so there is no desired state to compare with.',
    hint: 'Correct each finding; dip validate shows them.',
  },
  VAULT_UNAVAILABLE: {
    retryable: true,
    meaning: 'The vault could not be reached, is sealed, or did not answer in time.',
    hint: 'Check its address (VAULT_ADDR and the like) and that it runs.',
  },
  VAULT_DENIED: {
    retryable: false,
    meaning: 'The vault does not know us, or does not let us do this.',
    hint: 'Check the token or role in the environment, and what its policy allows.',
  },
  VAULT_REFUSED: {
    retryable: false,
    meaning: 'The vault understood the call and did not carry it out.',
    hint: 'Check that the name, mount or project is of the kind that the message names.',
  },
  VAULT_SETTING_MISSING: {
    retryable: false,
    meaning: 'A setting that the chosen vault needs is not there.',
    hint: 'Set what the message names in the environment, or choose another vault with --vault.',
  },
  VAULT_PACKAGE_MISSING: {
    retryable: false,
    meaning: 'The official SDK of the chosen vault is not installed; only those who use it need it.',
    hint: 'Install the package that the message names next to Dipswitch.',
  },
  SECRET_EXISTS: {
    retryable: false,
    meaning: 'A value is stored under the name already, and it was not to be replaced.',
    hint: 'Choose another name, or replace the value on purpose.',
  },
  SECRET_UNRESOLVED: {
    retryable: false,
    meaning: 'A secret reference leads to no value. No other value is ever used in its place.',
    hint: 'Store it with dip secrets set, or correct the reference; dip secrets check shows all that fail.',
  },
  CLIENT_CLOSED: { retryable: false, meaning: 'The client was closed.', hint: 'Create a new client.' },
} as const satisfies Record<string, ClientErrorCodeEntry>;

export type ClientErrorCode = keyof typeof CLIENT_ERROR_CODES;
