import { describe, expect, it } from 'vitest';
import { toRequestId, toTraceId } from '../../src/http/request-headers.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('toRequestId', () => {
  it('keeps a well-formed id of the caller', () => {
    expect(toRequestId({ 'x-request-id': 'flow-7.a:b_c' })).toBe('flow-7.a:b_c');
  });

  it.each([undefined, '', 'a b', 'line\nbreak', '<script>', 'x'.repeat(129)])('replaces %j', (given) => {
    expect(toRequestId(given === undefined ? {} : { 'x-request-id': given })).toMatch(UUID);
  });
});

describe('toTraceId', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

  it.each([`00-${traceId}-00f067aa0ba902b7-01`, `01-${traceId}-00f067aa0ba902b7-00-later`])('reads %s', (header) => {
    expect(toTraceId({ traceparent: header })).toBe(traceId);
  });

  it.each([
    undefined,
    '',
    `00-${traceId}-0000000000000000-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `ff-${traceId}-00f067aa0ba902b7-01`,
    `00-${traceId.toUpperCase()}-00f067aa0ba902b7-01`,
  ])('ignores %j', (header) => {
    expect(toTraceId(header === undefined ? {} : { traceparent: header })).toBeNull();
  });
});
