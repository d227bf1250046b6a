import { describe, expect, it } from 'vitest';
import { renderPlan } from '../../src/output/plan-view.ts';
import { PLAIN_STYLE } from '../../src/output/style.ts';
import { aChange, anActionChange, aPlan } from '../support/fake-client.ts';
import { anActionBody } from '../support/fake-data-actions.ts';

const render = (plan: Parameters<typeof renderPlan>[0]) => renderPlan(plan, PLAIN_STYLE, 100);

describe('the plan of data actions', () => {
  it('shows a new one as a reviewer reads it: statement, input, output, and that it is published', () => {
    const desired = anActionBody('find', { limits: { deadlineMs: 900 }, fallback: { full_name: 'unknown' } });
    expect(render(aPlan(anActionChange('create', 'find', { desired })))).toBe(
      [
        '+ create action find  dipswitch.yaml:12',
        '    connector  db-prod-analytics-01',
        '    access     read',
        '    input      ani (string, required, sensitive)',
        '    output     id (integer); full_name (string)',
        '    limits     deadlineMs 900',
        '    fallback   {"full_name":"unknown"}',
        '    statement  select id, full_name',
        '               from customers',
        '               where phone = :ani',
        '    publish    the new version, none runs yet',
        '',
        '1 to create, 0 to update, 0 to delete, 0 unchanged',
      ].join('\n'),
    );
  });

  it('names the type of the items of a list', () => {
    const input = { type: 'object', properties: { ids: { type: 'array', items: { type: 'integer' } } } } as const;
    const shown = render(aPlan(anActionChange('create', 'find', { desired: anActionBody('find', { input }) })));
    expect(shown).toContain('input      ids (list of integer)');
  });

  it('shows a changed statement line by line, other fields with both values', () => {
    const fields = [
      { path: '/statement', before: 'select id\nfrom a\nlimit 1', after: 'select id, name\nfrom a\nlimit 1' },
      { path: '/limits/deadlineMs', before: 3000, after: 900 },
    ];
    const shown = render(aPlan(anActionChange('update', 'find', { fields, publishedVersion: 1 })));
    expect(shown.split('\n\n')[0]).toBe(
      [
        '~ update action find  dipswitch.yaml:12',
        '    statement          - select id',
        '                       + select id, name',
        '                         from a',
        '                         limit 1',
        '    limits.deadlineMs  3000 -> 900',
        '    publish            the new version, instead of version 1',
      ].join('\n'),
    );
  });

  it.each([
    ['a draft next to what runs', { publishes: false }, 'publish  no, it stays a draft; version 2 runs on'],
    ['a draft alone', { publishes: false, publishedVersion: null }, 'publish  no, it stays a draft'],
  ])('says of %s what runs on', (_name, changes, expected) => {
    expect(render(aPlan(anActionChange('update', 'find', changes)))).toContain(expected);
  });

  it('says of a publication which version it replaces', () => {
    const change = anActionChange('publish', 'find', { version: 3, publishedVersion: 2, origin: 'server' });
    const shown = render(aPlan(change));
    expect(shown).toContain('^ publish action find  dipswitch.yaml:12  drift: changed on the server');
    expect(shown).toContain('    version  3, instead of version 2');
    expect(shown.split('\n').at(-1)).toBe('0 to create, 0 to update, 1 to publish, 0 to delete, 0 unchanged');
  });

  it('warns of callers when a published one is deleted', () => {
    expect(render(aPlan(anActionChange('delete', 'find')))).toContain(
      '- delete action find\n    published  version 2: callers may use it',
    );
    expect(render(aPlan(anActionChange('delete', 'find', { publishedVersion: null })))).not.toContain('callers');
  });

  it('counts what the project left behind by kind', () => {
    const orphans = [
      { kind: 'connector', id: 'db-old', project: 'crm' },
      { kind: 'data-action', id: 'a1', project: 'crm' },
      { kind: 'data-action', id: 'a2', project: 'crm' },
    ] as const;
    expect(render({ ...aPlan(aChange('create', 'x')), orphans })).toContain(
      'drift: 1 connector and 2 data actions of crm in no file (--prune deletes): db-old, a1, a2',
    );
  });
});
