import { type DatabaseKind, toDatabaseKind } from '../catalogue/database-catalogue.ts';
import type { ConnectionModel } from '../connection-string/connection-model.ts';
import { readConnectionString } from '../connection-string/parse-connection-string.ts';
import type { Finding } from '../findings/finding.ts';
import { accepts } from '../generated/connector-body-accept.js';
import type { ConnectorBody } from '../wire/connector.ts';
import { type ConnectorDraft, toConnectorDraft } from './connector-draft.ts';
import { BODY_PATHS, checkConnectionRules, checkConnectorRules } from './connector-rules.ts';
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

/** What a look at the structure of a body told. */
export interface StructureReading {
  /** Null for a body with a broken structure. */
  readonly body: ConnectorBody | null;
  readonly findings: Finding[];
}

/**
 * `validateConnector` for a body of good structure; null for any other, about which only `validateConnector` says what
 * is wrong. A program that loads its code lazily needs that, and the large check behind it, for a refusal alone.
 */
export function validateWellFormedConnector(
  body: unknown,
  policy: Partial<ValidationPolicy> = {},
): ConnectorValidation | null {
  return isConnectorBody(body) ? judgeConnector(body, { body, findings: [] }, policy) : null;
}

/** Whether a value has the structure of a connector body: compiled from the schema, and without a word of explanation. */
export function isConnectorBody(value: unknown): value is ConnectorBody {
  return accepts(value);
}

/** The rules beyond the structure, for what of `body` is well-formed. Adds to the findings of the structure. */
export function judgeConnector(
  body: unknown,
  structure: StructureReading,
  policy: Partial<ValidationPolicy>,
): ConnectorValidation {
  const rules = policy === DEFAULT_VALIDATION_POLICY ? DEFAULT_VALIDATION_POLICY : resolvePolicy(policy);
  const { body: connector, findings } = structure;
  const draft = toConnectorDraft(body);
  checkConnectorRules(draft, rules, findings);
  const target = readTarget(draft, rules, findings);
  if (connector === null || target === null || findings.some((finding) => finding.severity === 'error')) {
    return { valid: false, findings };
  }
  const kind = toDatabaseKind(connector.connectorType);
  const healthQuery = connector.healthCheck?.query ?? rules.catalogue[kind].defaultHealthQuery;
  return { valid: true, connector: { body: connector, kind, target, healthQuery }, findings };
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
