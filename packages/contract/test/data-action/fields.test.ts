import { parseInputFields, parseOutputFields } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { tell } from './data-action-body.ts';

function input(property: object, extra: object = {}): string[] {
  return tell(parseInputFields({ type: 'object', properties: { x: property }, ...extra }).findings);
}

function output(property: object, extra: object = {}): string[] {
  return tell(parseOutputFields({ type: 'object', properties: { x: property }, ...extra }).findings);
}

const X = '/input/properties/x';
const Y = '/output/properties/x';

describe('parseInputFields', () => {
  it('reads every member of a scalar', () => {
    const properties = {
      ani: {
        type: ['string', 'null'],
        minLength: 3,
        maxLength: 20,
        pattern: '^\\+?[0-9]+$',
        default: '123',
        'x-sensitive': true,
        title: 'ANI',
        'x-note': 1,
      },
      level: { type: 'integer', minimum: 0, maximum: 9, enum: [1, 2] },
    };
    const { fields, findings } = parseInputFields({
      type: 'object',
      required: ['level'],
      additionalProperties: false,
      properties,
    });
    expect(findings).toEqual([]);
    expect(fields).toEqual([
      {
        name: 'ani',
        type: 'string',
        format: null,
        required: false,
        nullable: true,
        default: '123',
        minLength: 3,
        maxLength: 20,
        pattern: /^\+?[0-9]+$/u,
        minimum: null,
        maximum: null,
        enum: null,
        sensitive: true,
        array: null,
      },
      {
        name: 'level',
        type: 'integer',
        format: null,
        required: true,
        nullable: false,
        default: undefined,
        minLength: null,
        maxLength: null,
        pattern: null,
        minimum: 0,
        maximum: 9,
        enum: [1, 2],
        sensitive: false,
        array: null,
      },
    ]);
  });

  it('reads an array, of which one item at least is wanted', () => {
    const ids = { type: 'array', items: { type: 'integer', minimum: 1 }, maxItems: 5, 'x-sensitive': true };
    expect(parseInputFields({ properties: { ids } }).fields).toMatchObject([
      { name: 'ids', type: 'integer', minimum: 1, sensitive: true, array: { minItems: 1, maxItems: 5 } },
    ]);
    expect(input({ type: 'array', items: { type: 'string' }, minItems: 2, maxItems: 200 })).toEqual([]);
  });

  it('reads nothing where there is no schema', () => {
    for (const schema of [undefined, null, 7, [], { type: 'object' }, { type: 'object', properties: 7 }]) {
      expect(parseInputFields(schema)).toEqual({ fields: [], findings: [] });
    }
  });

  it.each<readonly [object, readonly string[]]>([
    [{ type: 'object', properties: {} }, [`UNSUPPORTED_SCHEMA ${X}/type`]],
    [{ type: ['string', 'integer'] }, [`UNSUPPORTED_SCHEMA ${X}/type`]],
    [{ type: 'null' }, [`UNSUPPORTED_SCHEMA ${X}/type`]],
    [{}, [`REQUIRED ${X}/type`]],
    [{ $ref: '#/x' }, [`REQUIRED ${X}/type`]],
    [{ type: 'string', oneOf: [] }, [`UNSUPPORTED_SCHEMA ${X}/oneOf`]],
    [{ type: 'string', 'a/b~c': 1 }, [`UNSUPPORTED_SCHEMA ${X}/a~1b~0c`]],
    [{ type: 'integer', maxLength: 3 }, [`UNSUPPORTED_SCHEMA ${X}/maxLength`]],
    [{ type: 'boolean', minimum: 3 }, [`UNSUPPORTED_SCHEMA ${X}/minimum`]],
    [{ type: 'number', multipleOf: 2 }, [`UNSUPPORTED_SCHEMA ${X}/multipleOf`]],
    [{ type: 'string', format: 'email' }, [`UNSUPPORTED_SCHEMA ${X}/format`]],
    [{ type: 'string', maxLength: -1 }, [`OUT_OF_RANGE ${X}/maxLength`]],
    [{ type: 'string', maxLength: '9' }, [`INVALID_TYPE ${X}/maxLength`]],
    [{ type: 'string', minLength: 3, maxLength: 2 }, [`OUT_OF_RANGE ${X}/minLength`]],
    [{ type: 'integer', minimum: 3, maximum: 2 }, [`OUT_OF_RANGE ${X}/minimum`]],
    [{ type: 'integer', minimum: '3' }, [`INVALID_TYPE ${X}/minimum`]],
    [{ type: 'string', 'x-sensitive': 'yes' }, [`INVALID_TYPE ${X}/x-sensitive`]],
    [{ type: 'string', enum: [] }, [`INVALID_TYPE ${X}/enum`]],
    [{ type: 'string', enum: ['a', 1, null] }, [`INVALID_TYPE ${X}/enum/1`, `INVALID_TYPE ${X}/enum/2`]],
    [{ type: 'integer', default: '1' }, [`INVALID_TYPE ${X}/default`]],
    [{ type: 'integer', default: null }, [`INVALID_TYPE ${X}/default`]],
    [{ type: 'integer', maximum: 3, default: 4 }, [`INVALID_TYPE ${X}/default`]],
    [{ type: 'string', enum: ['a'], default: 'b' }, [`INVALID_FORMAT ${X}/default`]],
    [{ type: 'string', maxLength: 3, pattern: '^a', default: 'b' }, [`INVALID_FORMAT ${X}/default`]],
    [{ type: 'string', format: 'date', default: '2026-13-01' }, [`INVALID_TYPE ${X}/default`]],
    [{ type: 'array', items: { type: 'string' } }, [`REQUIRED ${X}/maxItems`]],
    [{ type: 'array', maxItems: 2 }, [`REQUIRED ${X}/items`]],
    [{ type: 'array', items: [{ type: 'string' }], maxItems: 2 }, [`UNSUPPORTED_SCHEMA ${X}/items`]],
    [{ type: 'array', items: { type: 'array' }, maxItems: 2 }, [`UNSUPPORTED_SCHEMA ${X}/items/type`]],
    [
      { type: 'array', items: { type: 'string', default: 'a' }, maxItems: 2 },
      [`UNSUPPORTED_SCHEMA ${X}/items/default`],
    ],
    [{ type: 'array', items: { type: 'string' }, maxItems: 201 }, [`OUT_OF_RANGE ${X}/maxItems`]],
    [{ type: 'array', items: { type: 'string' }, maxItems: 2, minItems: 0 }, [`OUT_OF_RANGE ${X}/minItems`]],
    [{ type: 'array', items: { type: 'string' }, maxItems: 2, minItems: 3 }, [`OUT_OF_RANGE ${X}/minItems`]],
    [
      { type: 'array', items: { type: 'string' }, maxItems: 2, uniqueItems: true },
      [`UNSUPPORTED_SCHEMA ${X}/uniqueItems`],
    ],
    [{ type: 'array', items: { type: 'string' }, maxItems: 2, default: ['a'] }, [`UNSUPPORTED_SCHEMA ${X}/default`]],
  ])('refuses %j', (property, expected) => {
    expect(input(property)).toEqual(expected);
  });

  it('refuses what the object itself may not say', () => {
    expect(input({ type: 'string' }, { additionalProperties: true })).toEqual([
      'UNSUPPORTED_SCHEMA /input/additionalProperties',
    ]);
    expect(input({ type: 'string' }, { allOf: [], required: ['y'] })).toEqual([
      'UNSUPPORTED_SCHEMA /input/allOf',
      'UNKNOWN_FIELD /input/required/0',
    ]);
    const properties = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`p${index}`, { type: 'string' }]));
    expect(tell(parseInputFields({ properties }).findings)).toEqual(['OUT_OF_RANGE /input/properties']);
  });
});

