// A fixture is named here and nowhere else: its file, and the name that tests call it by.
export { default as 'action-already-exists' } from '../../fixtures/action-already-exists.json' with { type: 'json' };
export { default as 'action-deleted' } from '../../fixtures/action-deleted.json' with { type: 'json' };
export { default as 'action-id-taken' } from '../../fixtures/action-id-taken.json' with { type: 'json' };
export { default as 'action-last-page' } from '../../fixtures/action-last-page.json' with { type: 'json' };
export { default as 'action-never-published' } from '../../fixtures/action-never-published.json' with { type: 'json' };
export { default as 'action-not-found' } from '../../fixtures/action-not-found.json' with { type: 'json' };
export { default as 'action-not-published' } from '../../fixtures/action-not-published.json' with { type: 'json' };
export { default as 'action-page' } from '../../fixtures/action-page.json' with { type: 'json' };
export { default as 'action-precondition-failed' } from '../../fixtures/action-precondition-failed.json' with {
  type: 'json',
};
export { default as 'action-published' } from '../../fixtures/action-published.json' with { type: 'json' };
export { default as 'action-read' } from '../../fixtures/action-read.json' with { type: 'json' };
export { default as 'action-refused' } from '../../fixtures/action-refused.json' with { type: 'json' };
export { default as 'action-replaced' } from '../../fixtures/action-replaced.json' with { type: 'json' };
export { default as 'action-rolled-back' } from '../../fixtures/action-rolled-back.json' with { type: 'json' };
export { default as 'action-stats' } from '../../fixtures/action-stats.json' with { type: 'json' };
export { default as 'action-still-published' } from '../../fixtures/action-still-published.json' with { type: 'json' };
export { default as 'action-stored' } from '../../fixtures/action-stored.json' with { type: 'json' };
export { default as 'action-tested' } from '../../fixtures/action-tested.json' with { type: 'json' };
export { default as 'action-unchanged' } from '../../fixtures/action-unchanged.json' with { type: 'json' };
export { default as 'action-unknown-connector' } from '../../fixtures/action-unknown-connector.json' with {
  type: 'json',
};
export { default as 'action-unknown-version' } from '../../fixtures/action-unknown-version.json' with { type: 'json' };
export { default as 'action-validated' } from '../../fixtures/action-validated.json' with { type: 'json' };
export { default as 'already-exists' } from '../../fixtures/already-exists.json' with { type: 'json' };
export { default as 'audit-unavailable' } from '../../fixtures/audit-unavailable.json' with { type: 'json' };
export { default as 'connector-created' } from '../../fixtures/connector-created.json' with { type: 'json' };
export { default as 'connector-deleted' } from '../../fixtures/connector-deleted.json' with { type: 'json' };
export { default as 'connector-id-mismatch' } from '../../fixtures/connector-id-mismatch.json' with { type: 'json' };
export { default as 'connector-last-page' } from '../../fixtures/connector-last-page.json' with { type: 'json' };
export { default as 'connector-not-json' } from '../../fixtures/connector-not-json.json' with { type: 'json' };
export { default as 'connector-page' } from '../../fixtures/connector-page.json' with { type: 'json' };
export { default as 'connector-paused' } from '../../fixtures/connector-paused.json' with { type: 'json' };
export { default as 'connector-read' } from '../../fixtures/connector-read.json' with { type: 'json' };
export { default as 'connector-refused' } from '../../fixtures/connector-refused.json' with { type: 'json' };
export { default as 'connector-replaced' } from '../../fixtures/connector-replaced.json' with { type: 'json' };
export { default as 'connector-resumed' } from '../../fixtures/connector-resumed.json' with { type: 'json' };
export { default as 'connector-too-large' } from '../../fixtures/connector-too-large.json' with { type: 'json' };
export { default as 'connector-unchanged' } from '../../fixtures/connector-unchanged.json' with { type: 'json' };
export { default as 'execution-bad-deadline' } from '../../fixtures/execution-bad-deadline.json' with { type: 'json' };
export { default as 'execution-busy-rest' } from '../../fixtures/execution-busy-rest.json' with { type: 'json' };
export { default as 'execution-by-form' } from '../../fixtures/execution-by-form.json' with { type: 'json' };
export { default as 'execution-by-query' } from '../../fixtures/execution-by-query.json' with { type: 'json' };
export { default as 'execution-done' } from '../../fixtures/execution-done.json' with { type: 'json' };
export { default as 'execution-fallback' } from '../../fixtures/execution-fallback.json' with { type: 'json' };
export { default as 'execution-found' } from '../../fixtures/execution-found.json' with { type: 'json' };
export { default as 'execution-key-reused' } from '../../fixtures/execution-key-reused.json' with { type: 'json' };
export { default as 'execution-labelled-as-form' } from '../../fixtures/execution-labelled-as-form.json' with {
  type: 'json',
};
export { default as 'execution-no-records' } from '../../fixtures/execution-no-records.json' with { type: 'json' };
export { default as 'execution-not-an-object' } from '../../fixtures/execution-not-an-object.json' with {
  type: 'json',
};
export { default as 'execution-not-json' } from '../../fixtures/execution-not-json.json' with { type: 'json' };
export { default as 'execution-not-published' } from '../../fixtures/execution-not-published.json' with {
  type: 'json',
};
export { default as 'execution-refused' } from '../../fixtures/execution-refused.json' with { type: 'json' };
export { default as 'execution-replayed' } from '../../fixtures/execution-replayed.json' with { type: 'json' };
export { default as 'execution-several-rows' } from '../../fixtures/execution-several-rows.json' with { type: 'json' };
export { default as 'execution-timeout' } from '../../fixtures/execution-timeout.json' with { type: 'json' };
export { default as 'execution-timeout-rest' } from '../../fixtures/execution-timeout-rest.json' with { type: 'json' };
export { default as 'health-checked-now' } from '../../fixtures/health-checked-now.json' with { type: 'json' };
export { default as 'health-healthy' } from '../../fixtures/health-healthy.json' with { type: 'json' };
export { default as 'health-unreachable' } from '../../fixtures/health-unreachable.json' with { type: 'json' };
export { default as 'id-taken' } from '../../fixtures/id-taken.json' with { type: 'json' };
export { default as 'in-use' } from '../../fixtures/in-use.json' with { type: 'json' };
export { default as 'insufficient-scope' } from '../../fixtures/insufficient-scope.json' with { type: 'json' };
export { default as 'not-found' } from '../../fixtures/not-found.json' with { type: 'json' };
export { default as 'precondition-failed' } from '../../fixtures/precondition-failed.json' with { type: 'json' };
export { default as 'rate-limited' } from '../../fixtures/rate-limited.json' with { type: 'json' };
export { default as 'secret-deleted' } from '../../fixtures/secret-deleted.json' with { type: 'json' };
export { default as 'secret-refused' } from '../../fixtures/secret-refused.json' with { type: 'json' };
export { default as 'secret-stored' } from '../../fixtures/secret-stored.json' with { type: 'json' };
export { default as 'secrets-checked' } from '../../fixtures/secrets-checked.json' with { type: 'json' };
export { default as 'secrets-last-page' } from '../../fixtures/secrets-last-page.json' with { type: 'json' };
export { default as 'test-failed' } from '../../fixtures/test-failed.json' with { type: 'json' };
export { default as 'test-passed' } from '../../fixtures/test-passed.json' with { type: 'json' };
export { default as 'token-expired' } from '../../fixtures/token-expired.json' with { type: 'json' };
export { default as 'token-invalid-client' } from '../../fixtures/token-invalid-client.json' with { type: 'json' };
export { default as 'token-invalid-request' } from '../../fixtures/token-invalid-request.json' with { type: 'json' };
export { default as 'token-invalid-scope' } from '../../fixtures/token-invalid-scope.json' with { type: 'json' };
export { default as 'token-issued' } from '../../fixtures/token-issued.json' with { type: 'json' };
export { default as 'token-unsupported-grant' } from '../../fixtures/token-unsupported-grant.json' with {
  type: 'json',
};
export { default as 'unauthenticated' } from '../../fixtures/unauthenticated.json' with { type: 'json' };
export { default as 'validate-passed' } from '../../fixtures/validate-passed.json' with { type: 'json' };
export { default as 'validate-refused' } from '../../fixtures/validate-refused.json' with { type: 'json' };
