import { connectorBodySchema, validateConnector, validateWellFormedConnector } from '@dipswitch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { body, change } from './connector-body.ts';

const SECURITY = '/configuration/securitySettings';

describe('the compiled structure check', () => {
  it('agrees with the schema it was made from', () => {
    // Not tried here: a label named __proto__, which zod skips in silence and the compiled check refuses (see above).
    const leaf = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom('', 0, -1, 1.5, 1e9, null, true, 'x'.repeat(3000), {}, [], 'a\0'),
    );
    const pointers = [
      ...listPointers(body),
      '/extra',
      '/description',
      '/labels',
      '/labels/a',
      `${SECURITY}/caCertificate`,
    ];
    const mutation = fc.tuple(fc.constantFrom(...pointers), fc.option(leaf, { nil: undefined }));
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const value = applyAll(mutations);
        const validation = validateConnector(value);
        const structural = validation.findings.filter(({ code }) => STRUCTURAL.has(code));
        const parsed = connectorBodySchema.safeParse(value);
        expect([value, structural.length > 0]).toEqual([value, !parsed.success]);
        expect(validateWellFormedConnector(value)).toEqual(parsed.success ? validation : null);
      }),
      { numRuns: 1500 },
    );
  });

  it('never throws for a JSON value, and repeats no value', () => {
    const anyBody = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom(...Object.keys(body), '__proto__'), fc.jsonValue()),
      fc
        .array(fc.tuple(fc.constantFrom(...listPointers(body)), fc.jsonValue({ maxDepth: 2 })), { maxLength: 5 })
        .map(applyAll),
    );
    fc.assert(
      fc.property(anyBody, (value) => {
        const validation = validateConnector(value);
        expect(typeof validation.valid).toBe('boolean');
        for (const { path } of validation.findings) expect(path === '' || path.startsWith('/')).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });

  it('keeps the answer to a flood of bad members in bounds', () => {
    const flood = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`x${index}`, 1]));
    expect(validateConnector({ ...body, ...flood }).findings.length).toBeLessThan(600);
  });
});

/** Codes that only the structure gives; the rules that overlap with them are left out on purpose. */
const STRUCTURAL: ReadonlySet<string> = new Set([
  'INVALID_TYPE',
  'REQUIRED',
  'UNKNOWN_FIELD',
  'OUT_OF_RANGE',
  'INVALID_FORMAT',
  'TOO_LONG',
  'UNKNOWN_CONNECTOR_TYPE',
  'PLAINTEXT_CREDENTIAL',
  'CREDENTIAL_REFERENCE_MISSING',
]);

function applyAll(mutations: readonly (readonly [string, unknown])[]): unknown {
  try {
    return change(...mutations);
  } catch {
    // A mutation below a member that an earlier one replaced by a scalar.
    return change(...mutations.slice(0, 1));
  }
}

function listPointers(value: unknown, base = ''): string[] {
  if (typeof value !== 'object' || value === null) return [base];
  const below = Object.entries(value).flatMap(([name, member]) => listPointers(member, `${base}/${name}`));
  return base === '' ? below : [base, ...below];
}
