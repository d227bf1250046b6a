import { describe, expect, it } from 'vitest';
import { overlay } from '../../src/files/overlay.ts';
import { parseYaml } from '../../src/files/parse-yaml.ts';
import { locate, type SourceNode, toValue } from '../../src/files/source-tree.ts';

function parse(text: string, file: string): SourceNode {
  const { root } = parseYaml(text, file);
  if (root === null) throw new Error('the document is empty');
  return root;
}

function merge(base: string, over: string): unknown {
  return toValue(overlay(parse(base, 'a.yaml'), parse(over, 'a.prod.yaml')));
}

describe('overlay', () => {
  it.each<[string, string, string, unknown]>([
    ['replaces a scalar', 'a: 1\nb: 2', 'b: 3', { a: 1, b: 3 }],
    ['merges maps deeply', 'a: {b: {c: 1, d: 2}}', 'a: {b: {c: 9}}', { a: { b: { c: 9, d: 2 } } }],
    ['removes by null', 'a: 1\nb: 2', 'b: null', { a: 1 }],
    ['replaces a plain list', 'a: [1, 2]', 'a: [3]', { a: [3] }],
    ['lets an overlay be empty of a member', 'a: {b: 1}', 'a: {}', { a: { b: 1 } }],
    [
      'merges entries by id and adds new ones at the end',
      'connectors: [{id: x, host: one, port: 1}, {id: y}]',
      'connectors: [{id: z}, {id: x, host: two}]',
      { connectors: [{ id: 'x', host: 'two', port: 1 }, { id: 'y' }, { id: 'z' }] },
    ],
    [
      'replaces a list inside an entry',
      'connectors: [{id: x, events: [a]}]',
      'connectors: [{id: x, events: [b, c]}]',
      { connectors: [{ id: 'x', events: ['b', 'c'] }] },
    ],
    [
      'does not merge by id below the top',
      'a: {connectors: [{id: x, p: 1}]}',
      'a: {connectors: [{id: x}]}',
      { a: { connectors: [{ id: 'x' }] } },
    ],
    ['gives way to an overlay of another kind', '[1]', 'a: 1', { a: 1 }],
  ])('%s', (_name, base, over, expected) => {
    expect(merge(base, over)).toEqual(expected);
  });

  it('leaves every value with the file that it came from', () => {
    const merged = overlay(
      parse('connectors:\n  - id: x\n    port: 1\n', 'a.yaml'),
      parse('connectors:\n  - {id: x, host: h}\n', 'a.prod.yaml'),
    );
    expect(locate(merged, '/connectors/0/port').file).toBe('a.yaml');
    expect(locate(merged, '/connectors/0/host')).toEqual({ file: 'a.prod.yaml', line: 2, column: 19 });
  });
});
