import { canonicalJson, type DATA_ACTION_VERSION_STATES, type DataActionBody } from '@dipswitch/contract';

/** Which version runs, and on which connector. */
export interface Publication {
  readonly version: number;
  readonly connectorId: string;
}

/** A stored data action without its versions. Times are milliseconds since the epoch. */
export interface DataAction {
  readonly id: string;
  readonly tenant: string;
  /** Of the newest version. */
  readonly connectorId: string;
  /** Starts at 1, counts every change: new versions, publications, rollbacks. */
  readonly revision: number;
  /** Versions are counted from 1 without a gap. */
  readonly latestVersion: number;
  readonly published: Publication | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** One version; its body never changes. */
export interface ActionVersion {
  readonly actionId: string;
  readonly version: number;
  /** As submitted and validated. */
  readonly body: DataActionBody;
  readonly createdAt: number;
  /** Client that stored it. */
  readonly createdBy: string;
  /** When it was last made the one that runs; null for a draft. */
  readonly publishedAt: number | null;
  /** The version that ran before it when it was published: where a rollback leads. */
  readonly publishedAfter: number | null;
}

/** What it takes to see whether another version runs. */
export interface ActionHead {
  readonly tenant: string;
  readonly createdAt: number;
  readonly published: Publication | null;
}

type VersionState = (typeof DATA_ACTION_VERSION_STATES)[number];

export function versionStateOf(action: DataAction, { version, publishedAt }: ActionVersion): VersionState {
  if (action.published?.version === version) return 'published';
  return publishedAt === null ? 'draft' : 'superseded';
}

/** Whether two bodies say the same, whatever the order of their members. */
export function isSameDefinition(one: DataActionBody, other: DataActionBody): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

/** The first version of an action, not yet published. */
export function createAction(id: string, tenant: string, body: DataActionBody, now: number): DataAction {
  const { connectorId } = body;
  const times = { createdAt: now, updatedAt: now };
  return { id, tenant, connectorId, revision: 1, latestVersion: 1, published: null, ...times };
}

/** The newest version of an action as it is stored. */
export function createVersion(action: DataAction, body: DataActionBody, createdBy: string): ActionVersion {
  return {
    actionId: action.id,
    version: action.latestVersion,
    body,
    createdAt: action.updatedAt,
    createdBy,
    publishedAt: null,
    publishedAfter: null,
  };
}

/** The action with one version more, not yet published. */
export function withNextVersion(action: DataAction, body: DataActionBody, now: number): DataAction {
  return {
    ...action,
    connectorId: body.connectorId,
    revision: action.revision + 1,
    latestVersion: action.latestVersion + 1,
    updatedAt: now,
  };
}

/** The action with another version running. */
export function withPublication(action: DataAction, { version, body }: ActionVersion, now: number): DataAction {
  return {
    ...action,
    revision: action.revision + 1,
    published: { version, connectorId: body.connectorId },
    updatedAt: now,
  };
}
