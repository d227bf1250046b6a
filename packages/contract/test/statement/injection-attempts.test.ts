import {
  compileStatement,
  DATABASE_KINDS,
  type FieldScalar,
  type InputField,
  validateDataAction,
} from '@dipswitch/contract';
import { INJECTION_ATTEMPTS } from '@dipswitch/contract/fixtures';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenizeSql } from '../../src/statement/tokenize-sql.ts';

const STATEMENT = "select id from customers where phone = :ani and name <> ':ani' and id in (:ids) -- :ani";
const BODY = {
  actionId: 'a',
  connectorId: 'c',
  statement: STATEMENT,
  input: {
    type: 'object',
    properties: { ani: { type: 'string' }, ids: { type: 'array', items: { type: 'string' }, maxItems: 3 } },
  },
};

describe('injection attempts', () => {
  it('are at least 150, all different, also where spaces at the end do not count', () => {
    const texts = new Set(INJECTION_ATTEMPTS.map(({ text }) => text.trimEnd()));
    expect(texts.size).toBe(INJECTION_ATTEMPTS.length);
    expect(texts.size).toBeGreaterThanOrEqual(150);
    expect(texts.has('')).toBe(false);
  });

  it.each(DATABASE_KINDS)(
    'have no way into the text of a statement, neither as default nor in an enum (%s)',
    (kind) => {
      const plain = validateDataAction(BODY, { kind });
      const anything = fc.oneof(
        fc.constantFrom(...INJECTION_ATTEMPTS.map(({ text }) => text)),
        fc.string({ unit: 'binary' }),
      );
      const { properties } = BODY.input;
      fc.assert(
        fc.property(anything, (text) => {
          const input = {
            ...BODY.input,
            properties: { ...properties, ani: { type: 'string', default: text, enum: [text] } },
          };
          const validation = validateDataAction({ ...BODY, input }, { kind });
          expect([plain.valid, validation.valid]).toEqual([true, true]);
          if (plain.valid && validation.valid) expect(validation.action.statement).toEqual(plain.action.statement);
        }),
        { numRuns: 500 },
      );
    },
  );

  it.each(DATABASE_KINDS)('as a statement never throw, and never leave the placeholders of %s out of count', (kind) => {
    const field: InputField = { ...plainField('ani'), default: null satisfies FieldScalar };
    for (const { text } of INJECTION_ATTEMPTS) {
      for (const statement of [text, `select :ani ${text}`, `select '${text} where x = :ani`]) {
        const { statement: compiled, findings } = compileStatement(statement, kind, [field]);
        expect(compiled === null).toBe(findings.length > 0);
        if (compiled === null) continue;
        expect(new Set(compiled.slots.map(({ name }) => name))).toEqual(new Set(['ani']));
        expect(tokenizeSql(statement, kind).tokens?.some(({ type }) => type === 'placeholder')).toBe(false);
      }
    }
  });
});

function plainField(name: string): InputField {
  return {
    name,
    type: 'string',
    format: null,
    required: true,
    nullable: true,
    default: undefined,
    minLength: null,
    maxLength: null,
    pattern: null,
    minimum: null,
    maximum: null,
    enum: null,
    sensitive: false,
    array: null,
  };
}
