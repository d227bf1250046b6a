import type { InputField } from '@dipswitch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ParameterBinding } from '../../../../src/features/executions/input/bind-parameters.ts';
import { InputCoercion } from '../../../../src/features/executions/input/coerce-input.ts';
import { canonicalValues, type InputValue } from '../../../../src/features/executions/input/input-values.ts';
import { inputField } from '../execution-fixture.ts';

function coerceOne(changes: Partial<InputField>, value: unknown): InputValue | undefined {
  const { values, findings } = new InputCoercion([inputField('x', changes)]).coerce({ x: value });
  expect(findings).toBeNull();
  return values?.[0];
}

function findingsOf(changes: Partial<InputField>, input: Record<string, unknown>) {
  const { findings } = new InputCoercion([inputField('x', changes)]).coerce(input);
  return (findings ?? []).map(({ code, path }) => `${code} ${path}`);
}

const INTEGER = { type: 'integer' } as const;
const NUMBER = { type: 'number' } as const;
const BOOLEAN = { type: 'boolean' } as const;

describe('coercion of inputs', () => {
  it.each<[string, Partial<InputField>, unknown, InputValue]>([
    ['a text as it is', {}, ' +49 30 ', ' +49 30 '],
    ['an empty text where any text may stand', { required: true }, '', ''],
    ['a whole number', INTEGER, 12, 12],
    ['a whole number as text, with blanks around it', INTEGER, ' 12 ', 12],
    ['a whole number with a sign and leading zeros', INTEGER, '+007', 7],
    ['minus nothing', INTEGER, '-0', 0],
    ['a whole number with an empty fraction', INTEGER, '12.00', 12],
    ['the largest safe integer', INTEGER, '9007199254740991', 9007199254740991],
    ['an integer beyond 2^53', INTEGER, '9007199254740993', 9007199254740993n],
    ['a large negative integer', INTEGER, '-9223372036854775808', -9223372036854775808n],
    ['a number', NUMBER, 12.5, 12.5],
    ['a number as text', NUMBER, ' 12.50 ', 12.5],
    ['a number as text with an exponent', NUMBER, '1e3', 1000],
    ['a decimal that a double holds by its shortest form', NUMBER, '0.1', 0.1],
    ['a decimal that a double cannot hold', NUMBER, '+12345678901234567.89', '12345678901234567.89'],
    ['a decimal too small for a double', NUMBER, '1e-400', '1e-400'],
    ['true', BOOLEAN, true, true],
    ['true as text', BOOLEAN, 'TRUE', true],
    ['false as a digit', BOOLEAN, '0', false],
    ['an empty text for an optional number', INTEGER, '', null],
    ['an empty text for an optional date', { format: 'date' }, '', null],
    ['an empty text for a nullable text', { nullable: true, required: true }, '', null],
    ['null for a nullable text', { nullable: true, required: true }, null, null],
    ['null for an optional text', {}, null, null],
    ['null for an optional text with a default', { default: 'de' }, null, 'de'],
    ['a leap day', { format: 'date' }, '2024-02-29', '2024-02-29'],
    ['a time without seconds', { format: 'time' }, '09:05', '09:05:00'],
    ['a wall-clock time', { format: 'date-time' }, '2026-02-03 04:05', '2026-02-03T04:05:00'],
    [
      'a point in time with a zone',
      { format: 'date-time' },
      '2026-02-03T04:05:06.789123+0130',
      new Date('2026-02-03T02:35:06.789Z'),
    ],
    ['base64', { format: 'byte' }, 'aGk=', Uint8Array.of(104, 105)],
    ['base64 without padding', { format: 'byte' }, 'aGk', Uint8Array.of(104, 105)],
    ['a decimal as text', { format: 'decimal' }, '+1234567890.123456789012345678', '1234567890.123456789012345678'],
  ])('takes %s', (_, changes, given, expected) => {
    expect(coerceOne(changes, given)).toEqual(expected);
  });

  it.each<[string, Partial<InputField>, unknown, string]>([
    ['a number for a text', {}, 12, 'INVALID_TYPE /x'],
    ['an object', {}, { a: 1 }, 'INVALID_TYPE /x'],
    ['an array for a text', {}, ['a'], 'INVALID_TYPE /x'],
    ['a NUL character', {}, 'a\0b', 'INVALID_FORMAT /x'],
    ['a lone surrogate', {}, 'a\ud800', 'INVALID_FORMAT /x'],
    ['words for a number', INTEGER, 'twelve', 'INVALID_TYPE /x'],
    ['a fraction for a whole number', INTEGER, 1.5, 'INVALID_TYPE /x'],
    ['a fraction as text for a whole number', INTEGER, '1.5', 'INVALID_TYPE /x'],
    ['a JSON number that has lost its digits', INTEGER, 2 ** 53, 'INVALID_TYPE /x'],
    ['an endless integer', INTEGER, '9'.repeat(41), 'INVALID_TYPE /x'],
    ['hexadecimal', NUMBER, '0x10', 'INVALID_TYPE /x'],
    ['infinity', NUMBER, 'Infinity', 'INVALID_TYPE /x'],
    ['a number beyond the doubles', NUMBER, '1e999', 'OUT_OF_RANGE /x'],
    ['a boolean for a number', NUMBER, true, 'INVALID_TYPE /x'],
    ['yes for a boolean', BOOLEAN, 'yes', 'INVALID_TYPE /x'],
    ['one for a boolean', BOOLEAN, 1, 'INVALID_TYPE /x'],
    ['an empty text for a required number', { ...INTEGER, required: true }, '', 'INVALID_TYPE /x'],
    ['null for a required text', { required: true }, null, 'INVALID_TYPE /x'],
    ['a day that does not exist', { format: 'date' }, '2025-02-29', 'INVALID_FORMAT /x'],
    ['a month that does not exist', { format: 'date' }, '2025-13-01', 'INVALID_FORMAT /x'],
    ['an hour that does not exist', { format: 'time' }, '24:00', 'INVALID_FORMAT /x'],
    ['a zone that does not exist', { format: 'date-time' }, '2026-02-03T04:05:06+25:00', 'INVALID_FORMAT /x'],
    ['text that is no base64', { format: 'byte' }, 'a', 'INVALID_FORMAT /x'],
    ['text that is no decimal', { format: 'decimal' }, '1,5', 'INVALID_FORMAT /x'],
    ['a text over maxLength', { maxLength: 3 }, 'abcd', 'TOO_LONG /x'],
    ['a text under minLength', { minLength: 3 }, 'ab', 'INVALID_FORMAT /x'],
    ['a text that does not match', { pattern: /^\+\d+$/u }, '49', 'INVALID_FORMAT /x'],
    ['a text outside of the enum', { enum: ['gold'] }, 'tin', 'INVALID_FORMAT /x'],
    ['a number under the minimum', { ...INTEGER, minimum: 1 }, '0', 'OUT_OF_RANGE /x'],
    ['a large integer over the maximum', { ...INTEGER, maximum: 100 }, '9007199254740993', 'OUT_OF_RANGE /x'],
    ['a number outside of the enum', { ...INTEGER, enum: [1, 2] }, '3', 'INVALID_FORMAT /x'],
  ])('refuses %s', (_, changes, given, finding) => {
    expect(findingsOf(changes, { x: given })).toEqual([finding]);
  });

  it('reports everything at once, each with its path, and echoes no value', () => {
    const coercion = new InputCoercion([
      inputField('ani', { required: true }),
      inputField('age', { type: 'integer' }),
      inputField('kinds', { array: { minItems: 0, maxItems: 3 }, type: 'integer' }),
    ]);
    const { findings } = coercion.coerce({ age: 'canary-1', kinds: [1, 'canary-2'], 'a/b': 'canary-3' });
    expect(findings?.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'REQUIRED /ani',
      'INVALID_TYPE /age',
      'INVALID_TYPE /kinds/1',
      'UNKNOWN_FIELD /a~1b',
    ]);
    expect(JSON.stringify(findings)).not.toContain('canary');
  });

  it('shows unknown names no longer and no more of them than is useful', () => {
    const input = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`${'n'.repeat(900)}${index}`, 1]));
    const { findings } = new InputCoercion([]).coerce(input);
    expect(findings?.length).toBe(20);
    expect(Math.max(...(findings ?? []).map(({ path }) => path.length))).toBe(65);
  });

  it('is not led astray by names that mean something to objects', () => {
    const hostile: Record<string, unknown> = JSON.parse('{"__proto__": {"x": "1"}, "constructor": 1}');
    expect(findingsOf({ required: true }, hostile)).toEqual([
      'REQUIRED /x',
      'UNKNOWN_FIELD /__proto__',
      'UNKNOWN_FIELD /constructor',
    ]);
    const declared = new InputCoercion([inputField('__proto__'), inputField('constructor', { required: true })]);
    expect(declared.coerce(JSON.parse('{"__proto__": "a", "constructor": "b"}')).values).toEqual(['a', 'b']);
    expect(declared.coerce({}).findings?.map(({ path }) => path)).toEqual(['/constructor']);
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });

  it('takes the default of an absent input as if it had been sent', () => {
    const coercion = new InputCoercion([
      inputField('day', { format: 'date-time', default: '2026-01-01T00:00:00Z' }),
      inputField('limit', { type: 'integer', default: 10 }),
      inputField('note'),
    ]);
    expect(coercion.coerce({}).values).toEqual([new Date('2026-01-01T00:00:00Z'), 10, null]);
  });

  describe('of arrays', () => {
    const LIST = { type: 'integer', array: { minItems: 1, maxItems: 3 } } as const;

    it.each<[string, unknown, InputValue]>([
      ['a JSON array', [1, '2'], [1, 2]],
      ['one text with | between the items', '1|2|3', [1, 2, 3]],
      ['one text of one item', '7', [7]],
    ])('takes %s', (_, given, expected) => {
      expect(coerceOne(LIST, given)).toEqual(expected);
    });

    it('has no items when it is absent or empty and optional', () => {
      expect(coerceOne({ ...LIST, array: { minItems: 0, maxItems: 3 } }, '')).toEqual([]);
      expect(new InputCoercion([inputField('x', LIST)]).coerce({}).values).toEqual([[]]);
    });

    it('refuses too few, too many, other types and nulls', () => {
      expect(findingsOf(LIST, { x: [] })).toEqual(['TOO_FEW_ITEMS /x']);
      expect(findingsOf({ ...LIST, required: true }, { x: '' })).toEqual(['TOO_FEW_ITEMS /x']);
      expect(findingsOf(LIST, { x: '1|2|3|4' })).toEqual(['TOO_MANY_ITEMS /x']);
      expect(findingsOf(LIST, { x: { 0: 1 } })).toEqual(['INVALID_TYPE /x']);
      expect(findingsOf(LIST, { x: [1, null] })).toEqual(['INVALID_TYPE /x/1']);
    });
  });

  it('never throws and always gives one value a field or a finding, whatever it is given', () => {
    const fields = [
      inputField('s', { required: true, maxLength: 5 }),
      inputField('i', { type: 'integer', nullable: true }),
      inputField('n', { type: 'number' }),
      inputField('b', { type: 'boolean' }),
      inputField('d', { format: 'date-time' }),
      inputField('y', { format: 'byte' }),
      inputField('l', { array: { minItems: 0, maxItems: 2 } }),
    ];
    const coercion = new InputCoercion(fields);
    const names = fc.constantFrom('s', 'i', 'n', 'b', 'd', 'y', 'l', 'other', '__proto__');
    fc.assert(
      fc.property(fc.dictionary(names, fc.oneof(fc.jsonValue(), fc.string(), fc.double())), (input) => {
        const { values, findings } = coercion.coerce(input);
        expect(findings === null ? values.length : findings.length).toBeGreaterThan(0);
        if (values !== null) for (const value of values) expect(value).not.toBeUndefined();
      }),
    );
  });

  it('takes every integer and every decimal as text without loss', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), (integer) => {
        expect(String(coerceOne(INTEGER, String(integer)))).toBe(String(integer));
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[1-9]\d{0,25}\.\d{0,25}[1-9]$/), (decimal) => {
        const value = coerceOne(NUMBER, decimal);
        expect(typeof value === 'string' ? value : String(value)).toBe(decimal);
      }),
    );
  });
});

