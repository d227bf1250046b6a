import { type DataActionBody, type DatabaseKind, type Finding, validateDataAction } from '@dipswitch/contract';
import { expect } from 'vitest';

/** The body of the contract. */
export const body = {
  actionId: 'customer-by-ani',
  connectorId: 'db-prod-analytics-01',
  name: 'Customer by calling number',
  statement: 'select id, full_name, tier, balance from customers where phone = :ani limit 1',
  access: 'read',
  input: {
    type: 'object',
    required: ['ani'],
    properties: { ani: { type: 'string', maxLength: 20, 'x-sensitive': true } },
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
  limits: { deadlineMs: 3000, maxRows: 1, maxBytes: 32_768, maxConcurrency: 20, ratePerSecond: 200 },
  cache: { ttlSeconds: 0, staleIfErrorSeconds: 0 },
  fallback: { tier: 'NONE' },
} as const satisfies DataActionBody;

/** The body with members set (or, for undefined, taken out) by their pointers; the values are copied, for a later change may reach into one. */
export function change(...changes: readonly (readonly [string, unknown])[]): unknown {
  const copy: unknown = structuredClone(body);
  for (const [pointer, value] of changes) {
    const names = pointer.slice(1).split('/');
    const last = names.pop() ?? '';
    let holder = copy as Record<string, unknown>;
    for (const name of names) {
      if (!Object.hasOwn(holder, name)) holder[name] = {};
      holder = holder[name] as Record<string, unknown>;
    }
    if (value === undefined) delete holder[last];
    else
      Object.defineProperty(holder, last, {
        value: structuredClone(value),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return copy;
}

export function tell(findings: readonly Finding[]): string[] {
  return findings.map(({ code, path }) => `${code} ${path}`);
}

/** The errors of a body, as `CODE /path`; also holds `valid` to them. */
export function refusals(value: unknown, kind: DatabaseKind | null = 'postgresql'): string[] {
  const validation = validateDataAction(value, { kind });
  const errors = tell(validation.findings.filter(({ severity }) => severity === 'error'));
  expect(validation.valid).toBe(errors.length === 0);
  return errors;
}
