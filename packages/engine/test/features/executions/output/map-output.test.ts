import type { OutputField } from '@dipswitch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANSWER_HEAD_MAX_BYTES, toAnswerLine } from '../../../../src/features/executions/output/answer-line.ts';
import { encodeText, maxEncodedBytes } from '../../../../src/features/executions/output/encode-text.ts';
import { type MappedOutput, OutputMapping } from '../../../../src/features/executions/output/map-output.ts';
import { createDefinition, type DefinitionChanges, outputField, ROW, resultOf } from '../execution-fixture.ts';

const HEAD = { source: 'live', ageSeconds: 0, executionId: 'e'.repeat(36) } as const;

function toLine({ outcome, rowCount, truncated, members }: MappedOutput): string {
  return toAnswerLine({ outcome, rowCount, truncated, ...HEAD }, members);
}

function parseMembers(members: string): Record<string, unknown> {
  return JSON.parse(`{${members.slice(1)}}`);
}

function mapOne(changes: Partial<OutputField>, value: unknown) {
  const mapping = new OutputMapping(createDefinition({ output: [outputField('x', changes)] }));
  const mapped = mapping.map(resultOf([[value]], { columns: ['x'] }));
  return { value: parseMembers(mapped.members).x, truncated: mapped.truncated };
}

const INTEGER = { type: 'integer', maxLength: null } as const;
const NUMBER = { type: 'number', maxLength: null } as const;
const BOOLEAN = { type: 'boolean', maxLength: null } as const;
const DATE = { format: 'date', maxLength: null } as const;
const DATE_TIME = { format: 'date-time', maxLength: null } as const;

