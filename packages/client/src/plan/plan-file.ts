import { createHash } from 'node:crypto';
import { canonicalJson, connectorBodySchema, dataActionBodySchema } from '@dipswitch/contract';
import { DipswitchError } from '../errors.ts';
import { isRecord } from '../util/is-record.ts';
import type { Change, ChangeAction, Plan } from './plan.ts';

const FORMAT = 'dipswitch-plan/3';
const ACTIONS: readonly ChangeAction[] = ['create', 'update', 'publish', 'delete', 'no-op'];

/** The text of a plan file: JSON with a digest, so that a plan that was edited or cut off is refused. */
export function renderPlanFile(plan: Plan): string {
  return `${JSON.stringify({ format: FORMAT, digest: digestOf(plan), plan }, null, 2)}\n`;
}

/** Reads a plan file. The digest guards against accidents, not against forgery. @throws PLAN_FILE_INVALID */
export function parsePlanFile(text: string): Plan {
  const file = parseJson(text);
  if (!isRecord(file) || file.format !== FORMAT) throw invalid('this is no plan file of this version');
  const plan = file.plan;
  if (!isPlan(plan)) throw invalid('the plan has another shape than this version writes');
  if (file.digest !== digestOf(plan)) throw invalid('the plan was changed after it was written');
  return plan;
}

function digestOf(plan: Plan): string {
  return createHash('sha256').update(canonicalJson(plan)).digest('hex');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('the file is not JSON');
  }
}

function isPlan(value: unknown): value is Plan {
  return (
    isRecord(value) &&
    isRecord(value.summary) &&
    Array.isArray(value.projects) &&
    typeof value.owned === 'number' &&
    typeof value.dataActionsRead === 'boolean' &&
    Array.isArray(value.orphans) &&
    typeof value.server === 'string' &&
    Array.isArray(value.changes) &&
    value.changes.every(isChange)
  );
}

function isChange(value: unknown): value is Change {
  if (!isRecord(value) || typeof value.id !== 'string') return false;
  if (!ACTIONS.some((action) => action === value.action) || !Array.isArray(value.fields)) return false;
  if (!isCount(value.revision)) return false;
  if (value.kind === 'connector') return value.action !== 'publish' && isDesired(value, connectorIdOf);
  if (value.kind !== 'data-action' || typeof value.publishes !== 'boolean') return false;
  return isCount(value.version) && isCount(value.publishedVersion) && isDesired(value, actionIdOf);
}

/** What a delete wants is nothing; every other change, a body of its own id. */
function isDesired(
  { action, desired, id }: Readonly<Record<string, unknown>>,
  idOf: (body: unknown) => string | undefined,
): boolean {
  return action === 'delete' ? desired === null : idOf(desired) === id;
}

function connectorIdOf(body: unknown): string | undefined {
  return connectorBodySchema.safeParse(body).data?.connectorId;
}

function actionIdOf(body: unknown): string | undefined {
  return dataActionBodySchema.safeParse(body).data?.actionId;
}

function isCount(value: unknown): boolean {
  return value === null || typeof value === 'number';
}

function invalid(message: string): DipswitchError {
  return new DipswitchError('PLAN_FILE_INVALID', message);
}
