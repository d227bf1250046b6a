import actionAlreadyExists from '../../fixtures/action-already-exists.json' with { type: 'json' };
import actionDeleted from '../../fixtures/action-deleted.json' with { type: 'json' };
import actionIdTaken from '../../fixtures/action-id-taken.json' with { type: 'json' };
import actionLastPage from '../../fixtures/action-last-page.json' with { type: 'json' };
import actionNeverPublished from '../../fixtures/action-never-published.json' with { type: 'json' };
import actionNotFound from '../../fixtures/action-not-found.json' with { type: 'json' };
import actionNotPublished from '../../fixtures/action-not-published.json' with { type: 'json' };
import actionPage from '../../fixtures/action-page.json' with { type: 'json' };
import actionPreconditionFailed from '../../fixtures/action-precondition-failed.json' with { type: 'json' };
import actionPublished from '../../fixtures/action-published.json' with { type: 'json' };
import actionRead from '../../fixtures/action-read.json' with { type: 'json' };
import actionRefused from '../../fixtures/action-refused.json' with { type: 'json' };
import actionReplaced from '../../fixtures/action-replaced.json' with { type: 'json' };
import actionRolledBack from '../../fixtures/action-rolled-back.json' with { type: 'json' };
import actionStats from '../../fixtures/action-stats.json' with { type: 'json' };
import actionStillPublished from '../../fixtures/action-still-published.json' with { type: 'json' };
import actionStored from '../../fixtures/action-stored.json' with { type: 'json' };
import actionTested from '../../fixtures/action-tested.json' with { type: 'json' };
import actionUnchanged from '../../fixtures/action-unchanged.json' with { type: 'json' };
import actionUnknownConnector from '../../fixtures/action-unknown-connector.json' with { type: 'json' };
import actionUnknownVersion from '../../fixtures/action-unknown-version.json' with { type: 'json' };
import actionValidated from '../../fixtures/action-validated.json' with { type: 'json' };
import alreadyExists from '../../fixtures/already-exists.json' with { type: 'json' };
import auditUnavailable from '../../fixtures/audit-unavailable.json' with { type: 'json' };
import connectorCreated from '../../fixtures/connector-created.json' with { type: 'json' };
import connectorDeleted from '../../fixtures/connector-deleted.json' with { type: 'json' };
import connectorIdMismatch from '../../fixtures/connector-id-mismatch.json' with { type: 'json' };
import connectorLastPage from '../../fixtures/connector-last-page.json' with { type: 'json' };
import connectorNotJson from '../../fixtures/connector-not-json.json' with { type: 'json' };
import connectorPage from '../../fixtures/connector-page.json' with { type: 'json' };
import connectorPaused from '../../fixtures/connector-paused.json' with { type: 'json' };
import connectorRead from '../../fixtures/connector-read.json' with { type: 'json' };
import connectorRefused from '../../fixtures/connector-refused.json' with { type: 'json' };
import connectorReplaced from '../../fixtures/connector-replaced.json' with { type: 'json' };
import connectorResumed from '../../fixtures/connector-resumed.json' with { type: 'json' };
import connectorTooLarge from '../../fixtures/connector-too-large.json' with { type: 'json' };
import connectorUnchanged from '../../fixtures/connector-unchanged.json' with { type: 'json' };
import executionBadDeadline from '../../fixtures/execution-bad-deadline.json' with { type: 'json' };
import executionBusyRest from '../../fixtures/execution-busy-rest.json' with { type: 'json' };
import executionByForm from '../../fixtures/execution-by-form.json' with { type: 'json' };
import executionByQuery from '../../fixtures/execution-by-query.json' with { type: 'json' };
import executionDone from '../../fixtures/execution-done.json' with { type: 'json' };
import executionFallback from '../../fixtures/execution-fallback.json' with { type: 'json' };
import executionFound from '../../fixtures/execution-found.json' with { type: 'json' };
import executionKeyReused from '../../fixtures/execution-key-reused.json' with { type: 'json' };
import executionLabelledAsForm from '../../fixtures/execution-labelled-as-form.json' with { type: 'json' };
import executionNoRecords from '../../fixtures/execution-no-records.json' with { type: 'json' };
import executionNotAnObject from '../../fixtures/execution-not-an-object.json' with { type: 'json' };
import executionNotJson from '../../fixtures/execution-not-json.json' with { type: 'json' };
import executionNotPublished from '../../fixtures/execution-not-published.json' with { type: 'json' };
import executionRefused from '../../fixtures/execution-refused.json' with { type: 'json' };
import executionReplayed from '../../fixtures/execution-replayed.json' with { type: 'json' };
import executionSeveralRows from '../../fixtures/execution-several-rows.json' with { type: 'json' };
import executionTimeout from '../../fixtures/execution-timeout.json' with { type: 'json' };
import executionTimeoutRest from '../../fixtures/execution-timeout-rest.json' with { type: 'json' };
import healthCheckedNow from '../../fixtures/health-checked-now.json' with { type: 'json' };
import healthHealthy from '../../fixtures/health-healthy.json' with { type: 'json' };
import healthUnreachable from '../../fixtures/health-unreachable.json' with { type: 'json' };
import idTaken from '../../fixtures/id-taken.json' with { type: 'json' };
import inUse from '../../fixtures/in-use.json' with { type: 'json' };
import insufficientScope from '../../fixtures/insufficient-scope.json' with { type: 'json' };
import notFound from '../../fixtures/not-found.json' with { type: 'json' };
import preconditionFailed from '../../fixtures/precondition-failed.json' with { type: 'json' };
import rateLimited from '../../fixtures/rate-limited.json' with { type: 'json' };
import secretDeleted from '../../fixtures/secret-deleted.json' with { type: 'json' };
import secretRefused from '../../fixtures/secret-refused.json' with { type: 'json' };
import secretStored from '../../fixtures/secret-stored.json' with { type: 'json' };
import secretsChecked from '../../fixtures/secrets-checked.json' with { type: 'json' };
import secretsLastPage from '../../fixtures/secrets-last-page.json' with { type: 'json' };
import testFailed from '../../fixtures/test-failed.json' with { type: 'json' };
import testPassed from '../../fixtures/test-passed.json' with { type: 'json' };
import tokenExpired from '../../fixtures/token-expired.json' with { type: 'json' };
import tokenInvalidClient from '../../fixtures/token-invalid-client.json' with { type: 'json' };
import tokenInvalidRequest from '../../fixtures/token-invalid-request.json' with { type: 'json' };
import tokenInvalidScope from '../../fixtures/token-invalid-scope.json' with { type: 'json' };
import tokenIssued from '../../fixtures/token-issued.json' with { type: 'json' };
import tokenUnsupportedGrant from '../../fixtures/token-unsupported-grant.json' with { type: 'json' };
import unauthenticated from '../../fixtures/unauthenticated.json' with { type: 'json' };
import validatePassed from '../../fixtures/validate-passed.json' with { type: 'json' };
import validateRefused from '../../fixtures/validate-refused.json' with { type: 'json' };

