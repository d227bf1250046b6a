import { dataActionBodySchema, validateDataAction, validateWellFormedDataAction } from '@dipswitch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { body, change, refusals, tell } from './data-action-body.ts';

const STATEMENT = '/statement';

describe('validateDataAction', () => {
  it('takes the body of the contract for every database, and returns the value itself', () => {
    for (const [kind, text] of [
      ['postgresql', '$1'],
      ['mysql', '?'],
      ['sqlserver', '@p1'],
      ['oracle', ':1'],
    ] as const) {
      const validation = validateDataAction(body, { kind });
      expect(validation).toMatchObject({ valid: true, findings: [] });
      if (!validation.valid) return;
      expect(validation.action.body).toBe(body);
      expect(validation.action.statement).toEqual({
        kind,
        text: body.statement.replace(':ani', text),
        slots: [{ name: 'ani', item: null }],
      });
    }
  });

  it('fills in every default', () => {
    const validation = validateDataAction(
      { actionId: 'a', connectorId: 'c', statement: 'select 1' },
      { kind: 'mysql' },
    );
    expect(validation).toMatchObject({
      valid: true,
      action: {
        access: 'read',
        limits: { deadlineMs: 3000, maxRows: 1, maxBytes: 32_768, maxConcurrency: 20, ratePerSecond: 200 },
        cache: { ttlSeconds: 0, staleIfErrorSeconds: 0, coalesce: true },
        input: [],
        output: [],
        fallback: null,
      },
    });
  });

  it('lets identical writes each run', () => {
    const write = change(
      ['/access', 'write'],
      ['/cache', { coalesce: true }],
      ['/fallback', undefined],
      ['/statement', 'update t set a = :ani'],
    );
    expect(validateDataAction(write, { kind: 'mysql' })).toMatchObject({
      valid: true,
      action: { cache: { coalesce: false } },
    });
  });

  it('judges everything but the statement while the database is not known', () => {
    const doubtful = change(['/statement', "drop table 'x; :y"], ['/fallback', { tier: 1 }]);
    expect(refusals(doubtful, null)).toEqual(['FALLBACK_MISMATCH /fallback/tier']);
    expect(validateDataAction(body, { kind: null })).toMatchObject({ valid: true, action: { statement: null } });
  });

  it.each<readonly [string, readonly (readonly [string, unknown])[], readonly string[]]>([
    ['a statement that is two', [[STATEMENT, 'select :ani; select 2']], ['STATEMENT_STACKED /statement']],
    ['a statement that is not closed', [[STATEMENT, "select :ani, '"]], ['STATEMENT_UNREADABLE /statement']],
    ['a read that writes', [[STATEMENT, 'delete from t where a = :ani']], ['STATEMENT_WRITES /statement']],
    [
      'a write that is DDL',
      [
        ['/access', 'write'],
        ['/fallback', undefined],
        [STATEMENT, 'drop table t'],
        ['/input', undefined],
      ],
      ['STATEMENT_FORBIDDEN /statement'],
    ],
    ['a parameter without an input', [[STATEMENT, 'select :ani, :other']], ['PARAMETER_NOT_DECLARED /statement']],
    [
      'an input without a parameter',
      [['/input/properties/other', { type: 'integer' }]],
      ['INPUT_NOT_USED /input/properties/other'],
    ],
    [
      'an array in a wrong place',
      [['/input/properties/ani', { type: 'array', items: { type: 'string' }, maxItems: 2 }]],
      ['PARAMETER_MISPLACED /statement'],
    ],
    ['an action id', [['/actionId', '-a']], ['INVALID_ID /actionId']],
    ['a connector id', [['/connectorId', 'a/b']], ['INVALID_ID /connectorId']],
    [
      'too many labels',
      [['/labels', Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`l${index}`, '']))]],
      ['OUT_OF_RANGE /labels'],
    ],
    ['a label name', [['/labels', { ' ': 'x' }]], ['INVALID_FORMAT /labels/ ']],
    ['an unknown member', [['/extra', 1]], ['UNKNOWN_FIELD /extra']],
    ['a missing statement', [[STATEMENT, undefined]], ['REQUIRED /statement']],
    ['a missing id', [['/actionId', undefined]], ['REQUIRED /actionId']],
    ['a mistyped id', [['/actionId', 7]], ['INVALID_TYPE /actionId']],
    ['an unknown access', [['/access', 'admin']], ['INVALID_FORMAT /access']],
    ['a deadline of zero', [['/limits/deadlineMs', 0]], ['OUT_OF_RANGE /limits/deadlineMs']],
    ['a deadline beyond a call', [['/limits/deadlineMs', 90_001]], ['OUT_OF_RANGE /limits/deadlineMs']],
    ['more bytes than Studio takes', [['/limits/maxBytes', 32_769]], ['OUT_OF_RANGE /limits/maxBytes']],
    ['half a row', [['/limits/maxRows', 1.5]], ['INVALID_TYPE /limits/maxRows']],
    ['an answer above maxBytes', [['/limits/maxBytes', 256]], ['OUTPUT_TOO_LARGE /output']],
    ['rows above maxBytes', [['/limits/maxRows', 1000]], ['OUTPUT_TOO_LARGE /output']],
    [
      'an unbounded output',
      [['/output/properties/full_name/maxLength', undefined]],
      ['OUTPUT_UNBOUNDED /output/properties/full_name'],
    ],
    [
      'a reserved name',
      [['/output/properties/outcome', { type: 'boolean' }]],
      ['RESERVED_NAME /output/properties/outcome'],
    ],
    [
      'an input name',
      [['/input/properties/a-b', { type: 'integer' }]],
      ['INVALID_FORMAT /input/properties/a-b', 'INPUT_NOT_USED /input/properties/a-b'],
    ],
    [
      'a name that JavaScript knows',
      [['/output/properties/__proto__', { type: 'integer' }]],
      ['INVALID_FORMAT /output/properties/__proto__'],
    ],
    ['a label that JavaScript knows', [['/labels/__proto__', 'x']], ['INVALID_FORMAT /labels/__proto__']],
    ['a fallback that JavaScript knows', [['/fallback/__proto__', 'x']], ['FALLBACK_MISMATCH /fallback/__proto__']],
    ['an input that is no object', [['/input/type', 'array']], ['INVALID_FORMAT /input/type']],
    ['a required input that is none', [['/input/required', ['ani', 'other']]], ['UNKNOWN_FIELD /input/required/1']],
    ['a fallback for no field', [['/fallback', { other: 1 }]], ['FALLBACK_MISMATCH /fallback/other']],
    [
      'a fallback of another type',
      [['/fallback', { id: 1.5, full_name: 1, balance: '1' }]],
      [
        'FALLBACK_MISMATCH /fallback/id',
        'FALLBACK_MISMATCH /fallback/full_name',
        'FALLBACK_MISMATCH /fallback/balance',
      ],
    ],
    ['a fallback that is too long', [['/fallback', { tier: 'x'.repeat(17) }]], ['FALLBACK_MISMATCH /fallback/tier']],
    [
      'a fallback that would be cut',
      [['/fallback', { tier: '\u0001'.repeat(16) }]],
      ['FALLBACK_MISMATCH /fallback/tier'],
    ],
    ['a fallback that is no scalar', [['/fallback', { tier: ['x'] }]], ['FALLBACK_MISMATCH /fallback/tier']],
    [
      'a fallback of a write',
      [
        ['/access', 'write'],
        [STATEMENT, 'update t set a = :ani'],
      ],
      ['FALLBACK_MISMATCH /fallback'],
    ],
    [
      'a cached write',
      [
        ['/access', 'write'],
        ['/fallback', undefined],
        [STATEMENT, 'update t set a = :ani'],
        ['/cache', { ttlSeconds: 1, staleIfErrorSeconds: 1 }],
      ],
      ['CACHE_OF_WRITE /cache/ttlSeconds', 'CACHE_OF_WRITE /cache/staleIfErrorSeconds'],
    ],
  ])('refuses %s', (_name, changes, expected) => {
    expect(refusals(change(...changes))).toEqual(expected);
  });

  it('tells every problem at once', () => {
    const broken = change(
      ['/actionId', '.'],
      ['/extra', true],
      [STATEMENT, 'insert into t values (:x)'],
      ['/input/properties/ani/oneOf', []],
      ['/output/properties/tier/maxLength', undefined],
      ['/fallback', { nothing: 1 }],
      ['/limits/ratePerSecond', 0],
    );
    expect(refusals(broken).sort()).toEqual([
      'FALLBACK_MISMATCH /fallback/nothing',
      'INPUT_NOT_USED /input/properties/ani',
      'INVALID_ID /actionId',
      'OUTPUT_UNBOUNDED /output/properties/tier',
      'OUT_OF_RANGE /limits/ratePerSecond',
      'PARAMETER_NOT_DECLARED /statement',
      'STATEMENT_WRITES /statement',
      'UNKNOWN_FIELD /extra',
      'UNSUPPORTED_SCHEMA /input/properties/ani/oneOf',
    ]);
  });

  it('warns of a deadline above 8 s, and of one whose three attempts outlast Studio', () => {
    const warn = (deadlineMs: number) =>
      validateDataAction(change(['/limits/deadlineMs', deadlineMs]), { kind: 'mysql' });
    expect(warn(8000).findings).toEqual([]);
    for (const deadlineMs of [8001, 30_000, 30_001]) {
      const { valid, findings } = warn(deadlineMs);
      expect([valid, tell(findings)]).toEqual([true, ['DEADLINE_ABOVE_PATIENCE /limits/deadlineMs']]);
      expect(findings[0]?.severity).toBe('warning');
      expect(findings[0]?.message.includes('more than the 90 s')).toBe(deadlineMs > 30_000);
    }
  });

  it('tells the two sizes of an answer that is too large', () => {
    const { findings } = validateDataAction(change(['/limits/maxBytes', 256]), { kind: null });
    expect(findings[0]?.message).toMatch(/has \d+ bytes, maxBytes allows 256/);
  });

  it('never throws for a JSON value, and repeats no value', () => {
    const pointers = [
      '/statement',
      '/input',
      '/output',
      '/limits',
      '/cache',
      '/fallback',
      '/input/properties/ani',
      '/output/properties/id',
      '/input/required',
      '/access',
      '/labels',
      '/input/properties/ani/type',
      '/input/properties/ani/pattern',
      '/output/properties/id/enum',
    ];
    const marked = fc.jsonValue({ maxDepth: 3 }).map(withSecrets);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.array(fc.tuple(fc.constantFrom(...pointers), marked), { maxLength: 4 }).map(applyAll),
        ),
        (value) => {
          const { valid, findings } = validateDataAction(value, { kind: 'postgresql' });
          expect(valid || findings.length > 0).toBe(true);
          for (const { path, message } of findings) {
            expect(path === '' || path.startsWith('/')).toBe(true);
            expect(message).not.toContain('SECRET');
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('keeps the answer to a flood of bad members in bounds', () => {
    const flood = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`x${index}`, 1]));
    expect(
      validateDataAction({ ...body, input: flood, fallback: flood, output: flood, ...flood }, { kind: 'mysql' })
        .findings.length,
    ).toBeLessThanOrEqual(500);
  });
});

