import type { ConnectorBody } from '@dipswitch/contract';
import type { FieldChange } from '../util/field-diff.ts';
import type { SourcePosition } from './desired-state-types.ts';

export type ChangeAction = 'create' | 'update' | 'delete' | 'no-op';

/**
 * Who made desired and actual state differ since our last apply: the files, somebody at the server (drift), or both.
 * Known only where the journal of an earlier apply knows the connector.
 */
export type ChangeOrigin = 'files' | 'server' | 'both';

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
  /** Null for `delete` and `no-op`, and where it is not known. */
  readonly origin: ChangeOrigin | null;
}

export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly noOp: number;
}

/** What carries a project's label on the server, is in no file, and is left alone because nobody asked to prune. */
export interface Orphan {
  readonly kind: Change['kind'];
  readonly id: string;
  readonly project: string;
}

/** The difference between desired and actual state; plain data, safe to print and to write to a file. */
export interface Plan {
  /** Creates and updates in the order of the files, then deletes by id, then no-ops. */
  readonly changes: readonly Change[];
  readonly summary: PlanSummary;
  readonly projects: readonly string[];
  /** How many connectors carried the label of one of these projects. */
  readonly owned: number;
  readonly orphans: readonly Orphan[];
  /** Address of the server that was compared with. */
  readonly server: string;
}

export interface PlanOptions {
  /** Also deletes what carries this project's ownership label and is in no file. Default false. */
  readonly prune?: boolean;
  /** Just those connectors whose last change failed, or whose outcome is not known, by the journal. Default false. */
  readonly onlyFailed?: boolean;
  readonly signal?: AbortSignal;
}

export function hasChanges(plan: Plan): boolean {
  return plan.summary.create + plan.summary.update + plan.summary.delete > 0;
}
