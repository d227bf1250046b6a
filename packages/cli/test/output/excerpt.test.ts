import { describe, expect, it } from 'vitest';
import { renderExcerpt } from '../../src/output/excerpt.ts';
import { PLAIN_STYLE } from '../../src/output/style.ts';

const SOURCE = 'connectors:\n  - id: a\n    port: 99999\n    credentials: {username: u, password: hunter2}\n'.split(
  '\n',
);

describe('renderExcerpt', () => {
  it('marks the token at the column with carets under it', () => {
    expect(renderExcerpt(SOURCE, { line: 3, column: 11 }, PLAIN_STYLE)).toBe(
      '3 |     port: 99999\n  |           ^^^^^',
    );
  });

  it('marks a masked credential by its mask', () => {
    const column = SOURCE[3]!.indexOf('hunter2') + 1;
    expect(renderExcerpt(SOURCE, { line: 4, column }, PLAIN_STYLE)).toBe(
      '4 |     credentials: {username: ***, password: ***}\n  |                                            ^^^',
    );
  });

  it('cuts a long line before the place it marks', () => {
    const source = `name: ${'x'.repeat(300)}, port: 0`;
    const excerpt = renderExcerpt([source], { line: 1, column: source.indexOf('port') + 1 }, PLAIN_STYLE) ?? '';
    const [shown = '', marks = ''] = excerpt.split('\n');
    expect(shown).toContain('port: 0');
    expect(shown.slice(marks.indexOf('^'))).toMatch(/^port/);
    expect(shown.length).toBeLessThan(170);
  });

  it.each([
    ['a line that does not exist', { line: 99, column: 1 }],
    ['an empty line', { line: 5, column: 1 }],
  ])('has nothing to show for %s', (_case, position) => {
    expect(renderExcerpt(SOURCE, position, PLAIN_STYLE)).toBeNull();
  });

  it('keeps the caret in place behind a tab', () => {
    expect(renderExcerpt(['\tport: x'], { line: 1, column: 8 }, PLAIN_STYLE)).toBe('1 |  port: x\n  |        ^');
  });
});
