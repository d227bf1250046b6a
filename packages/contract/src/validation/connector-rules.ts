import type { ConnectionFacts } from '../connection-string/parse-connection-string.ts';
import type { Finding } from '../findings/finding.ts';
import type { FindingCode } from '../findings/finding-codes.ts';
import { isSecretReference } from '../secrets/secret-reference.ts';
import { CONNECTOR_LIMITS, ID_PATTERN } from '../wire/connector-limits.ts';
import type { ConnectorDraft } from './connector-draft.ts';
import { findHealthQueryProblem } from './health-query.ts';
import { isDialAllowed, isLoopbackHost, type ValidationPolicy } from './validation-policy.ts';
import { listWebhookUrlProblems } from './webhook-url.ts';

export const BODY_PATHS = {
  connectorId: '/connectorId',
  labels: '/labels',
  connectionString: '/configuration/connectionString',
  username: '/configuration/credentialMasking/username',
  password: '/configuration/credentialMasking/password',
  minPoolSize: '/configuration/poolSettings/minPoolSize',
  maxPoolSize: '/configuration/poolSettings/maxPoolSize',
  parameterizedQueries: '/configuration/securitySettings/enableParameterizedQueries',
  sslMode: '/configuration/securitySettings/sslMode',
  sslVerification: '/configuration/securitySettings/sslVerification',
  caCertificate: '/configuration/securitySettings/caCertificate',
  healthQuery: '/healthCheck/query',
  healthTimeout: '/healthCheck/timeoutSeconds',
} as const;

const CERTIFICATES =
  /^\s*(?:-----BEGIN CERTIFICATE-----[\r\n]+(?:[A-Za-z0-9+/=]{1,128}[ \t]*[\r\n]+)+-----END CERTIFICATE-----\s*)+$/;

/** The rules that need no connection string. Appends what is wrong to `findings`. */
export function checkConnectorRules(draft: ConnectorDraft, policy: ValidationPolicy, findings: Finding[]): void {
  if (draft.connectorId !== undefined && !ID_PATTERN.test(draft.connectorId)) {
    report(
      findings,
      'INVALID_ID',
      BODY_PATHS.connectorId,
      'must be 1 to 128 letters, digits and . _ -, not beginning with . _ -',
    );
  }
  if (draft.labelCount > CONNECTOR_LIMITS.labelsMax) {
    report(findings, 'OUT_OF_RANGE', BODY_PATHS.labels, `must have at most ${CONNECTOR_LIMITS.labelsMax} members`);
  }
  checkReference(draft.usernameReference, BODY_PATHS.username, findings);
  checkReference(draft.passwordReference, BODY_PATHS.password, findings);
  checkPool(draft, policy, findings);
  checkSecurity(draft, findings);
  checkHealth(draft, findings);
  for (const [index, url] of draft.webhookUrls.entries()) {
    if (url === undefined) continue;
    for (const { code, message } of listWebhookUrlProblems(url, policy)) {
      report(findings, code, `/eventSubscriptions/${index}/webhookUrl`, message);
    }
  }
}

/** The rules about what the connection string says. */
export function checkConnectionRules(
  draft: ConnectorDraft,
  target: ConnectionFacts,
  policy: ValidationPolicy,
  findings: Finding[],
): void {
  const path = BODY_PATHS.connectionString;
  if (draft.kind !== undefined && draft.kind !== target.kind) {
    report(
      findings,
      'CONNECTION_STRING_KIND_MISMATCH',
      path,
      `is for ${target.kind}, the connector type for ${draft.kind}`,
    );
  }
  checkDriverVersion(target, policy, findings);
  for (const { host } of target.hosts) {
    if (isDialAllowed(host, 'database', policy)) continue;
    report(findings, 'ADDRESS_REFUSED', path, 'names an address that may not be dialled');
    break;
  }
  const isPlaintextAllowed = policy.allowPlaintext || target.hosts.every(({ host }) => isLoopbackHost(host));
  if (draft.sslMode === false && !isPlaintextAllowed) {
    report(findings, 'TLS_REQUIRED', BODY_PATHS.sslMode, 'may only be false for loopback');
  }
  if (contradictsTls(draft, target)) {
    report(findings, 'INVALID_CONNECTION_PROPERTY_VALUE', path, 'the TLS property contradicts securitySettings');
  }
}

