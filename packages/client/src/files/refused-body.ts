import {
  type ConnectorValidation,
  type DataActionContext,
  type DataActionValidation,
  type ValidationPolicy,
  validateConnector,
  validateDataAction,
} from '@dipswitch/contract';

/**
 * Says what is wrong with a body whose structure was refused. Imported only then: the check that explains itself is a
 * third of the code that a good file needs.
 */
export function validateRefusedBody(body: unknown, policy: Partial<ValidationPolicy>): ConnectorValidation {
  return validateConnector(body, policy);
}

/** The same for the body of a data action. */
export function validateRefusedDataAction(body: unknown, context: DataActionContext): DataActionValidation {
  return validateDataAction(body, context);
}
