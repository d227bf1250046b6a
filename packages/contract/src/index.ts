export { type AuditHead, chainAuditRecord, GENESIS_HASH, type Sha256Hex } from './audit/audit-chain.ts';
export {
  AUDIT_DEFECTS,
  type AuditDefect,
  type AuditDefectCode,
  type AuditSummary,
  type AuditVerifier,
  createAuditVerifier,
} from './audit/audit-verifier.ts';
export { canonicalJson } from './audit/canonical-json.ts';
export {
  CONNECTOR_TYPES,
  type ConnectorType,
  DATABASE_CATALOGUE,
  DATABASE_KINDS,
  type DatabaseCatalogue,
  type DatabaseCatalogueEntry,
  type DatabaseKind,
  type DriverAdvisory,
  toConnectorType,
  toDatabaseKind,
} from './catalogue/database-catalogue.ts';
export { catalogueExtensionSchema, extendCatalogue } from './catalogue/extend-catalogue.ts';
export { ALLOWED_PROPERTIES, type ConnectionProperty } from './connection-string/allowed-properties.ts';
export {
  type ConnectionModel,
  ConnectionStringError,
  type ConnectionStringProblem,
  type DatabaseHost,
} from './connection-string/connection-model.ts';
export { parseConnectionString } from './connection-string/parse-connection-string.ts';
export { CREDENTIAL_PROPERTIES, FORBIDDEN_PROPERTIES } from './connection-string/refused-properties.ts';
export { renderConnectionString } from './connection-string/render-connection-string.ts';
export type {
  FieldFormat,
  FieldScalar,
  FieldType,
  InputField,
  OutputField,
  ValidDataAction,
} from './data-action/data-action-model.ts';
export {
  type DataActionContext,
  type DataActionValidation,
  validateWellFormedDataAction,
} from './data-action/judge-data-action.ts';
export { type InputReading, parseInputFields } from './data-action/parse-input-fields.ts';
export { type OutputReading, parseOutputFields } from './data-action/parse-output-fields.ts';
export { validateDataAction } from './data-action/validate-data-action.ts';
export { worstCaseAnswerBytes } from './data-action/worst-case-answer.ts';
export { ContractError } from './findings/contract-error.ts';
export type { Finding, FindingSeverity } from './findings/finding.ts';
export { FINDING_CODES, type FindingCode } from './findings/finding-codes.ts';
export { escapePointerToken, toJsonPointer } from './findings/json-pointer.ts';
export { toFindings } from './findings/zod-findings.ts';
export {
  ADDRESS_CLASSES,
  type AddressClass,
  classifyAddress,
  isAddressInNetworks,
  isNetwork,
} from './network/address.ts';
export { connectorBodyJsonSchema, type JsonSchema, projectFileJsonSchema } from './openapi/json-schema.ts';
export { openApiDocument } from './openapi/openapi.ts';
export { API_OPERATIONS } from './openapi/openapi-operations.ts';
export { type ConnectorEntry, connectorEntrySchema } from './project-file/connector-entry.ts';
export { type DataActionEntry, dataActionEntrySchema } from './project-file/data-action-entry.ts';
export { isProjectFile } from './project-file/is-project-file.ts';
export {
  type ProjectFile,
  type ProjectFileReading,
  projectFileSchema,
  readProjectFile,
} from './project-file/project-file.ts';
export {
  ENTRY_DEFAULTS,
  OWNERSHIP_LABEL,
  type ToConnectorBodyOptions,
  toConnectorBody,
} from './project-file/to-connector-body.ts';
export { type ToDataActionBodyOptions, toDataActionBody } from './project-file/to-data-action-body.ts';
export { toDataActionEntryPath } from './project-file/to-data-action-entry-path.ts';
export { toEntryPath } from './project-file/to-entry-path.ts';
export { Secret } from './secrets/secret.ts';
export {
  formatSecretReference,
  isSecretReference,
  parseSecretReference,
  SECRET_LABEL_PATTERN,
  SECRET_NAME_PATTERN,
  type SecretReference,
} from './secrets/secret-reference.ts';
export { compileStatement, type StatementCompilation } from './statement/compile-statement.ts';
export type { CompiledStatement, ParameterSlot, StatementInput } from './statement/compiled-statement.ts';
export {
  type ConnectorValidation,
  type ValidConnector,
  validateWellFormedConnector,
} from './validation/judge-connector.ts';
export { validateConnector } from './validation/validate-connector.ts';
export {
  DEFAULT_VALIDATION_POLICY,
  type DialPurpose,
  isDialAllowed,
  isLoopbackHost,
  type ValidationPolicy,
} from './validation/validation-policy.ts';
export { VERSION } from './version.ts';
export {
  generateWebhookSecret,
  isWebhookSecret,
  type SignWebhookOptions,
  signWebhook,
  type VerifyWebhookOptions,
  verifyWebhook,
  type WebhookVerdict,
} from './webhooks/webhook-signature.ts';
export {
  AUDIT_STATUSES,
  type AuditEvent,
  type AuditRecord,
  type AuditStatus,
  auditEventSchema,
  auditRecordSchema,
} from './wire/audit.ts';
export {
  type Collection,
  type ConnectorBody,
  type ConnectorResource,
  collectionSchema,
  connectorBodySchema,
  connectorResourceSchema,
} from './wire/connector.ts';
export {
  CONNECTOR_LIMITS,
  EVENT_TYPES,
  type EventType,
  ID_PATTERN,
  LABEL_NAME_PATTERN,
  LABEL_VALUE_PATTERN,
  SSL_VERIFICATIONS,
  type SslVerification,
} from './wire/connector-limits.ts';
export {
  DATA_ACTION_VERSION_STATES,
  type DataActionBody,
  type DataActionDetail,
  type DataActionResource,
  type DataActionVersion,
  dataActionBodySchema,
  dataActionDetailSchema,
  dataActionPublishBodySchema,
  dataActionResourceSchema,
  dataActionRollbackBodySchema,
  dataActionTestBodySchema,
} from './wire/data-action.ts';
export {
  DATA_ACTION_ACCESSES,
  DATA_ACTION_DEFAULTS,
  DATA_ACTION_LIMITS,
  type DataActionAccess,
  FIELD_NAME_PATTERN,
} from './wire/data-action-limits.ts';
export {
  type ActionPublishedBody,
  actionPublishedBodySchema,
  type ConfigUpdatedBody,
  type ConnectorDeletedBody,
  configUpdatedBodySchema,
  connectorDeletedBodySchema,
  EVENT_SOURCE,
  type EventBody,
  type HealthChangedBody,
  healthChangedBodySchema,
  type SecretRotatedBody,
  secretRotatedBodySchema,
} from './wire/event.ts';
export {
  ANSWER_SOURCES,
  type AnswerEnvelope,
  type AnswerSource,
  answerEnvelopeSchema,
  type DataActionStats,
  type DataActionTestResult,
  dataActionStatsSchema,
  dataActionTestResultSchema,
  type ExecutionAnswer,
  executionAnswerSchema,
  FAILURE_OUTCOMES,
  OUTCOMES,
  type Outcome,
} from './wire/execution.ts';
export {
  type ConnectorHealth,
  type ConnectorTestResult,
  connectorHealthSchema,
  connectorTestResultSchema,
  HEALTH_ERROR_CLASSES,
  HEALTH_STATUSES,
  type HealthCheckRecord,
  type HealthErrorClass,
  type HealthStatus,
  type HealthSummary,
  healthCheckRecordSchema,
  healthSummarySchema,
  poolSnapshotSchema,
  type ValidationResult,
  validationResultSchema,
} from './wire/health.ts';
export {
  SCOPES,
  type Scope,
  type TokenAnswer,
  type TokenError,
  tokenAnswerSchema,
  tokenErrorSchema,
} from './wire/oauth.ts';
export { type Problem, problemSchema } from './wire/problem.ts';
export { PROBLEM_CODES, type ProblemCode, type ProblemCodeEntry } from './wire/problem-codes.ts';
export { RESERVED_OUTPUT_NAMES } from './wire/reserved-output-names.ts';
export {
  SECRET_LIMITS,
  type SecretCheck,
  type SecretResource,
  secretCheckBodySchema,
  secretCheckSchema,
  secretPutBodySchema,
  secretResourceSchema,
} from './wire/secret.ts';
