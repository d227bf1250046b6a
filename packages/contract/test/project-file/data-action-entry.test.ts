import {
  dataActionBodySchema,
  readProjectFile,
  toDataActionBody,
  toDataActionEntryPath,
  validateDataAction,
} from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { body } from '../data-action/data-action-body.ts';

const { actionId: id, connectorId: connector, ...shared } = body;
const ENTRY = { id, connector, ...structuredClone(shared) };

function entryOf(value: object) {
  const reading = readProjectFile({ dataActions: [value] });
  const entry = reading.valid ? reading.file.dataActions?.[0] : undefined;
  if (entry === undefined) throw new Error('the entry was refused');
  return entry;
}

describe('toDataActionBody', () => {
  it('makes the body of the contract from its entry', () => {
    expect(toDataActionBody(entryOf(ENTRY))).toEqual(body);
  });

  it('says who owns it when the file has a project', () => {
    const made = toDataActionBody(entryOf(ENTRY), { project: 'crm' });
    expect(made).toEqual({ ...body, labels: { 'dipswitch.project': 'crm' } });
    expect(dataActionBodySchema.safeParse(made).success).toBe(true);
  });

  it('adds nothing that the entry does not say', () => {
    const made = toDataActionBody(entryOf({ id: 'a', connector: 'c', statement: 'select 1' }));
    expect(made).toEqual({ actionId: 'a', connectorId: 'c', statement: 'select 1' });
    expect(validateDataAction(made, { kind: 'postgresql' }).valid).toBe(true);
  });
});

describe('toDataActionEntryPath', () => {
  it.each([
    ['/actionId', '/id'],
    ['/connectorId', '/connector'],
    ['/labels', '/labels'],
    ['/labels/x', '/labels/x'],
    ['', ''],
    ['/statement', '/statement'],
    ['/input/properties/ani/maxLength', '/input/properties/ani/maxLength'],
    ['/limits/deadlineMs', '/limits/deadlineMs'],
  ])('%s comes from %s', (bodyPath, entryPath) => {
    expect(toDataActionEntryPath(bodyPath)).toBe(entryPath);
  });
});

describe('a data action in a project file', () => {
  it.each([
    [{ ...ENTRY, actionId: 'a' }, 'UNKNOWN_FIELD /dataActions/0/actionId'],
    [{ ...ENTRY, connector: undefined }, 'REQUIRED /dataActions/0/connector'],
    [{ ...ENTRY, id: '-' }, 'INVALID_FORMAT /dataActions/0/id'],
    [{ ...ENTRY, limits: { maxRows: 0 } }, 'OUT_OF_RANGE /dataActions/0/limits/maxRows'],
  ])('is refused: %j', (entry, expected) => {
    const reading = readProjectFile({ dataActions: [entry] });
    expect(reading.valid ? [] : reading.findings.map(({ code, path }) => `${code} ${path}`)).toEqual([expected]);
  });
});
