import { type ConnectorValidation, type ValidationPolicy, validateConnector } from '@dipswitch/contract';

/**
 * Says what is wrong with a body whose structure was refused. Imported only then: the check that explains itself is a
 * third of the code that a good file needs.
 */
export function validateRefusedBody(body: unknown, policy: Partial<ValidationPolicy>): ConnectorValidation {
  return validateConnector(body, policy);
}
