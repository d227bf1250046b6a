import type { StateTransaction } from '../../state/state-database.ts';
import type { Caller } from '../../util/caller.ts';
import { assertPreconditions, type Preconditions } from '../../util/preconditions.ts';
import { ProblemError } from '../../util/problem-error.ts';
import type { ActionVersion, DataAction } from './action.ts';
import type { ActionStore } from './action-store.ts';

/** @throws ProblemError `NOT_FOUND` when the tenant of the caller has no such action, `PRECONDITION_FAILED` */
export async function findAction(
  store: Pick<ActionStore, 'find'>,
  caller: Caller,
  id: string,
  preconditions: Preconditions,
  within?: StateTransaction,
): Promise<DataAction> {
  const action = await store.find(id, within);
  if (action?.tenant !== caller.tenant) throw actionNotFound();
  assertPreconditions(preconditions, action.revision, 'data action');
  return action;
}

/** @throws ProblemError `UNKNOWN_VERSION` */
export async function findVersion(
  store: Pick<ActionStore, 'findVersion'>,
  id: string,
  version: number,
  within?: StateTransaction,
): Promise<ActionVersion> {
  const found = await store.findVersion(id, version, within);
  if (found !== undefined) return found;
  throw new ProblemError('UNKNOWN_VERSION', 'The data action has no such version.');
}

export function actionNotFound(): ProblemError {
  return new ProblemError('NOT_FOUND', 'There is no such data action.');
}
