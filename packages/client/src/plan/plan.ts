import type { ConnectorBody, DataActionBody } from '@dipswitch/contract';
import type { SourcePosition } from '../files/desired-state-types.ts';
import type { FieldChange } from '../util/field-diff.ts';

/** `publish`: the newest version of a data action is what the files say, and it is not the one that runs. */
export type ChangeAction = 'create' | 'update' | 'publish' | 'delete' | 'no-op';

/**
 * Who made desired and actual state differ since our last apply: the files, somebody at the server (drift), or both.
 * Known only where the journal of an earlier apply knows the connector or data action.
 */
export type ChangeOrigin = 'files' | 'server' | 'both';

export type Change = ConnectorChange | DataActionChange;

interface ChangeFacts {
  readonly action: ChangeAction;
  readonly id: string;
  /** Empty for `create`, `publish`, `delete` and `no-op`. */
  readonly fields: readonly FieldChange[];
  /** Revision that the plan saw; the change is refused when it has moved. Null for `create`. */
  readonly revision: number | null;
  readonly source: SourcePosition | null;
  /** Null for `delete` and `no-op`, and where it is not known. */
  readonly origin: ChangeOrigin | null;
}

export interface ConnectorChange extends ChangeFacts {
  readonly kind: 'connector';
  readonly action: Exclude<ChangeAction, 'publish'>;
  /** What will be PUT; null for `delete`. */
  readonly desired: ConnectorBody | null;
}

export interface DataActionChange extends ChangeFacts {
  readonly kind: 'data-action';
  /** What will be PUT, or is the version to publish; null for `delete`. */
  readonly desired: DataActionBody | null;
  /** Newest version that the plan saw; null for `create`. */
  readonly version: number | null;
  /** The one that runs; null when none does. A `delete` of one that has such a version is forced. */
  readonly publishedVersion: number | null;
  /** Whether the new version of a `create` or `update` is published after it is stored. */
  readonly publishes: boolean;
}

export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  /** Data actions that are only published; those created and updated are counted there. */
  readonly publish: number;
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
  /**
   * What is written in the order of the files, connectors before data actions; then deletes by id, data actions before
   * connectors; then no-ops.
   */
  readonly changes: readonly Change[];
  readonly summary: PlanSummary;
  readonly projects: readonly string[];
  /** How many connectors and data actions carried the label of one of these projects. */
  readonly owned: number;
  readonly orphans: readonly Orphan[];
  /** False: nothing is known of the server's data actions, because the files name none and the client may not read them. */
  readonly dataActionsRead: boolean;
  /** Address of the server that was compared with. */
  readonly server: string;
}

/** What the server has of a resource after a write; null where it has none, or the kind knows none. */
export interface StoredState {
  readonly revision: number | null;
  readonly version: number | null;
  readonly publishedVersion: number | null;
}

/** How far a change has come: its steps that are done, and what the server had after the last of them. */
export interface ChangeProgress {
  readonly stepsDone: number;
  readonly stored: StoredState;
}

export interface PlanOptions {
  /** Also deletes what carries this project's ownership label and is in no file. Default false. */
  readonly prune?: boolean;
  /** Stores new versions of data actions as drafts and publishes none. Default false. */
  readonly draft?: boolean;
  /** Just what failed last time, or whose outcome is not known, by the journal. Default false. */
  readonly onlyFailed?: boolean;
  readonly signal?: AbortSignal;
}

export function hasChanges({ summary }: Plan): boolean {
  return summary.create + summary.update + summary.publish + summary.delete > 0;
}
