import { OWNERSHIP_LABEL, readProjectFile, toDataActionBody, toDataActionEntryPath } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';

const ENTRY = { id: 'ping', connector: 'db-01', statement: 'select 1' };

describe('toDataActionBody', () => {
  it('says nothing that the entry does not say', () => {
    expect(toDataActionBody(ENTRY)).toEqual({ actionId: 'ping', connectorId: 'db-01', statement: 'select 1' });
  });

  it('adds the ownership label next to the others', () => {
    const entry = { ...ENTRY, labels: { team: 'care' } };
    expect(readProjectFile({ dataActions: [entry] }).valid).toBe(true);
    expect(toDataActionBody(entry, { project: 'crm' }).labels).toEqual({ team: 'care', [OWNERSHIP_LABEL]: 'crm' });
    expect(toDataActionBody(entry).labels).toEqual({ team: 'care' });
  });
});

describe('toDataActionEntryPath', () => {
  it.each([
    ['/actionId', '/id'],
    ['/connectorId', '/connector'],
    ['/labels/team', '/labels/team'],
    ['/input/properties/ani', '/input/properties/ani'],
    ['', ''],
  ])('leads %j to %j', (path, expected) => {
    expect(toDataActionEntryPath(path)).toBe(expected);
  });
});
