import type { ConnectorBody } from '@dipswitch/contract';
import type { FieldChange } from '../util/field-diff.ts';
import type { SourcePosition } from './desired-state-types.ts';

export type ChangeAction = 'create' | 'update' | 'delete' | 'no-op';

export interface Change {
  readonly kind: 'connector';
  readonly action: ChangeAction;
  readonly id: string;
  /** Empty for `create`, `delete` and `no-op`. */
  readonly fields: readonly FieldChange[];
  /** What will be PUT; null for `delete`. */
  readonly desired: ConnectorBody | null;
  /** Revision that the plan saw; the change is refused when it has moved. Null for `create`. */
  readonly revision: number | null;
  readonly source: SourcePosition | null;
}

export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly noOp: number;
}

/** The difference between desired and actual state; plain data, safe to print and to write to a file. */
export interface Plan {
  /** Creates and updates in the order of the files, then deletes by id, then no-ops. */
  readonly changes: readonly Change[];
  readonly summary: PlanSummary;
  readonly projects: readonly string[];
  /** Address of the server that was compared with. */
  readonly server: string;
}

export interface PlanOptions {
  /** Also deletes what carries this project's ownership label and is in no file. Default false. */
  readonly prune?: boolean;
  readonly signal?: AbortSignal;
}

export function hasChanges(plan: Plan): boolean {
  return plan.summary.create + plan.summary.update + plan.summary.delete > 0;
}