describe('the compiled structure check', () => {
  it('agrees with the schema it was made from, and with the answer of the full check', () => {
    const pointers = [
      '/actionId',
      '/name',
      '/description',
      '/labels',
      '/labels/a',
      '/statement',
      '/access',
      '/input',
      '/input/type',
      '/input/required',
      '/input/properties',
      '/input/properties/ani',
      '/output',
      '/output/properties/9',
      '/limits',
      '/limits/deadlineMs',
      '/limits/ratePerSecond',
      '/cache/coalesce',
      '/cache/ttlSeconds',
      '/fallback',
      '/fallback/tier',
      '/extra',
    ];
    const leaf = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom('', 0, -1, 1.5, 1e9, null, true, {}, [], ['a'], 'a\0', 'object', 'read', 'x'.repeat(70_000)),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...pointers), fc.option(leaf, { nil: undefined })), {
          minLength: 1,
          maxLength: 4,
        }),
        (changes) => {
          const value = applyAll(changes);
          const isSound = dataActionBodySchema.safeParse(value).success;
          const short = validateWellFormedDataAction(value, { kind: 'oracle' });
          expect([value, short !== null]).toEqual([value, isSound]);
          if (short !== null) expect(short).toEqual(validateDataAction(value, { kind: 'oracle' }));
        },
      ),
      { numRuns: 1500 },
    );
  });
});

/** The same value with every text replaced by one that can be looked for. */
function withSecrets(value: unknown): unknown {
  if (typeof value === 'string') return 'SECRET';
  if (Array.isArray(value)) return value.map(withSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withSecrets(member)]));
}

function applyAll(changes: readonly (readonly [string, unknown])[]): unknown {
  try {
    return change(...changes);
  } catch {
    // A change below a member that an earlier one replaced by a scalar.
    return change(...changes.slice(0, 1));
  }
}