describe('binding', () => {
  const fields = [inputField('ani'), inputField('ids', { array: { minItems: 0, maxItems: 3 } })];
  const slots = [
    { name: 'ids', item: 0 },
    { name: 'ids', item: 1 },
    { name: 'ids', item: 2 },
    { name: 'ani', item: null },
    { name: 'ani', item: null },
  ];
  const binding = new ParameterBinding(fields, slots);

  it('puts values in the order of the placeholders and fills an array up with its last item', () => {
    expect(binding.bind(['a', [7n, 8n]])).toEqual([7n, 8n, 8n, 'a', 'a']);
    expect(binding.bind(['a', [1, 2, 3]])).toEqual([1, 2, 3, 'a', 'a']);
  });

  it('binds NULL for an array without items', () => {
    expect(binding.bind([null, []])).toEqual([null, null, null, null, null]);
  });

  it('refuses a statement whose parameter no input has', () => {
    expect(() => new ParameterBinding(fields, [{ name: 'other', item: null }])).toThrow(TypeError);
  });
});

describe('the canonical text of values', () => {
  const scalar = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.bigInt(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 4 }),
    fc.date({ noInvalidDate: true }),
  );
  const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }));

  it('is the same for the same values only', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 3 }), fc.array(value, { maxLength: 3 }), (one, other) => {
        const isSame = JSON.stringify(one, spellOut) === JSON.stringify(other, spellOut);
        expect(canonicalValues(one) === canonicalValues(other)).toBe(isSame);
        expect(canonicalValues(structuredClone(one))).toBe(canonicalValues(one));
      }),
    );
  });

  it('tells texts apart that run into each other', () => {
    expect(canonicalValues(['a', 'bc'])).not.toBe(canonicalValues(['ab', 'c']));
    expect(canonicalValues(['1'])).not.toBe(canonicalValues([1]));
    expect(canonicalValues([['a'], 'b'])).not.toBe(canonicalValues([['a', 'b']]));
  });
});

/** JSON with every type told apart; a whole number is the same as a bigint of that size, as it is for a database. */
function spellOut(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : `bigint ${value}`;
  if (typeof value === 'string') return `text ${value}`;
  return value instanceof Uint8Array ? ['bytes', ...value] : value;
}
