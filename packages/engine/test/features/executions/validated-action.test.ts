import { type DataActionBody, type ValidDataAction, validateDataAction } from '@dipswitch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompiledAction } from '../../../src/features/executions/call/compiled-action.ts';
import { toAnswerLine } from '../../../src/features/executions/output/answer-line.ts';
import { resultOf } from './execution-fixture.ts';

const EXAMPLE: DataActionBody = {
  actionId: 'customer-by-ani',
  connectorId: 'db-prod-analytics-01',
  name: 'Customer by calling number',
  statement: 'select id, full_name, tier, balance from customers where phone = :ani and kind in (:kinds) limit 1',
  access: 'read',
  input: {
    type: 'object',
    required: ['ani'],
    properties: {
      kinds: { type: 'array', items: { type: 'integer' }, maxItems: 3 },
      ani: { type: 'string', maxLength: 20, 'x-sensitive': true },
    },
  },
  output: {
    type: 'object',
    properties: {
      id: { type: 'integer' },
      full_name: { type: 'string', maxLength: 80 },
      tier: { type: 'string', maxLength: 16, default: 'NONE' },
      balance: { type: 'number', default: 0 },
    },
  },
  limits: { deadlineMs: 3000, maxRows: 1, maxBytes: 32768, maxConcurrency: 20, ratePerSecond: 200 },
  fallback: { tier: 'NONE' },
};

function validate(body: DataActionBody): ValidDataAction {
  const validation = validateDataAction(body, { kind: 'postgresql' });
  if (!validation.valid) throw new Error(JSON.stringify(validation.findings));
  return validation.action;
}

function compile(definition: ValidDataAction): CompiledAction {
  const { actionId, connectorId } = definition.body;
  return new CompiledAction({ actionId, connectorId, tenant: 'acme', version: 1, kind: 'postgresql', definition });
}

describe('a data action as validation leaves it', () => {
  it('runs with its parameters in the order of its placeholders', () => {
    const compiled = compile(validate(EXAMPLE));
    const { values } = compiled.input.coerce({ ani: '+49', kinds: '7|8' });
    expect(compiled.statement.text).toMatch(/phone = \$1 and kind in \(\$2,\s*\$3,\s*\$4\)/);
    expect(values === null ? null : compiled.bind(values)).toEqual(['+49', 7, 8, 8]);
  });

  it('refuses what its own schema refuses, by the paths of the input', () => {
    const { findings } = compile(validate(EXAMPLE)).input.coerce({ ani: '1'.repeat(21), kinds: [1, 2, 3, 4], x: 1 });
    expect(findings?.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'TOO_MANY_ITEMS /kinds',
      'TOO_LONG /ani',
      'UNKNOWN_FIELD /x',
    ]);
  });

  it('answers with every row that the database can return when its largest answer fits', () => {
    const property = fc.oneof(
      fc.record({ type: fc.constant('string'), maxLength: fc.integer({ min: 1, max: 200 }) }),
      fc.record({ type: fc.constant('string'), format: fc.constantFrom('date', 'time', 'date-time') }),
      fc.record({ type: fc.constantFrom('integer', 'number', 'boolean') }),
    );
    const shape = fc.record({
      properties: fc.array(property, { minLength: 1, maxLength: 6 }),
      maxRows: fc.integer({ min: 1, max: 20 }),
    });
    fc.assert(
      fc.property(shape, ({ properties, maxRows }) => {
        const output = {
          type: 'object' as const,
          properties: Object.fromEntries(properties.map((one, index) => [`f${index}`, one])),
        };
        const body = { ...EXAMPLE, output, limits: { ...EXAMPLE.limits, maxRows } };
        delete body.fallback;
        const validation = validateDataAction(body, { kind: 'postgresql' });
        fc.pre(validation.valid);
        if (!validation.valid) return;
        const { action } = validation;
        const compiled = compile(action);
        const row = action.output.map(({ type, format, maxLength }) => {
          if (type === 'integer') return -9223372036854775808n;
          if (type === 'number') return -1.2345678901234567e-308;
          if (type === 'boolean') return false;
          return format === null ? '\u0800'.repeat(maxLength ?? 0) : '9'.repeat(maxLength ?? 0);
        });
        const columns = action.output.map(({ name }) => name);
        const mapped = compiled.output.map(resultOf(Array(maxRows).fill(row), { columns }));
        expect(mapped).toMatchObject({ rowCount: maxRows, truncated: false });
        const { outcome, rowCount, truncated, members } = mapped;
        const head = {
          outcome,
          rowCount,
          truncated,
          source: 'live',
          ageSeconds: 0,
          executionId: 'e'.repeat(36),
        } as const;
        expect(Buffer.byteLength(toAnswerLine(head, members))).toBeLessThanOrEqual(action.limits.maxBytes);
      }),
    );
  });
});