function checkReference(reference: string | undefined, path: string, findings: Finding[]): void {
  if (reference === undefined || isSecretReference(reference)) return;
  report(
    findings,
    'INVALID_SECRET_REFERENCE',
    path,
    'must be a secret reference such as vault://mount/path#field, or a label',
  );
}

function checkPool(draft: ConnectorDraft, policy: ValidationPolicy, findings: Finding[]): void {
  const { minPoolSize: min, maxPoolSize: max, kind } = draft;
  if (min !== undefined && max !== undefined && min > max) {
    report(findings, 'POOL_MIN_ABOVE_MAX', BODY_PATHS.minPoolSize, 'must not be above maxPoolSize');
  }
  const limit = kind === undefined ? undefined : policy.catalogue[kind].maxPoolSize;
  if (limit !== undefined && max !== undefined && max > limit) {
    report(findings, 'POOL_LIMIT_EXCEEDED', BODY_PATHS.maxPoolSize, `must be at most ${limit} for ${kind}`);
  }
}

function checkSecurity(draft: ConnectorDraft, findings: Finding[]): void {
  if (draft.parameterizedQueries === false) {
    report(findings, 'PARAMETERIZED_QUERIES_REQUIRED', BODY_PATHS.parameterizedQueries, 'must be true');
  }
  if (draft.sslVerification === 'none') {
    const message = 'the certificate of the server is not verified';
    findings.push({ code: 'TLS_UNVERIFIED', severity: 'warning', path: BODY_PATHS.sslVerification, message });
  }
  if (draft.caCertificate !== undefined && !isCertificateText(draft.caCertificate)) {
    report(
      findings,
      'INVALID_CERTIFICATE',
      BODY_PATHS.caCertificate,
      'must be PEM text of certificates and nothing else',
    );
  }
}

function checkHealth(draft: ConnectorDraft, findings: Finding[]): void {
  const { healthTimeoutSeconds: timeout, healthIntervalSeconds: interval, healthQuery: query, kind } = draft;
  if (timeout !== undefined && interval !== undefined && timeout >= interval) {
    report(findings, 'HEALTH_TIMEOUT_NOT_BELOW_INTERVAL', BODY_PATHS.healthTimeout, 'must be below intervalSeconds');
  }
  if (query === undefined || query === '' || query === 'SELECT 1') return;
  // Without a known kind the query is read as PostgreSQL would; the unknown type is a finding of its own.
  const problem = findHealthQueryProblem(query, kind ?? 'postgresql');
  if (problem !== null) report(findings, problem.code, BODY_PATHS.healthQuery, problem.message);
}

function checkDriverVersion(target: ConnectionFacts, policy: ValidationPolicy, findings: Finding[]): void {
  const { kind, driverVersion } = target;
  if (driverVersion === null) return;
  const entry = policy.catalogue[kind];
  const path = BODY_PATHS.connectionString;
  if (driverVersion === undefined || !entry.driverVersions.includes(driverVersion)) {
    const supported = entry.driverVersions.join(', ');
    report(findings, 'UNSUPPORTED_DRIVER_VERSION', path, `driverVersion must be one of: ${supported}`);
    return;
  }
  for (const advisory of entry.advisories) {
    if (!advisory.driverVersions.includes(driverVersion)) continue;
    const message = `driverVersion ${driverVersion}: ${advisory.id}, ${advisory.summary}`;
    findings.push({ code: 'DRIVER_ADVISORY', severity: 'warning', path, message });
  }
}

/** A property that asks for more or less TLS than the settings do must not be silently ignored. */
function contradictsTls(draft: ConnectorDraft, target: ConnectionFacts): boolean {
  const asked =
    target.properties.get('sslmode') ?? target.properties.get('sslMode') ?? target.properties.get('encrypt');
  if (asked === undefined || draft.sslMode === undefined) return false;
  if (!draft.sslMode) return asked !== 'false';
  const verification = draft.sslVerification ?? 'full';
  if (asked === 'verify-full' || asked === 'VERIFY_IDENTITY') return verification !== 'full';
  if (asked === 'verify-ca' || asked === 'VERIFY_CA') return verification === 'none';
  return asked === 'false';
}

function isCertificateText(text: string): boolean {
  return text.length <= 64 * 1024 && CERTIFICATES.test(text);
}

function report(findings: Finding[], code: FindingCode, path: string, message: string): void {
  findings.push({ code, severity: 'error', path, message });
}
