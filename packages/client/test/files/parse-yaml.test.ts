import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../src/files/parse-yaml.ts';
import { locate, type SourceNode, toValue } from '../../src/files/source-tree.ts';

function parse(text: string): SourceNode {
  const { root, findings } = parseYaml(text, 'f.yaml');
  expect(findings).toEqual([]);
  if (root === null) throw new Error('the document is empty');
  return root;
}

describe('parseYaml', () => {
  it('gives values and the place of each', () => {
    const root = parse('project: crm\nconnectors:\n  - id: a\n    port: 5432\n    pool: {min: 2, max: 15}\n');
    expect(toValue(root)).toEqual({ project: 'crm', connectors: [{ id: 'a', port: 5432, pool: { min: 2, max: 15 } }] });
    expect(locate(root, '/project')).toEqual({ file: 'f.yaml', line: 1, column: 10 });
    expect(locate(root, '/connectors/0/pool/max')).toEqual({ file: 'f.yaml', line: 5, column: 25 });
    expect(locate(root, '/connectors/0/port', true)).toEqual({ file: 'f.yaml', line: 4, column: 5 });
  });

  it('points at the parent of what is missing', () => {
    const root = parse('connectors:\n  - id: a\n    pool:\n      min: 2\n');
    expect(locate(root, '/connectors/0/pool/max')).toEqual({ file: 'f.yaml', line: 4, column: 7 });
    expect(locate(root, '/connectors/0/host')).toEqual({ file: 'f.yaml', line: 2, column: 5 });
    expect(locate(root, '/nothing')).toEqual({ file: 'f.yaml', line: 1, column: 1 });
  });

  it('is null for an empty document', () => {
    expect(parseYaml('', 'f.yaml')).toEqual({ root: null, findings: [] });
    expect(parseYaml('# only a comment\n', 'f.yaml')).toEqual({ root: null, findings: [] });
  });

  it.each<[string, string, number, number]>([
    ['a key given twice', 'a: 1\nb: 2\na: 3\n', 3, 1],
    ['bad indentation', 'a:\n  - b\n c: 1\n', 3, 1],
    ['an unclosed quote', 'a: "b', 1, 4],
    ['a second document', 'a: 1\n---\nb: 2\n', 2, 1],
    ['an unknown tag', 'a: !exec rm\n', 1, 4],
    ['an alias without anchor', 'a: *nothing\n', 1, 4],
    ['a key that is a map', '? {a: 1}\n: b\n', 1, 3],
  ])('refuses %s', (_name, text, line, column) => {
    const { root, findings } = parseYaml(text, 'f.yaml');
    expect(root).toBeNull();
    expect(findings[0]).toMatchObject({ code: 'YAML_SYNTAX', severity: 'error' });
    expect(findings.map(({ source }) => source.line)).toContain(line);
    expect(findings.some(({ source }) => source.line === line && source.column >= column)).toBe(true);
  });

  it('never quotes the text', () => {
    const { findings } = parseYaml('password: "canary-1\nother: canary-2\n  x: canary-3: [', 'f.yaml');
    expect(findings.length).toBeGreaterThan(0);
    expect(JSON.stringify(findings)).not.toContain('canary');
  });

  it('unfolds anchors, aliases and merge keys, own members first', () => {
    const root = parse('base: &b {min: 1, max: 2}\none: *b\ntwo:\n  <<: *b\n  max: 9\nthree:\n  <<: [{max: 5}, *b]\n');
    expect(toValue(root)).toMatchObject({
      one: { min: 1, max: 2 },
      two: { min: 1, max: 9 },
      three: { min: 1, max: 5 },
    });
  });

  it('stops a billion laughs', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 10; level += 1) {
      lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
    }
    const startedAtMs = performance.now();
    const { root, findings } = parseYaml(lines.join('\n'), 'f.yaml');
    expect(root).toBeNull();
    expect(findings[0]?.message).toContain('too many');
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
  });

  it('stops an alias that holds itself, and endless depth', () => {
    expect(parseYaml('a: &a [*a]', 'f.yaml').findings[0]?.message).toContain('contains itself');
    expect(parseYaml(`a: ${'['.repeat(100)}${']'.repeat(100)}`, 'f.yaml').findings[0]?.message).toContain('deeper');
  });

  it('takes __proto__ for a name like any other', () => {
    const value = toValue(parse('__proto__: {polluted: true}\n'));
    expect(Object.hasOwn(Object(value), '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('throws for no text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab:-[]{}&*!|>\'"%@`#,? \n\t0<'), maxLength: 60 }), (text) => {
        expect(() => parseYaml(text, 'f.yaml')).not.toThrow();
      }),
      { numRuns: 2_000 },
    );
  });
});
