import type { WriteAction } from '../plan/journal-state.ts';
import type { Change } from '../plan/plan.ts';

/** Whom an audit record is about. */
export type AuditSubject = { readonly connectorId?: string; readonly actionId?: string };

const TYPES: Readonly<Record<Change['kind'], Readonly<Record<WriteAction, string>>>> = {
  connector: {
    create: 'CONNECTOR_CREATED',
    update: 'CONNECTOR_UPDATED',
    // A connector has no versions; the record of one would still be true.
    publish: 'CONNECTOR_UPDATED',
    delete: 'CONNECTOR_DELETED',
  },
  'data-action': {
    create: 'ACTION_CREATED',
    update: 'ACTION_UPDATED',
    publish: 'ACTION_PUBLISHED',
    delete: 'ACTION_DELETED',
  },
};

export function auditTypeOf(kind: Change['kind'], action: WriteAction): string {
  return TYPES[kind][action];
}

export function subjectOf({ kind, id }: Pick<Change, 'kind' | 'id'>): AuditSubject {
  return kind === 'connector' ? { connectorId: id } : { actionId: id };
}
