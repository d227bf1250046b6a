// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the project file are written this way
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../src/files/parse-yaml.ts';
import { readPlainYaml } from '../../src/files/read-plain-yaml.ts';

const EXAMPLE = readFileSync(new URL('../../../../examples/customers/dipswitch.yaml', import.meta.url), 'utf8');
const VARIED = `---
project: crm
connectors:
- id: a
  port: 5432
  pool: {min: 2, max: 15, x: [a, 'b', "c d"], y: {}, z: [] }   # why
  labels:
    team: x # why
    none:
    other: vault://mount/path#field
  empty:

  list:
    - a b
    - {a: b}
    - [1, -2, local://name]
    - 'it # x'
    - k: v
      l: [~, null, true, false]
  host: 127.0.0.1
  version: 42.6.0
`;
const BLOCKS = `dataActions:
  - id: a
    statement: | # reviewed
      select id -- not: a map
        # not a comment
      from t

      where x = :x
    other: |-
      one

  # a comment
  - statement: |
     deep
    empty:
top: |
 x
`;
const SEEDS = [EXAMPLE, BLOCKS, VARIED, VARIED.replaceAll('\n', '\r\n'), 'a: 1', 'a:\n  - b\n  - c: d\n    e: f\n'];
const PIECES = [
  ...[...'a: \n-#{}[],"\'1~?%@`|>_=+\\é\t\r'],
  ...[
    ' #',
    '  ',
    '- ',
    '0x1',
    '1.5',
    'null',
    'True',
    'key: ',
    '${X}',
    '&a ',
    '*a',
    '!t ',
    '|\n',
    ' |-\n',
    'a: |\n   b\n',
    '\n\n',
    '      ',
    '--- ',
    '---',
    '...',
    '<<: ',
  ],
  ...['.inf', '1e3', '+1', '.5', '1_0', '2001-01-01', 'a:b', '://', 'a: b\n', '- a\n', '\r\n', '\u00a0', '\ufeff'],
];

/** Whether the text was plain; fails when the two readers differ about it. */
function compare(text: string): boolean {
  const plain = readPlainYaml(text, 'f.yaml');
  if (plain === undefined) return false;
  expect([text, parseYaml(text, 'f.yaml')]).toEqual([text, { root: plain, findings: [] }]);
  return true;
}

describe('readPlainYaml', () => {
  it.each(SEEDS)('reads what the full parser reads, with the same places: %j', (text) => {
    expect(compare(text)).toBe(true);
  });

  it.each([
    ['an anchor', 'a: &x 1\nb: *x\n'],
    ['a merge', 'a:\n  <<: {b: 1}\n'],
    ['a tag', 'a: !!str 1\n'],
    ['a folded block', 'a: >\n  b\n'],
    ['a block that keeps its end', 'a: |+\n  b\n\n'],
    ['a block with a number', 'a: |2\n    b\n'],
    ['a block without a line', 'a: |\nb: 1\n'],
    ['a block that begins with nothing', 'a: |\n\n  b\n'],
    ['a block whose last line has no end', 'a: |\n  b'],
    ['text over two lines', 'a: b\n  c\n'],
    ['an escape', 'a: "b\\n"\n'],
    ['a key given twice', 'a: 1\na: 2\n'],
    ['a second document', 'a: 1\n---\nb: 2\n'],
    ['an unclosed quote', 'a: "b\n'],
    ['bad indentation', 'a:\n  - b\n c: 1\n'],
    ['a tab', 'a:\tb\n'],
    ['a variable in braces', 'a: {b: ${X}}\n'],
    ['a float', 'a: 1.5\n'],
    ['an odd spelling of true', 'a: TRUE\n'],
    ['nothing', '# only a comment\n'],
    ['endless depth', `a: ${'['.repeat(100)}${']'.repeat(100)}`],
    ['a lone scalar', 'text'],
  ])('leaves %s to the full parser', (_name, text) => {
    expect(readPlainYaml(text, 'f.yaml')).toBeUndefined();
  });

  it('never reads a text otherwise than the full parser', () => {
    const piece = fc.constantFrom(...PIECES);
    const soup = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));
    const edit = fc.tuple(fc.nat(2000), fc.nat(6), piece);
    const edited = fc
      .tuple(fc.constantFrom(...SEEDS), fc.array(edit, { minLength: 1, maxLength: 3 }))
      .map(([seed, edits]) =>
        edits.reduce((text, [position, removed, inserted]) => {
          const at = position % (text.length + 1);
          return text.slice(0, at) + inserted + text.slice(at + removed);
        }, seed),
      );
    let plain = 0;
    fc.assert(
      fc.property(fc.oneof(soup, edited), (text) => {
        if (compare(text)) plain += 1;
      }),
      { numRuns: 4_000 },
    );
    expect(plain).toBeGreaterThan(100);
  });
});
