import {
  answerEnvelopeSchema,
  OUTCOMES,
  type OutputField,
  parseOutputFields,
  worstCaseAnswerBytes,
} from '@dipswitch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const ENVELOPE = {
  outcome: 'UNAVAILABLE',
  rowCount: Number.MAX_SAFE_INTEGER,
  truncated: false,
  source: 'fallback',
  ageSeconds: Number.MAX_SAFE_INTEGER,
  executionId: '00000000-0000-0000-0000-000000000000',
};

function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** What an engine may answer for a field, the longest among it; texts cut as engines cut them. */
function extremes(field: OutputField): fc.Arbitrary<unknown> {
  switch (field.type) {
    case 'integer':
      return fc.constantFrom(
        null,
        field.default,
        0,
        Number.MIN_SAFE_INTEGER,
        '-9223372036854775808',
        `-${'9'.repeat(38)}`,
      );
    case 'number':
      return fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom(null, -1.2345678901234567e-308, -Number.MAX_VALUE),
      );
    case 'boolean':
      return fc.constantFrom(null, true, false);
    case 'string':
      return fc
        .string({
          unit: fc.constantFrom('a', '"', '\\', '\u0001', 'é', '渡', '😀', '\ud800'),
          maxLength: field.maxLength ?? 0,
        })
        .map((text) => cut(text, field));
  }
}

function cut(text: string, { maxLength, format }: OutputField): string {
  if (format === 'byte') return 'A'.repeat(maxLength ?? 0);
  let kept = '';
  for (const character of text.toWellFormed()) {
    const longer = kept + character;
    if (longer.length > (maxLength ?? 0) || bytesOf(longer) > 3 * (maxLength ?? 0) + 2) break;
    kept = longer;
  }
  return kept;
}

const property = fc.oneof(
  fc.constantFrom(
    { type: 'integer' },
    { type: 'number' },
    { type: 'boolean' },
    { type: ['string', 'null'], format: 'date-time' },
  ),
  fc.record({ type: fc.constant('string'), maxLength: fc.nat(40) }),
  fc.record({ type: fc.constant('string'), maxLength: fc.nat(40), format: fc.constant('byte') }),
  fc.constantFrom({ type: 'string', maxLength: 3, default: '\u0001\u0001\u0001' }, { type: 'integer', default: -1 }),
);
const schema = fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), property, { maxKeys: 6 }).map((properties) => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !(name in ENVELOPE) && name !== 'rows')),
}));

describe('worstCaseAnswerBytes', () => {
  it('bounds the JSON of every answer', () => {
    const answer = schema.chain((output) => {
      const { fields } = parseOutputFields(output);
      const row = fc.record(Object.fromEntries(fields.map((field) => [field.name, extremes(field)])), {
        noNullPrototype: true,
      });
      return fc.tuple(fc.constant(fields), fc.array(row, { minLength: 1, maxLength: 5 }));
    });
    fc.assert(
      fc.property(answer, ([fields, rows]) => {
        expect(bytesOf({ ...ENVELOPE, ...rows[0] })).toBeLessThanOrEqual(worstCaseAnswerBytes(fields, 1));
        const many = { ...ENVELOPE, ...rows[0], rows };
        if (rows.length > 1) expect(bytesOf(many)).toBeLessThanOrEqual(worstCaseAnswerBytes(fields, rows.length));
      }),
      { numRuns: 2000 },
    );
  });

  it('is not far above the longest answer', () => {
    const { fields } = parseOutputFields({
      properties: { a: { type: 'string', maxLength: 100 }, b: { type: 'integer' } },
    });
    const row = { a: '渡'.repeat(100), b: '-9223372036854775808' };
    const rows = Array.from({ length: 10 }, () => row);
    const longest = bytesOf({ ...ENVELOPE, ...row, rows });
    expect(worstCaseAnswerBytes(fields, 10) / longest).toBeLessThan(1.1);
  });

  it('is reached to the byte by texts and braces', () => {
    const { fields } = parseOutputFields({ properties: { a: { type: 'string', maxLength: 5 } } });
    const row = { a: '渡'.repeat(5) };
    const envelope = bytesOf({ ...ENVELOPE, executionId: 'x'.repeat(64) });
    expect(worstCaseAnswerBytes([], 1)).toBe(envelope);
    expect(worstCaseAnswerBytes(fields, 1)).toBe(bytesOf({ ...ENVELOPE, executionId: 'x'.repeat(64), ...row }));
    expect(worstCaseAnswerBytes(fields, 3)).toBe(
      bytesOf({ ...ENVELOPE, executionId: 'x'.repeat(64), ...row, rows: [row, row, row] }),
    );
  });

  it('has no bound without a maxLength', () => {
    const { fields } = parseOutputFields({ properties: { a: { type: 'string' } } });
    expect(worstCaseAnswerBytes(fields, 1)).toBe(Number.POSITIVE_INFINITY);
  });

  it('counts the longest outcome', () => {
    expect(OUTCOMES.reduce((longest, outcome) => Math.max(longest, outcome.length), 0)).toBe(ENVELOPE.outcome.length);
    expect(answerEnvelopeSchema.safeParse(ENVELOPE).success).toBe(true);
    expect(Object.keys(answerEnvelopeSchema.shape)).toEqual(Object.keys(ENVELOPE));
  });
});
