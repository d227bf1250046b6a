import { connectorBodySchema, type Finding, type ValidationPolicy, validateConnector } from '@dipswitch/contract';
import { wireExchange } from '@dipswitch/contract/fixtures';
import { expect } from 'vitest';

/** The body of the contract. */
export const body = connectorBodySchema.parse(wireExchange('connector-created').request.body);

/** The body with one member set (or, for undefined, taken out) by its pointer; the value is copied, for a later change may reach into it. */
export function change(...changes: readonly (readonly [string, unknown])[]): unknown {
  const copy: unknown = structuredClone(body);
  for (const [pointer, value] of changes) {
    const names = pointer.slice(1).split('/');
    const last = names.pop() ?? '';
    let holder = copy as Record<string, unknown>;
    for (const name of names) {
      holder[name] ??= {};
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

function tell(findings: readonly Finding[]): string[] {
  return findings.filter(({ severity }) => severity === 'error').map(({ code, path }) => `${code} ${path}`);
}

/** What is wrong with a body, as `CODE /path`; also holds `valid` to it. */
export function refusals(value: unknown, policy?: Partial<ValidationPolicy>): string[] {
  const validation = validateConnector(value, policy);
  const told = tell(validation.findings);
  expect(validation.valid).toBe(told.length === 0);
  return told;
}
