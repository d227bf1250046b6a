import type { Finding } from '../findings/finding.ts';
import type { FindingCode } from '../findings/finding-codes.ts';
import { escapePointerToken } from '../findings/json-pointer.ts';
import { type StructureError, validate } from '../generated/connector-body-check.js';
import type { ConnectorBody } from '../wire/connector.ts';
import { isConnectorBody, type StructureReading } from './judge-connector.ts';

// Keeps the answer to a body of many thousand bad members in proportion to the body.
const MAX_FINDINGS = 500;

const CREDENTIALS = '/configuration/credentials';
const MASKING = '/configuration/credentialMasking';

/**
 * Both checks are compiled from the schema, and tests hold them to it: a short one for what is good, and one that
 * explains itself for the rest.
 */
export function readStructure(value: unknown): StructureReading {
  if (isConnectorBody(value) || isExplainedBody(value)) return { body: value, findings: [] };
  return { body: null, findings: takeFindings(validate.errors ?? []) };
}

function isExplainedBody(value: unknown): value is ConnectorBody {
  return validate(value);
}

function takeFindings(errors: readonly StructureError[]): Finding[] {
  const findings: Finding[] = [];
  for (const error of errors) {
    if (findings.length === MAX_FINDINGS) break;
    const finding = toFinding(error);
    if (finding !== null) findings.push(finding);
  }
  return findings;
}

function toFinding(error: StructureError): Finding | null {
  const { instancePath: path, keyword, params } = error;
  // The name of a label is judged twice: once by its own rule, once as the sum of its rules.
  if (keyword === 'propertyNames') return named('INVALID_FORMAT', path, params.propertyName, 'is not a label name');
  if (error.schemaPath.includes('/propertyNames/')) return null;
  switch (keyword) {
    case 'required':
      return missing(path, params.missingProperty);
    case 'additionalProperties':
      return path === CREDENTIALS
        ? named('PLAINTEXT_CREDENTIAL', path, params.additionalProperty, PLAINTEXT_MESSAGE)
        : named('UNKNOWN_FIELD', path, params.additionalProperty, 'is not part of the contract');
    case 'type':
      return mistyped(path, String(params.type));
    case 'enum':
      return path === '/connectorType'
        ? finding('UNKNOWN_CONNECTOR_TYPE', path, `must be one of: ${listed(params.allowedValues)}`)
        : finding('INVALID_FORMAT', path, `must be one of: ${listed(params.allowedValues)}`);
    case 'minLength':
      return finding('INVALID_FORMAT', path, `must have at least ${params.limit} character(s)`);
    case 'maxLength':
      return finding('TOO_LONG', path, `must have at most ${params.limit} characters`);
    case 'maxItems':
      return finding('OUT_OF_RANGE', path, `must have at most ${params.limit} items`);
    case 'minimum':
      return finding('OUT_OF_RANGE', path, `must be at least ${params.limit}`);
    case 'maximum':
      return finding('OUT_OF_RANGE', path, `must be at most ${params.limit}`);
    default:
      return finding('INVALID_FORMAT', path, 'does not have its required form');
  }
}

const PLAINTEXT_MESSAGE = 'must not be given here; put a secret reference into credentialMasking';

function missing(path: string, member: unknown): Finding {
  return path === MASKING
    ? named('CREDENTIAL_REFERENCE_MISSING', path, member, 'needs a secret reference')
    : named('REQUIRED', path, member, 'is required');
}

function mistyped(path: string, type: string): Finding {
  if (path === CREDENTIALS) return finding('PLAINTEXT_CREDENTIAL', path, PLAINTEXT_MESSAGE);
  return finding('INVALID_TYPE', path, `must be ${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`);
}

function named(code: FindingCode, path: string, member: unknown, message: string): Finding {
  return finding(code, `${path}/${escapePointerToken(String(member))}`, message);
}

function finding(code: FindingCode, path: string, message: string): Finding {
  return { code, severity: 'error', path, message };
}

function listed(values: unknown): string {
  return Array.isArray(values) ? values.map(String).join(', ') : '';
}
