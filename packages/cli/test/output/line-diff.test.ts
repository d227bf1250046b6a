import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines } from '../../src/output/line-diff.ts';

const show = (before: string, after: string) => diffLines(before, after).map(({ sign, text }) => sign + text);

describe('diffLines', () => {
  it('keeps what both share, in order', () => {
    expect(show('select id\nfrom a\nwhere x = 1', 'select id, name\nfrom a\nwhere x = 1\nlimit 1')).toEqual([
      '-select id',
      '+select id, name',
      ' from a',
      ' where x = 1',
      '+limit 1',
    ]);
  });

  it('shows texts of very many lines as wholes', () => {
    const long = Array.from({ length: 500 }, (_, index) => `${index}`).join('\n');
    expect(diffLines(long, 'x')).toHaveLength(501);
  });

  it('holds both texts, whatever they are, and says nothing of two that are the same', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 12 })
      .map((all) => all.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after);
        const side = (sign: '-' | '+') =>
          lines
            .filter((line) => line.sign === ' ' || line.sign === sign)
            .map((line) => line.text)
            .join('\n');
        expect([side('-'), side('+')]).toEqual([before, after]);
        if (before === after) expect(lines.every(({ sign }) => sign === ' ')).toBe(true);
      }),
    );
  });
});