describe('a pattern', () => {
  it.each([
    ['^\\+?[0-9]{6,15}$', 20],
    ['^[A-Z]{2,3}-[0-9]{1,10}$', 20],
    ['^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}$', 100],
    ['^(?:gold|silver|bronze)$', 10],
    ['^(?:[0-9]{3}-){2}[0-9]{4}$', 12],
    ['^(?<area>[0-9]+)\\k<area>[\\]a-z]\\p{L}\\u{1F600}(?=x)$', 30],
    ['[0-9]+', 500],
  ])('%s is taken for %i characters', (pattern, maxLength) => {
    expect(input({ type: 'string', maxLength, pattern })).toEqual([]);
  });

  it.each([
    ['(a+)+$', 20, 'UNSUPPORTED_SCHEMA'],
    ['^(a|a)*$', 40, 'UNSUPPORTED_SCHEMA'],
    ['^(a|ab|b)*c$', 100, 'UNSUPPORTED_SCHEMA'],
    ['^(?:a?){50}a{50}$', 100, 'UNSUPPORTED_SCHEMA'],
    ['^.*.*.*.*=.*$', 1000, 'UNSUPPORTED_SCHEMA'],
    ['.*x.*', 20_000, 'UNSUPPORTED_SCHEMA'],
    ['^(?:(?:(?:){1000}){1000}){1000}$', 10, 'UNSUPPORTED_SCHEMA'],
    ['^[0-9]+$', undefined, 'UNSUPPORTED_SCHEMA'],
    ['(', 20, 'INVALID_FORMAT'],
    ['\\-', 20, 'INVALID_FORMAT'],
    ['a'.repeat(1001), 20, 'TOO_LONG'],
  ])('%s is refused for %s characters', (pattern, maxLength, code) => {
    const property = maxLength === undefined ? { type: 'string', pattern } : { type: 'string', maxLength, pattern };
    expect(input(property)).toEqual([`${code} ${X}/pattern`]);
  });
});

