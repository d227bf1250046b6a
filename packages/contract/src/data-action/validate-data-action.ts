import { toFindings } from '../findings/zod-findings.ts';
import { dataActionBodySchema } from '../wire/data-action.ts';
import {
  type DataActionContext,
  type DataActionStructure,
  type DataActionValidation,
  isDataActionBody,
  judgeDataAction,
} from './judge-data-action.ts';

/**
 * Checks the body of a data action: structure, then every rule of the contract that its well-formed parts allow. Never
 * throws for a JSON value, reports all problems at once, and repeats no submitted value but names of parameters.
 */
export function validateDataAction(body: unknown, context: DataActionContext): DataActionValidation {
  return judgeDataAction(body, readStructure(body), context);
}

function readStructure(value: unknown): DataActionStructure {
  if (isDataActionBody(value)) return { body: value, findings: [] };
  const { error } = dataActionBodySchema.safeParse(value, { reportInput: true });
  return { body: null, findings: toFindings(error?.issues ?? []) };
}
