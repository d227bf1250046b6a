import type { ConnectorBody, ConnectorResource } from '@dipswitch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffStates, planDeletions } from '../../src/plan/diff.ts';
import { hasChanges } from '../../src/plan/plan.ts';
import { connectorBody, desiredState } from '../support/bodies.ts';

const SERVER = 'https://dips.example.com';
const NO_PRUNE = { prune: false };

function stored(body: ConnectorBody, revision = 1): ConnectorResource {
  return {
    ...body,
    revision,
    createdAt: '2026-11-23T09:00:00.000Z',
    updatedAt: '2026-11-23T09:00:00.000Z',
    health: { status: 'PENDING', lastCheckAt: null, latencyMs: null, errorClass: null, message: null },
  };
}

function diffOne(before: ConnectorBody, after: ConnectorBody) {
  const plan = diffStates(
    desiredState([after]),
    { server: SERVER, connectors: [stored(before)], dataActions: null },
    NO_PRUNE,
  );
  const [change] = plan.changes;
  return { action: change?.action, fields: change?.fields };
}

describe('diffStates', () => {
  it('creates what is not there, without a revision', () => {
    const plan = diffStates(
      desiredState([connectorBody('a')]),
      { server: SERVER, connectors: [], dataActions: null },
      NO_PRUNE,
    );
    expect(plan.changes).toEqual([
      expect.objectContaining({ action: 'create', id: 'a', revision: null, fields: [], desired: connectorBody('a') }),
    ]);
    expect(plan.summary).toEqual({ create: 1, update: 0, publish: 0, delete: 0, noOp: 0 });
    expect(hasChanges(plan)).toBe(true);
  });

  it('names each field that differs, with both values and the revision it was seen at', () => {
    const after = connectorBody('a', { pool: { max: 20 }, labels: { team: 'crm' } });
    const actual = { server: SERVER, connectors: [stored(connectorBody('a'), 7)], dataActions: null };
    const [change] = diffStates(desiredState([after]), actual, NO_PRUNE).changes;
    expect(change).toMatchObject({ action: 'update', revision: 7 });
    expect(change?.fields).toEqual([
      { path: '/labels/team', after: 'crm' },
      { path: '/configuration/poolSettings/maxPoolSize', before: 10, after: 20 },
    ]);
  });

  it('is empty for what the server stored, whatever it is', () => {
    const bodies = fc.record({
      pool: fc.record({ min: fc.nat(5), max: fc.integer({ min: 5, max: 50 }) }),
      labels: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string({ maxLength: 20 })),
      port: fc.integer({ min: 1, max: 65_535 }),
      name: fc.string({ minLength: 1, maxLength: 50 }),
    });
    fc.assert(
      fc.property(fc.array(bodies, { maxLength: 8 }), (entries) => {
        const desired = desiredState(
          entries.map((entry, index) => connectorBody(`c${index}`, entry, 'crm')),
          ['crm'],
        );
        const connectors = desired.connectors.map(({ body }) => stored(JSON.parse(JSON.stringify(body))));
        const plan = diffStates(desired, { server: SERVER, connectors, dataActions: null }, { prune: true });
        expect(hasChanges(plan)).toBe(false);
        expect(plan.summary.noOp).toBe(entries.length);
      }),
    );
  });

  it.each<[string, Partial<ConnectorBody>]>([
    ['a spelled-out default verification', { configuration: withSecurity({ sslVerification: 'full' }) }],
    ['empty credentials', { configuration: { ...connectorBody('a').configuration, credentials: {} } }],
    ['no labels', { labels: {} }],
    ['no subscriptions', { eventSubscriptions: [] }],
    [
      "the vendor's spelling of the address",
      {
        configuration: {
          ...connectorBody('a').configuration,
          connectionString: 'jdbc:postgresql://db.internal.net/analytics_dw?driverVersion=42.6.0',
        },
      },
    ],
  ])('sees no difference in %s', (_name, changes) => {
    expect(diffOne({ ...connectorBody('a'), ...changes }, connectorBody('a')).action).toBe('no-op');
  });

  it('does not mind the order of subscriptions', () => {
    const [one, two] = ['https://a.example/x', 'https://b.example/y'].map((webhookUrl) => {
      return { type: 'CONFIG_UPDATED' as const, webhookUrl };
    });
    if (one === undefined || two === undefined) throw new Error('two were made');
    const before = connectorBody('a', { events: [one, two] });
    expect(diffOne(before, connectorBody('a', { events: [two, one] })).action).toBe('no-op');
    expect(diffOne(before, connectorBody('a', { events: [two] })).action).toBe('update');
  });

  it('shows references, for there is nothing else to show', () => {
    const after = connectorBody('a', { credentials: { username: 'U', password: 'local://new' } });
    expect(diffOne(connectorBody('a'), after).fields).toContainEqual({
      path: '/configuration/credentialMasking/password',
      before: 'VAULT_DB_PASSWORD',
      after: 'local://new',
    });
  });

  it('deletes only what carries the label of its own project, and only when asked', () => {
    const connectors = [
      stored(connectorBody('z-mine', {}, 'crm'), 4),
      stored(connectorBody('b-mine', {}, 'crm'), 2),
      stored(connectorBody('theirs', {}, 'billing')),
      stored(connectorBody('by-hand')),
    ];
    const desired = desiredState([connectorBody('kept', {}, 'crm')], ['crm']);
    expect(diffStates(desired, { server: SERVER, connectors, dataActions: null }, NO_PRUNE).summary.delete).toBe(0);
    const { changes } = diffStates(desired, { server: SERVER, connectors, dataActions: null }, { prune: true });
    expect(changes.map(({ action, id, revision }) => [action, id, revision])).toEqual([
      ['create', 'kept', null],
      ['delete', 'b-mine', 2],
      ['delete', 'z-mine', 4],
    ]);
  });

  it('refuses to prune without a project', () => {
    const prune = () =>
      diffStates(desiredState([]), { server: SERVER, connectors: [], dataActions: null }, { prune: true });
    expect(prune).toThrow(expect.objectContaining({ code: 'PROJECT_REQUIRED' }));
  });

  it('refuses files with errors', () => {
    const source = { file: 'f', line: 1, column: 1 };
    const error = { code: 'REQUIRED', severity: 'error', path: '', message: 'x', source } as const;
    const broken = { ...desiredState([]), findings: [error] };
    const diff = () => diffStates(broken, { server: SERVER, connectors: [], dataActions: null }, NO_PRUNE);
    expect(diff).toThrow(expect.objectContaining({ code: 'DOCUMENT_INVALID' }));
    const warned = { ...broken, findings: [{ ...error, severity: 'warning' as const }] };
    expect(hasChanges(diffStates(warned, { server: SERVER, connectors: [], dataActions: null }, NO_PRUNE))).toBe(false);
  });
});

describe('planDeletions', () => {
  it('deletes just these, at the revision that was read', () => {
    const plan = planDeletions({ connectors: [stored(connectorBody('b'), 2), stored(connectorBody('a'), 9)] }, SERVER);
    expect(plan.changes.map(({ id, action, revision }) => [id, action, revision])).toEqual([
      ['a', 'delete', 9],
      ['b', 'delete', 2],
    ]);
  });
});

function withSecurity(changes: Partial<ConnectorBody['configuration']['securitySettings']>) {
  const { configuration } = connectorBody('a');
  return { ...configuration, securitySettings: { ...configuration.securitySettings, ...changes } };
}
