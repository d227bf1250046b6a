import { type ConnectorValidation, judgeConnector } from './judge-connector.ts';
import { readStructure } from './structure-findings.ts';
import type { ValidationPolicy } from './validation-policy.ts';

/**
 * Checks the body of a connector: structure, then every rule of the contract that its well-formed parts allow. Never
 * throws for a JSON value, reports all problems at once, and repeats no submitted value.
 */
export function validateConnector(body: unknown, policy: Partial<ValidationPolicy> = {}): ConnectorValidation {
  return judgeConnector(body, readStructure(body), policy);
}
