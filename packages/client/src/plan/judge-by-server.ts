import {
  type ConnectorResource,
  DATABASE_KINDS,
  type DatabaseKind,
  type Finding,
  OWNERSHIP_LABEL,
  toConnectorType,
  validateDataAction,
} from '@dipswitch/contract';
import { DipswitchError, type ErrorIssue } from '../errors.ts';
import type { DesiredDataAction, DesiredState } from '../files/desired-state-types.ts';

/**
 * Judges the data actions whose connector is in none of the files by the connectors of the server. @throws
 * DOCUMENT_INVALID with an issue for each problem: an unknown connector, or one that this plan would delete, and what
 * the grammar of its database refuses
 */
export function assertSoundOnServer(
  { dataActions, connectors: desired, projects }: DesiredState,
  connectors: readonly ConnectorResource[],
  prune: boolean,
): void {
  const open = dataActions.filter(({ kind }) => kind === null);
  if (open.length === 0) return;
  const inFiles = new Set(desired.map(({ body }) => body.connectorId));
  const kinds = new Map<string, DatabaseKind | null>();
  for (const { connectorId, connectorType, labels } of connectors) {
    const isPruned = prune && !inFiles.has(connectorId) && projects.includes(labels?.[OWNERSHIP_LABEL] ?? '');
    if (!isPruned) kinds.set(connectorId, kindOf(connectorType));
  }
  const issues = open.flatMap((dataAction) => judge(dataAction, kinds.get(dataAction.body.connectorId)));
  if (issues.length === 0) return;
  throw new DipswitchError('DOCUMENT_INVALID', `the files have ${issues.length} error(s)`, { issues });
}

function judge(dataAction: DesiredDataAction, kind: DatabaseKind | null | undefined): readonly ErrorIssue[] {
  if (kind === undefined) {
    const message = 'names a connector that is in none of the files and will not be on the server';
    return [toIssue(dataAction, { code: 'UNKNOWN_CONNECTOR', severity: 'error', path: '/connectorId', message })];
  }
  if (kind === null) return [];
  const { findings } = validateDataAction(dataAction.body, { kind });
  return findings.filter(({ severity }) => severity === 'error').map((finding) => toIssue(dataAction, finding));
}

function toIssue({ body, source }: DesiredDataAction, { path, code, message }: Finding): ErrorIssue {
  const place = `${source.file}:${source.line}:${source.column}`;
  return { path, code, message: `${place}: data action ${body.actionId} ${message}` };
}

/** A newer server may know more kinds than we do. */
function kindOf(type: ConnectorResource['connectorType']): DatabaseKind | null {
  return DATABASE_KINDS.find((kind) => toConnectorType(kind) === type) ?? null;
}