describe('parseOutputFields', () => {
  it('reads every member, and bounds texts by their format or their choices', () => {
    const properties = {
      a: { type: 'string', maxLength: 8, default: 'x' },
      b: { type: ['integer', 'null'], default: null },
      c: { type: 'string', format: 'date' },
      d: { type: 'string', enum: ['gold', 'platinum'], default: 'gold' },
      e: { type: 'string', format: 'byte', maxLength: 400 },
      f: { type: 'string', format: 'decimal', maxLength: 40, default: '0.00', description: 'money' },
    };
    expect(parseOutputFields({ type: 'object', properties })).toEqual({
      fields: [
        { name: 'a', type: 'string', format: null, maxLength: 8, default: 'x' },
        { name: 'b', type: 'integer', format: null, maxLength: null, default: null },
        { name: 'c', type: 'string', format: 'date', maxLength: 16, default: null },
        { name: 'd', type: 'string', format: null, maxLength: 8, default: 'gold' },
        { name: 'e', type: 'string', format: 'byte', maxLength: 400, default: null },
        { name: 'f', type: 'string', format: 'decimal', maxLength: 40, default: '0.00' },
      ],
      findings: [],
    });
  });

  it.each<readonly [object, readonly string[]]>([
    [{ type: 'string' }, [`OUTPUT_UNBOUNDED ${Y}`]],
    [{ type: 'string', format: 'byte' }, [`OUTPUT_UNBOUNDED ${Y}`]],
    [{ type: 'string', format: 'decimal' }, [`OUTPUT_UNBOUNDED ${Y}`]],
    [{ type: 'string', maxLength: 'x' }, [`INVALID_TYPE ${Y}/maxLength`]],
    [{ type: 'string', maxLength: 40_000 }, [`OUT_OF_RANGE ${Y}/maxLength`]],
    [{ type: 'array', items: { type: 'string' } }, [`UNSUPPORTED_SCHEMA ${Y}/type`]],
    [{ type: 'object' }, [`UNSUPPORTED_SCHEMA ${Y}/type`]],
    [{ type: 'integer', minimum: 1 }, [`UNSUPPORTED_SCHEMA ${Y}/minimum`]],
    [{ type: 'integer', default: '1' }, [`INVALID_TYPE ${Y}/default`]],
    [{ type: 'string', maxLength: 2, default: 'abc' }, [`INVALID_TYPE ${Y}/default`]],
    [{ type: 'string', enum: ['a'], default: 'b' }, [`INVALID_FORMAT ${Y}/default`]],
    [{ type: 'string', maxLength: 9, format: 'time', default: '25:00' }, [`INVALID_TYPE ${Y}/default`]],
  ])('refuses %j', (property, expected) => {
    expect(output(property)).toEqual(expected);
  });

  it('refuses the names that every answer has', () => {
    for (const name of ['outcome', 'rowCount', 'truncated', 'source', 'ageSeconds', 'executionId', 'rows']) {
      const { findings } = parseOutputFields({ properties: { [name]: { type: 'integer' } } });
      expect(tell(findings)).toEqual([`RESERVED_NAME /output/properties/${name}`]);
    }
  });
});
