import { canonicalJson, Secret } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { toAuditEvent } from '../../src/audit/audit-event.ts';
import type { AuditEntry } from '../../src/audit/audited-transaction.ts';

const entry: AuditEntry = {
  eventType: 'CONFIG_UPDATED',
  connectorId: 'db-1',
  status: 'SUCCESS',
  latencyMs: 3,
  details: {},
  actor: 'client-1',
  tenant: 'default',
  requestId: 'request-1',
};
const timestamp = '2026-01-15T12:00:00.000Z';
const digest = (value: string) => `<${value.length}>`;

describe('toAuditEvent', () => {
  it('puts the keyed digest in the place of every secret, however deep', () => {
    const details = { ani: new Secret('+4930123'), list: [{ inner: new Secret('xyz') }] };
    const event = toAuditEvent({ ...entry, details }, timestamp, digest);
    expect(event.details).toEqual({ ani: 'hmac:<8>', list: [{ inner: 'hmac:<3>' }] });
  });

  it('keeps a member whose name JavaScript gives a meaning', () => {
    const details = JSON.parse('{"__proto__":{"a":1},"b":2}');
    const event = toAuditEvent({ ...entry, details: { inner: details } }, timestamp, digest);
    expect(canonicalJson(event.details)).toBe('{"inner":{"__proto__":{"a":1},"b":2}}');
  });

  it('carries the audit id in the details and leaves the members of the contract alone', () => {
    const event = toAuditEvent({ ...entry, details: { zone: 1 } }, timestamp, digest, 'id-1');
    expect(event).toEqual({ ...entry, timestamp, details: { auditId: 'id-1', zone: 1 } });
    expect(Object.keys(event.details)).toEqual(['auditId', 'zone']);
  });

  it.each([
    ['a lone surrogate', 'a\ud800', 'a\ufffd'],
    ['a number that is not finite', Number.NaN, 'NaN'],
    ['a bigint', 12n, '12'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a broken date', new Date(Number.NaN), 'Invalid Date'],
    ['an item that is missing', [undefined, 1], [null, 1]],
    ['an instance of a class', new Map([[1, 2]]), {}],
  ])('turns %s into something canonical JSON takes', (_name, value, expected) => {
    const event = toAuditEvent({ ...entry, details: { value } }, timestamp, digest);
    expect(event.details).toEqual({ value: expected });
    expect(() => canonicalJson(event)).not.toThrow();
  });

  it('leaves out what is undefined and cuts what is too deep', () => {
    let deep: Record<string, unknown> = {};
    for (let depth = 0; depth < 40; depth += 1) deep = { deep };
    const event = toAuditEvent(
      { ...entry, latencyMs: Number.NaN, details: { gone: undefined, deep } },
      timestamp,
      digest,
    );
    expect(event.latencyMs).toBe(0);
    expect('gone' in event.details).toBe(false);
    expect(JSON.stringify(event.details)).toContain('[too deep]');
  });
});