describe('mapping of results', () => {
  it('gives the answer of the contract', () => {
    const mapping = new OutputMapping(createDefinition());
    expect(toLine(mapping.map(resultOf([ROW])))).toBe(
      `{"outcome":"FOUND","rowCount":1,"truncated":false,"source":"live","ageSeconds":0,"executionId":"${HEAD.executionId}","id":42,"full_name":"Ada Lovelace","tier":"gold","balance":12.5}`,
    );
  });

  it('has every declared field when there is no row, by its default, else null', () => {
    const mapped = new OutputMapping(createDefinition()).map(resultOf([]));
    expect(mapped).toMatchObject({ outcome: 'NO_RECORDS', rowCount: 0, truncated: false });
    expect(parseMembers(mapped.members)).toEqual({ id: null, full_name: null, tier: 'NONE', balance: 0 });
  });

  it('finds columns by their exact name first, then by one that differs in case, and lets the others be', () => {
    const mapping = new OutputMapping(createDefinition());
    const columns = ['FULL_NAME', 'ID', 'secret', 'id', 'Tier'];
    const { members } = mapping.map(resultOf([['Ada', 1, 'canary', 2, 'gold']], { columns }));
    expect(parseMembers(members)).toEqual({ id: 2, full_name: 'Ada', tier: 'gold', balance: 0 });
  });

  it('notices when a statement returns other columns than before', () => {
    const mapping = new OutputMapping(createDefinition({ output: [outputField('a'), outputField('b')] }));
    const once = mapping.map(resultOf([['1', '2']], { columns: ['a', 'b'] }));
    const again = mapping.map(resultOf([['2', '1']], { columns: ['b', 'a'] }));
    expect(again.members).toBe(once.members);
  });

  it.each<[string, Partial<OutputField>, unknown, unknown]>([
    ['a decimal as text without loss', {}, '12345678901234567890.123456789', '12345678901234567890.123456789'],
    ['a bigint as text', {}, 9007199254740993n, '9007199254740993'],
    ['a number as text', {}, 1.5, '1.5'],
    ['a boolean as text', {}, true, 'true'],
    ['a point in time as text', {}, new Date('2026-02-03T04:05:06.789Z'), '2026-02-03T04:05:06.789Z'],
    ['binary as base64', { format: 'byte' }, Uint8Array.of(104, 105), 'aGk='],
    ['the day of a timestamp', DATE, '2026-02-03T04:05:06', '2026-02-03'],
    ['a day as a timestamp', DATE_TIME, '2026-02-03', '2026-02-03T00:00:00'],
    ['an integer', INTEGER, 42, 42],
    ['an integer as text', INTEGER, ' 42.00 ', 42],
    ['an integer beyond 2^53 as text', INTEGER, '9007199254740993', '9007199254740993'],
    ['a large bigint as text', INTEGER, -9223372036854775808n, '-9223372036854775808'],
    ['a large integer with zeros before it', INTEGER, '+0009007199254740993', '9007199254740993'],
    ['a small bigint as a number', INTEGER, 7n, 7],
    ['a whole double beyond 2^53 as text', INTEGER, 1e19, '10000000000000000000'],
    ['minus nothing', INTEGER, -0, 0],
    ['a fraction as no integer', INTEGER, 1.5, null],
    ['a decimal text as a number', NUMBER, '12.50', 12.5],
    ['a large number', NUMBER, 1e300, 1e300],
    ['a boolean as a number', NUMBER, true, 1],
    ['not a number', NUMBER, Number.NaN, null],
    ['infinity', NUMBER, Number.POSITIVE_INFINITY, null],
    ['infinity as text', NUMBER, 'Infinity', null],
    ['an empty text as no number', NUMBER, '', null],
    ['true', BOOLEAN, true, true],
    ['one as true', BOOLEAN, 1, true],
    ['a bit', BOOLEAN, Uint8Array.of(1), true],
    ['a bit as text', BOOLEAN, '0', false],
    ['a letter as no boolean', BOOLEAN, 'Y', null],
    ['two as no boolean', BOOLEAN, 2, null],
    ['an object as nothing', {}, { toString: () => 'canary' }, null],
    ['an invalid date as nothing', {}, new Date(Number.NaN), null],
    ['what no date can be as nothing', { format: 'date' }, 'héute', null],
    ['NULL as null', {}, null, null],
    ['NULL as the declared default', { default: 'NONE' }, null, 'NONE'],
    ['what does not fit the type as the declared default', { ...INTEGER, default: -1 }, 'many', -1],
  ])('gives %s', (_, changes, given, expected) => {
    expect(mapOne(changes, given)).toEqual({ value: expected, truncated: false });
  });

  it('cuts a text to maxLength and says so, never inside a surrogate pair', () => {
    expect(mapOne({ maxLength: 3 }, 'abcd')).toEqual({ value: 'abc', truncated: true });
    expect(mapOne({ maxLength: 3 }, 'ab😀')).toEqual({ value: 'ab', truncated: true });
    expect(mapOne({ maxLength: 4 }, 'ab😀')).toEqual({ value: 'ab😀', truncated: false });
  });

  it('makes a lone surrogate well-formed', () => {
    expect(mapOne({}, 'a\ud800b')).toEqual({ value: 'a\ufffdb', truncated: false });
  });

  it('cuts base64 where it can still be decoded', () => {
    const { value, truncated } = mapOne({ format: 'byte', maxLength: 10 }, new Uint8Array(30).fill(7));
    expect([value, truncated]).toEqual([Buffer.alloc(6, 7).toString('base64'), true]);
  });

  it('gives an integer of more than 64 bits as null, and says that something is missing', () => {
    expect(mapOne(INTEGER, '9'.repeat(21))).toEqual({ value: null, truncated: true });
  });

  it('takes no longer for a very long text that is almost a number', () => {
    const almost = `${'1'.repeat(1_000_000)}x`;
    expect(mapOne(NUMBER, almost)).toEqual({ value: null, truncated: false });
    expect(mapOne(INTEGER, almost)).toEqual({ value: null, truncated: false });
    expect(mapOne({ format: 'date-time' }, almost).truncated).toBe(true);
  });

  it('says that rows were left out', () => {
    const mapping = new OutputMapping(createDefinition());
    expect(mapping.map(resultOf([ROW, ROW]))).toMatchObject({ rowCount: 1, truncated: true });
    expect(mapping.map(resultOf([ROW], { truncated: true }))).toMatchObject({ rowCount: 1, truncated: true });
  });

  it('forgets what it said of the row before', () => {
    const mapping = new OutputMapping(createDefinition());
    mapping.map(resultOf([ROW, ROW]));
    expect(mapping.map(resultOf([ROW])).truncated).toBe(false);
  });

  describe('with several rows', () => {
    const several = (changes: DefinitionChanges = {}) =>
      new OutputMapping(createDefinition({ ...changes, limits: { maxRows: 3, ...changes.limits } }));

    it('has the first row flat and all of them in rows', () => {
      const mapped = several().map(resultOf([ROW, [43, 'Grace', null, 0]]));
      expect(mapped).toMatchObject({ outcome: 'FOUND', rowCount: 2, truncated: false });
      const first = { id: 42, full_name: 'Ada Lovelace', tier: 'gold', balance: 12.5 };
      expect(parseMembers(mapped.members)).toEqual({
        ...first,
        rows: [first, { id: 43, full_name: 'Grace', tier: 'NONE', balance: 0 }],
      });
    });

    it('has no rows in rows when there are none', () => {
      expect(parseMembers(several().map(resultOf([])).members)).toMatchObject({ id: null, rows: [] });
    });

    it('leaves out what is above maxRows', () => {
      expect(several().map(resultOf([ROW, ROW, ROW, ROW]))).toMatchObject({ rowCount: 3, truncated: true });
    });

    it('leaves out rows that would not fit into maxBytes, and counts what is left', () => {
      const name = 'é'.repeat(80);
      const mapping = several({ limits: { maxRows: 1000, maxBytes: 1000 } });
      const mapped = mapping.map(resultOf(Array.from({ length: 1000 }, () => [1, name, 'gold', 1])));
      expect(mapped).toMatchObject({ rowCount: 2, truncated: true });
      expect(Buffer.byteLength(toLine(mapped))).toBeLessThanOrEqual(1000);
    });
  });

  describe('of a write', () => {
    it('counts what was changed', () => {
      const mapping = new OutputMapping(createDefinition({ access: 'write', output: [] }));
      expect(mapping.map(resultOf([], { columns: [], affectedRows: 3 }))).toEqual({
        outcome: 'DONE',
        rowCount: 3,
        truncated: false,
        members: '',
      });
    });

    it('maps the rows that it returns', () => {
      const mapping = new OutputMapping(createDefinition({ access: 'write' }));
      const mapped = mapping.map(resultOf([ROW], { affectedRows: 1 }));
      expect(mapped).toMatchObject({ outcome: 'DONE', rowCount: 1 });
      expect(parseMembers(mapped.members)).toMatchObject({ id: 42 });
    });
  });

  it('has the static fallback over the declared defaults', () => {
    const mapping = new OutputMapping(createDefinition({ fallback: { full_name: 'unknown caller', balance: null } }));
    expect(parseMembers(mapping.fallbackMembers ?? '')).toEqual({
      id: null,
      full_name: 'unknown caller',
      tier: 'NONE',
      balance: 0,
    });
  });

  it('has fields with names that mean something to objects', () => {
    const output = [outputField('__proto__', { default: 'd' }), outputField('constructor')];
    const mapping = new OutputMapping(createDefinition({ output, fallback: {} }));
    const { members } = mapping.map(resultOf([['p', 'c']], { columns: ['__proto__', 'constructor'] }));
    expect(members).toBe(',"__proto__":"p","constructor":"c"');
    expect(mapping.fallbackMembers).toBe(',"__proto__":"d","constructor":null');
  });

  it('is one line of JSON within maxBytes with every declared field, whatever the database returns', () => {
    const field = fc.record({
      type: fc.constantFrom('string', 'integer', 'number', 'boolean'),
      format: fc.constantFrom(null, 'date', 'time', 'date-time', 'byte', 'decimal'),
      maxLength: fc.integer({ min: 1, max: 40 }),
    } as const);
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    const cell = fc.oneof(
      text,
      fc.string({ unit: fc.constantFrom('\u0001', '"', '\\', '\n', '\ud800', '😀', 'é', '\u2028'), maxLength: 60 }),
      fc.double(),
      fc.bigInt(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
      fc.uint8Array({ maxLength: 90 }),
      fc.date(),
      fc.anything(),
    );
    const maxRows = fc.constantFrom(1, 2, 50);
    const case_ = fc.record({
      fields: fc.array(field, { maxLength: 4 }),
      columns: fc.array(fc.constantFrom('f0', 'F1', 'f2', 'f3', 'other'), { maxLength: 6 }),
      rows: fc.array(fc.array(cell, { maxLength: 6 }), { maxLength: 60 }),
      access: fc.constantFrom('read', 'write'),
      maxBytes: fc.integer({ min: 1024, max: 4096 }),
      maxRows,
      truncated: fc.boolean(),
    } as const);
    fc.assert(
      fc.property(case_, ({ fields, columns, rows, access, maxBytes, maxRows, truncated }) => {
        const output = fields.map(({ type, format, maxLength }, index) =>
          type === 'string' ? outputField(`f${index}`, { format, maxLength }) : outputField(`f${index}`, { type }),
        );
        const mapping = new OutputMapping(createDefinition({ output, access, limits: { maxBytes, maxRows } }));
        const mapped = mapping.map(resultOf(rows, { columns, truncated }));
        const line = toLine(mapped);
        expect(line).not.toMatch(/[\n\r]/);
        expect(line.isWellFormed()).toBe(true);
        expect(Buffer.byteLength(line)).toBeLessThanOrEqual(maxBytes);
        const answer: Record<string, unknown> = JSON.parse(line);
        for (const { name } of output) expect(Object.hasOwn(answer, name)).toBe(true);
        expect(Object.hasOwn(answer, 'rows')).toBe(maxRows > 1);
        expect(mapped.rowCount).toBeLessThanOrEqual(maxRows);
        if (rows.length > maxRows) expect(mapped.truncated).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps within maxBytes even when the declared output does not', () => {
    const output = Array.from({ length: 6 }, (_, index) => outputField(`f${index}`, { maxLength: 100 }));
    const mapping = new OutputMapping(createDefinition({ output, limits: { maxBytes: 512 } }));
    const columns = output.map(({ name }) => name);
    const mapped = mapping.map(resultOf([columns.map(() => 'é'.repeat(100))], { columns }));
    expect(Buffer.byteLength(toLine(mapped))).toBeLessThanOrEqual(512);
    expect(mapped.truncated).toBe(true);
    expect(Object.keys(parseMembers(mapped.members))).toEqual(columns);
  });
});

describe('a text in an answer', () => {
  it('has at most three bytes a unit, and is a prefix of what it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), fc.integer({ min: 1, max: 60 }), (text, maxLength) => {
        const { json, isCut } = encodeText(text, maxLength);
        expect(Buffer.byteLength(json)).toBeLessThanOrEqual(maxEncodedBytes(maxLength));
        const read: string = JSON.parse(json);
        expect(read.length).toBeLessThanOrEqual(maxLength);
        if (isCut) expect(text.toWellFormed().startsWith(read)).toBe(true);
        else expect(read).toBe(text.toWellFormed());
      }),
    );
  });

  it('is cut when control characters make it too long', () => {
    const { json, isCut } = encodeText('\u0001'.repeat(10), 10);
    expect([JSON.parse(json), isCut]).toEqual(['\u0001'.repeat(5), true]);
  });
});

describe('the head of an answer', () => {
  it('leaves room for fields in the smallest answer that may be declared', () => {
    expect(ANSWER_HEAD_MAX_BYTES).toBeLessThan(200);
  });
});
