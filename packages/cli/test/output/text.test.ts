import { describe, expect, it } from 'vitest';
import {
  countOf,
  formatAge,
  formatDuration,
  neutralizeControls,
  truncateText,
  wrapText,
} from '../../src/output/text.ts';

describe('text', () => {
  it.each([
    [8.4, '8 ms'],
    [999.4, '999 ms'],
    [2400, '2.4 s'],
    [185_000, '3 min 5 s'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it.each([
    ['2026-01-01T00:00:00Z', '0 s ago'],
    ['2025-12-31T23:48:00Z', '12 min ago'],
    ['2025-12-31T20:00:00Z', '4 h ago'],
    ['2025-12-29T00:00:00Z', '3 d ago'],
    ['2026-01-01T00:05:00Z', '0 s ago'],
    [null, 'never'],
  ])('tells the age of %s', (iso, text) => {
    expect(formatAge(iso, Date.parse('2026-01-01T00:00:00Z'))).toBe(text);
  });

  it('counts in the singular and the plural', () => {
    expect([countOf(1, 'connector'), countOf(0, 'connector'), countOf(2, 'retry', 'retries')]).toEqual([
      '1 connector',
      '0 connectors',
      '2 retries',
    ]);
  });

  it('cuts to the width with an ellipsis', () => {
    expect(truncateText('abcdef', 4)).toBe('abc…');
    expect(truncateText('abcd', 4)).toBe('abcd');
  });

  it('wraps at spaces and indents what follows', () => {
    expect(wrapText('one two three', 7, '  ')).toBe('one two\n  three');
  });

  it('makes control characters of a server visible', () => {
    expect(neutralizeControls('a\u001b[2Jb\nc')).toBe('a\ufffd[2Jb\nc');
  });
});
