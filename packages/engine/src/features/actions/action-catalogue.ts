import type { DatabaseKind, ValidDataAction } from '@dipswitch/contract';

/** A version of a data action that may run: the published one, or a draft that is tested. */
export interface RunnableAction {
  readonly actionId: string;
  readonly tenant: string;
  readonly version: number;
  readonly connectorId: string;
  readonly kind: DatabaseKind;
  readonly definition: ValidDataAction;
}

/** Why there is nothing to run under an id. Another tenant's action is `unknown`. */
export type ActionMiss = 'unknown' | 'never-published';

/**
 * What executions see of data actions. The published versions are kept in memory and read again every few seconds, so
 * that what another engine published runs here too; while the state database is away, what was known goes on running.
 */
export interface ActionCatalogue {
  /** The same object until another version is published: what is derived from it may be kept by identity. */
  published(tenant: string, actionId: string): RunnableAction | ActionMiss | Promise<RunnableAction | ActionMiss>;
  /** A stored version, the newest by default; for tests of drafts. */
  version(tenant: string, actionId: string, version?: number): Promise<RunnableAction | 'unknown'>;
}
