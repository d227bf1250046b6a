export type {
  ApplyOptions,
  ApplyProgress,
  ApplyResult,
  ApplySummary,
  ChangeResult,
  ChangeStatus,
  FailureReport,
  HealthResult,
} from './apply/apply-types.ts';
export type { AuditFileDefect, AuditVerification, VerifyAuditFileOptions } from './audit/verify-audit-file.ts';
export { verifyAuditFile } from './audit/verify-audit-file.ts';
export type { ClientStats, DipswitchClient } from './client.ts';
export { createDipswitchClient } from './client.ts';
export type { ClientErrorCode, ClientErrorCodeEntry } from './error-codes.ts';
export { CLIENT_ERROR_CODES } from './error-codes.ts';
export type { DipswitchErrorCode, ErrorIssue } from './errors.ts';
export { DipswitchError, isDipswitchError } from './errors.ts';
export { loadDesiredState } from './files/desired-state.ts';
export type {
  DesiredConnector,
  DesiredDataAction,
  DesiredState,
  LoadDesiredStateOptions,
  SourceFinding,
  SourcePosition,
} from './files/desired-state-types.ts';
export type { PaceState } from './http/gate.ts';
export type { PaceSource } from './http/lane-pace.ts';
export type { LatencySnapshot } from './http/latency-histogram.ts';
export type { ClientSettings, DipswitchClientOptions } from './options/client-options.ts';
export type {
  ClientAuthentication,
  ClientSecretCredentials,
  Credentials,
  CxoneAccessKeyCredentials,
  PrivateKeyCredentials,
} from './options/credentials.ts';
export type {
  Change,
  ChangeAction,
  ChangeOrigin,
  ConnectorChange,
  DataActionChange,
  Orphan,
  Plan,
  PlanOptions,
  PlanSummary,
} from './plan/plan.ts';
export { hasChanges } from './plan/plan.ts';
export { parsePlanFile, renderPlanFile } from './plan/plan-file.ts';
export type { PlanDeletionOptions } from './plan/planner.ts';
export type { MaxDelete } from './plan/prune-limit.ts';
export { deletionLimit } from './plan/prune-limit.ts';
export { connectorBodyOf } from './resources/connector-body.ts';
export type {
  CallOptions,
  Connectors,
  DeleteConnectorOptions,
  ListConnectorsOptions,
  PutConnectorOptions,
} from './resources/connectors-types.ts';
export { dataActionBodyOf } from './resources/data-action-body.ts';
export type {
  ActionInput,
  ActionInputValue,
  DataActions,
  DeleteDataActionOptions,
  ExecuteDataActionOptions,
  Execution,
  ListDataActionsOptions,
  PublishDataActionOptions,
  PutDataActionOptions,
  TestDataActionOptions,
} from './resources/data-actions-types.ts';
export { type AwsVaultOptions, createAwsVault } from './secrets/aws-vault.ts';
export { type AzureVaultOptions, createAzureVault } from './secrets/azure-vault.ts';
export type { ImportPackage } from './secrets/cloud-package.ts';
export { createEngineVault, type EngineSecrets, type PutEngineSecretOptions } from './secrets/engine-vault.ts';
export { createGcpVault, type GcpVaultOptions } from './secrets/gcp-vault.ts';
export type { KvAuthentication } from './secrets/kv-client.ts';
export { createKvVault, type KvVaultOptions } from './secrets/kv-vault.ts';
export { type OpenVaultOptions, openVault } from './secrets/open-vault.ts';
export {
  type CredentialReading,
  findPlaintextCredentials,
  type PlaintextCredential,
  replaceCredentials,
  type SkippedCredential,
} from './secrets/plaintext-credentials.ts';
export {
  type PutSecretOptions,
  type ReferenceCheck,
  type SecretListing,
  type SecretVault,
  type StoredSecret,
  VAULT_NAMES,
  type VaultCallOptions,
  type VaultName,
} from './secrets/secret-vault.ts';
export type { AttemptOutcome, AttemptStart, ObservedAttempt } from './telemetry/attempt.ts';
export type { OnAttempt } from './telemetry/attempt-observer.ts';
export type { Clock } from './util/clock.ts';
export { systemClock } from './util/clock.ts';
export type { FieldChange, FieldValue } from './util/field-diff.ts';
export type { Logger } from './util/logger.ts';
export type { PrivateKey, SigningAlgorithm } from './util/signing-key.ts';
export type { VaultNoticeResult } from './webhooks/vault-notice-types.ts';