export { HOSTILE_CONNECTION_STRINGS, type HostileConnectionString } from './hostile-connection-strings.ts';
export { INJECTION_ATTEMPTS, type InjectionAttempt } from './injection-attempts.ts';

/** One exchange on the wire: what a client sends, what the engine answers. Header names are in lower case. */
export interface WireExchange {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    /** A text is sent as it is (a form, broken JSON), null is no body, anything else is sent as JSON. */
    readonly body: unknown;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** Null is no body. */
    readonly body: unknown;
  };
}

/** The exchanges that client tests serve and engine tests reproduce, so that the two cannot drift apart. */
export const WIRE_EXCHANGES = {
  'action-already-exists': actionAlreadyExists,
  'action-deleted': actionDeleted,
  'action-id-taken': actionIdTaken,
  'action-last-page': actionLastPage,
  'action-never-published': actionNeverPublished,
  'action-not-found': actionNotFound,
  'action-not-published': actionNotPublished,
  'action-page': actionPage,
  'action-precondition-failed': actionPreconditionFailed,
  'action-published': actionPublished,
  'action-read': actionRead,
  'action-refused': actionRefused,
  'action-replaced': actionReplaced,
  'action-rolled-back': actionRolledBack,
  'action-stats': actionStats,
  'action-still-published': actionStillPublished,
  'action-stored': actionStored,
  'action-tested': actionTested,
  'action-unchanged': actionUnchanged,
  'action-unknown-connector': actionUnknownConnector,
  'action-unknown-version': actionUnknownVersion,
  'action-validated': actionValidated,
  'already-exists': alreadyExists,
  'audit-unavailable': auditUnavailable,
  'connector-created': connectorCreated,
  'connector-deleted': connectorDeleted,
  'connector-id-mismatch': connectorIdMismatch,
  'connector-last-page': connectorLastPage,
  'connector-not-json': connectorNotJson,
  'connector-page': connectorPage,
  'connector-paused': connectorPaused,
  'connector-read': connectorRead,
  'connector-refused': connectorRefused,
  'connector-replaced': connectorReplaced,
  'connector-resumed': connectorResumed,
  'connector-too-large': connectorTooLarge,
  'connector-unchanged': connectorUnchanged,
  'execution-bad-deadline': executionBadDeadline,
  'execution-busy-rest': executionBusyRest,
  'execution-by-form': executionByForm,
  'execution-by-query': executionByQuery,
  'execution-done': executionDone,
  'execution-fallback': executionFallback,
  'execution-found': executionFound,
  'execution-key-reused': executionKeyReused,
  'execution-labelled-as-form': executionLabelledAsForm,
  'execution-no-records': executionNoRecords,
  'execution-not-an-object': executionNotAnObject,
  'execution-not-json': executionNotJson,
  'execution-not-published': executionNotPublished,
  'execution-refused': executionRefused,
  'execution-replayed': executionReplayed,
  'execution-several-rows': executionSeveralRows,
  'execution-timeout': executionTimeout,
  'execution-timeout-rest': executionTimeoutRest,
  'health-checked-now': healthCheckedNow,
  'health-healthy': healthHealthy,
  'health-unreachable': healthUnreachable,
  'id-taken': idTaken,
  'in-use': inUse,
  'insufficient-scope': insufficientScope,
  'not-found': notFound,
  'precondition-failed': preconditionFailed,
  'rate-limited': rateLimited,
  'secret-deleted': secretDeleted,
  'secret-refused': secretRefused,
  'secret-stored': secretStored,
  'secrets-checked': secretsChecked,
  'secrets-last-page': secretsLastPage,
  'test-failed': testFailed,
  'test-passed': testPassed,
  'token-expired': tokenExpired,
  'token-invalid-client': tokenInvalidClient,
  'token-invalid-request': tokenInvalidRequest,
  'token-invalid-scope': tokenInvalidScope,
  'token-issued': tokenIssued,
  'token-unsupported-grant': tokenUnsupportedGrant,
  unauthenticated: unauthenticated,
  'validate-passed': validatePassed,
  'validate-refused': validateRefused,
} as const satisfies Record<string, WireExchange>;
export type WireExchangeName = keyof typeof WIRE_EXCHANGES;

export function wireExchange(name: WireExchangeName): WireExchange {
  return WIRE_EXCHANGES[name];
}

/** Members that differ from run to run or are wording; the rest of an answer must be as in the fixture. */
const VOLATILE_MEMBERS: ReadonlySet<string> = new Set([
  'requestId',
  'access_token',
  'error_description',
  'detail',
  'message',
  'createdAt',
  'updatedAt',
  'publishedAt',
  'lastCheckAt',
  'checkedAt',
  'nextCheckAt',
  'timestamp',
  'latencyMs',
  'nextCursor',
  'driver',
  'serverVersion',
]);

/** Copies a body with every volatile member replaced by the name of its type, ready for a deep comparison. */
export function withoutVolatile(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(withoutVolatile);
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      VOLATILE_MEMBERS.has(name) ? (value === null ? null : `<${typeof value}>`) : withoutVolatile(value),
    ]),
  );
}
