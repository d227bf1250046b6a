import type { DataActionBody, DataActionResource } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { diffStates, planDeletions } from '../../src/plan/diff.ts';
import { digestOfBody, type JournalEntries } from '../../src/plan/journal-state.ts';
import type { ChangeAction } from '../../src/plan/plan.ts';
import { connectorBody, dataActionBody, desiredState } from '../support/bodies.ts';

const SERVER = 'https://dips.example.com';
const BODY = dataActionBody('a');

function stored(body: DataActionBody, version = 1, publishedVersion: number | null = 1): DataActionResource {
  const times = { createdAt: '2026-11-23T09:00:00.000Z', updatedAt: '2026-11-23T09:00:00.000Z' };
  return { ...body, version, publishedVersion, revision: version * 2, ...times };
}

function diff(dataActions: readonly DataActionResource[], options: Partial<Parameters<typeof diffStates>[2]> = {}) {
  const actual = { server: SERVER, connectors: [], dataActions };
  return diffStates(desiredState([], [], [BODY]), actual, { prune: false, ...options });
}

describe('the plan of a data action', () => {
  const other = { ...BODY, statement: 'select 2' };

  it.each<[string, DataActionResource[], boolean, ChangeAction, boolean]>([
    ['is not there', [], false, 'create', true],
    ['is not there, as a draft', [], true, 'create', false],
    ['is as the files say and runs', [stored(BODY)], false, 'no-op', false],
    ['has a newer version than the one that runs, as the files say', [stored(BODY, 2, 1)], false, 'publish', false],
    ['was never published', [stored(BODY, 1, null)], false, 'publish', false],
    ['was never published, and drafts are wanted', [stored(BODY, 1, null)], true, 'no-op', false],
    ['differs', [stored(other, 3, 3)], false, 'update', true],
    ['differs, as a draft', [stored(other, 3, 3)], true, 'update', false],
    ['has a draft of somebody else', [stored(other, 2, 1)], false, 'update', true],
  ])('when it %s', (_name, actual, draft, action, publishes) => {
    const [change] = diff(actual, { draft }).changes;
    expect(change).toMatchObject({
      kind: 'data-action',
      id: 'a',
      action,
      publishes,
      revision: actual[0]?.revision ?? null,
      version: actual[0]?.version ?? null,
      publishedVersion: actual[0]?.publishedVersion ?? null,
    });
  });

  it('counts publications by themselves', () => {
    expect(diff([stored(BODY, 2, 1)]).summary).toEqual({ create: 0, update: 0, publish: 1, delete: 0, noOp: 0 });
  });

  it('calls a rollback at the server drift', () => {
    const applied = { revision: 4, digest: digestOfBody(BODY) };
    const entry = { kind: 'data-action', id: 'a', applied, inDoubt: null, failure: null };
    const journal: JournalEntries = new Map([['data-action/a', entry]]);
    expect(diff([{ ...stored(BODY, 2, 1), revision: 5 }], { journal }).changes[0]).toMatchObject({ origin: 'server' });
    expect(diff([{ ...stored(BODY, 2, 1), revision: 4 }], { journal }).changes[0]).toMatchObject({ origin: 'files' });
  });

  it('keeps connectors and data actions of the same id apart', () => {
    const desired = desiredState([connectorBody('a')], [], [BODY]);
    const plan = diffStates(desired, { server: SERVER, connectors: [], dataActions: [stored(BODY)] }, { prune: false });
    expect(plan.changes.map(({ kind, action }) => [kind, action])).toEqual([
      ['connector', 'create'],
      ['data-action', 'no-op'],
    ]);
  });
});

describe('pruning', () => {
  const desired = desiredState([connectorBody('db-01', {}, 'crm')], ['crm'], [dataActionBody('kept', {}, 'crm')]);
  const dataActions = [
    stored(dataActionBody('old', {}, 'crm'), 2, 2),
    stored(dataActionBody('draft', {}, 'crm'), 1, null),
    stored(dataActionBody('theirs', {}, 'billing')),
    stored(dataActionBody('by-hand')),
  ];
  const connectors = [
    {
      ...connectorBody('db-old', {}, 'crm'),
      revision: 7,
      createdAt: '',
      updatedAt: '',
      health: { status: 'PENDING', lastCheckAt: null, latencyMs: null, errorClass: null, message: null },
    } as const,
  ];

  it('deletes data actions of the project before the connectors that they use', () => {
    const plan = diffStates(desired, { server: SERVER, connectors, dataActions }, { prune: true });
    expect(plan.changes.map(({ kind, action, id }) => `${action} ${kind} ${id}`)).toEqual([
      'create connector db-01',
      'create data-action kept',
      'delete data-action draft',
      'delete data-action old',
      'delete connector db-old',
    ]);
    expect(plan.owned).toBe(3);
    expect(plan.changes.find(({ id }) => id === 'old')).toMatchObject({ publishedVersion: 2 });
  });

  it('names them as left over otherwise', () => {
    const plan = diffStates(desired, { server: SERVER, connectors, dataActions }, { prune: false });
    expect(plan.orphans).toEqual([
      { kind: 'connector', id: 'db-old', project: 'crm' },
      { kind: 'data-action', id: 'old', project: 'crm' },
      { kind: 'data-action', id: 'draft', project: 'crm' },
    ]);
  });

  it('by name deletes just these', () => {
    const plan = planDeletions({ dataActions: dataActions.slice(0, 2) }, SERVER);
    expect(plan.changes.map(({ id, revision }) => [id, revision])).toEqual([
      ['draft', 2],
      ['old', 4],
    ]);
  });
});
