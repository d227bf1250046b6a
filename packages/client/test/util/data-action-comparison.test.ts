import type { DataActionBody } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { diffDataActions, isSameDataAction } from '../../src/util/data-action-comparison.ts';
import { dataActionBody } from '../support/bodies.ts';

const BODY = dataActionBody('a');

describe('two data actions', () => {
  it.each<[string, Partial<DataActionBody>]>([
    ['a spelled-out default access', { access: 'read' }],
    ['a name that is the id', { name: 'a' }],
    ['default limits', { limits: { deadlineMs: 3000, maxRows: 1 } }],
    ['no cache', { cache: { ttlSeconds: 0, coalesce: true } }],
    ['no labels', { labels: {} }],
    ['an empty description', { description: '' }],
    ['the end of a block of text', { statement: `${BODY.statement}\n` }],
    ['line ends of another system', { statement: BODY.statement.replace(' from', '\r\nfrom') }],
  ])('are the same with %s', (_name, changes) => {
    const unsaid = { ...BODY, statement: changes.statement?.replace('\r\n', '\n').trim() ?? BODY.statement };
    expect(diffDataActions(unsaid, { ...unsaid, ...changes })).toEqual([]);
  });

  it('are the same whatever the order of what is required, and of properties', () => {
    const properties = { a: { type: 'string' }, b: { type: 'integer' } };
    const left = { ...BODY, input: { type: 'object' as const, required: ['a', 'b'], properties } };
    const right = {
      ...BODY,
      input: { required: ['b', 'a'], properties: { b: properties.b, a: properties.a }, type: 'object' as const },
    };
    expect(isSameDataAction(left, right)).toBe(true);
  });

  it.each<[string, Partial<DataActionBody>, string, unknown, unknown]>([
    ['the statement', { statement: 'select 1' }, '/statement', BODY.statement, 'select 1'],
    ['the connector', { connectorId: 'db-02' }, '/connectorId', 'db-01', 'db-02'],
    ['a limit that was implied', { limits: { deadlineMs: 900 } }, '/limits/deadlineMs', 3000, 900],
    ['the fallback', { fallback: { id: 0 } }, '/fallback', undefined, { id: 0 }],
    ['an empty fallback', { fallback: {} }, '/fallback', undefined, {}],
    ['the access', { access: 'write' }, '/access', 'read', 'write'],
    ['a label', { labels: { team: 'x' } }, '/labels/team', undefined, 'x'],
  ])('differ in %s, and say where', (_name, changes, path, before, after) => {
    const [field, ...others] = diffDataActions(BODY, { ...BODY, ...changes });
    expect(others).toEqual([]);
    expect([field?.path, field?.before, field?.after]).toEqual([path, before, after]);
  });

  it('differ down to one word of one property', () => {
    const input = {
      type: 'object' as const,
      required: ['ani'],
      properties: { ani: { type: 'string', maxLength: 24 } },
    };
    expect(diffDataActions(BODY, { ...BODY, input })).toEqual([
      { path: '/input/properties/ani/maxLength', before: 20, after: 24 },
    ]);
  });
});
