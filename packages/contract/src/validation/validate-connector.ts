import type { ConnectionModel } from '../connection-string/connection-model.ts';
import { readConnectionString } from '../connection-string/parse-connection-string.ts';
import { type DatabaseKind, toDatabaseKind } from '../database-catalogue.ts';
import type { Finding } from '../finding.ts';
import type { ConnectorBody } from '../wire/connector.ts';
import { type ConnectorDraft, toConnectorDraft } from './connector-draft.ts';
import { BODY_PATHS, checkConnectionRules, checkConnectorRules } from './connector-rules.ts';
import { isConnectorBody, takeStructureFindings } from './structure-findings.ts';
import { DEFAULT_VALIDATION_POLICY, type ValidationPolicy } from './validation-policy.ts';

/** A connector that follows every rule, with what validation learnt on the way. */
export interface ValidConnector {
  /** The submitted value itself, not a copy. */
  readonly body: ConnectorBody;
  readonly kind: DatabaseKind;
  readonly target: ConnectionModel;
  /** The query of the body, else the default of the kind. */
  readonly healthQuery: string;
}

/** `findings` of a valid connector are warnings. */
export type ConnectorValidation =
  | { readonly valid: true; readonly connector: ValidConnector; readonly findings: Finding[] }
  | { readonly valid: false; readonly findings: Finding[] };

/**
 * Checks the body of a connector: structure, then every rule of the contract that its well-formed parts allow. Never
 * throws for a JSON value, reports all problems at once, and repeats no submitted value.
 */
export function validateConnector(body: unknown, policy: Partial<ValidationPolicy> = {}): ConnectorValidation {
  const rules = policy === DEFAULT_VALIDATION_POLICY ? DEFAULT_VALIDATION_POLICY : resolvePolicy(policy);
  const isStructured = isConnectorBody(body);
  const findings = isStructured ? [] : takeStructureFindings();
  const draft = toConnectorDraft(body);
  checkConnectorRules(draft, rules, findings);
  const target = readTarget(draft, rules, findings);
  if (!isStructured || target === null || findings.some((finding) => finding.severity === 'error')) {
    return { valid: false, findings };
  }
  const kind = toDatabaseKind(body.connectorType);
  const healthQuery = body.healthCheck?.query ?? rules.catalogue[kind].defaultHealthQuery;
  return { valid: true, connector: { body, kind, target, healthQuery }, findings };
}

function resolvePolicy(policy: Partial<ValidationPolicy>): ValidationPolicy {
  return {
    catalogue: policy.catalogue ?? DEFAULT_VALIDATION_POLICY.catalogue,
    allowLoopback: policy.allowLoopback ?? DEFAULT_VALIDATION_POLICY.allowLoopback,
    allowPlaintext: policy.allowPlaintext ?? DEFAULT_VALIDATION_POLICY.allowPlaintext,
    allowedNetworks: policy.allowedNetworks ?? DEFAULT_VALIDATION_POLICY.allowedNetworks,
  };
}

function readTarget(draft: ConnectorDraft, policy: ValidationPolicy, findings: Finding[]): ConnectionModel | null {
  if (draft.connectionString === undefined || draft.connectionString === '') return null;
  const { model, facts, problems } = readConnectionString(draft.connectionString);
  for (const { code, message } of problems) {
    findings.push({ code, severity: 'error', path: BODY_PATHS.connectionString, message });
  }
  if (facts !== null) checkConnectionRules(draft, facts, policy, findings);
  return model;
}
