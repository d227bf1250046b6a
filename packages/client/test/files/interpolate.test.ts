// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the project file are written this way
import { describe, expect, it } from 'vitest';
import { interpolate } from '../../src/files/interpolate.ts';
import { parseYaml } from '../../src/files/parse-yaml.ts';
import { toValue } from '../../src/files/source-tree.ts';

function run(text: string, variables: Record<string, string>) {
  const { root } = parseYaml(text, 'f.yaml');
  if (root === null) throw new Error('the document is empty');
  const { root: replaced, findings } = interpolate(root, variables);
  return { value: toValue(replaced), findings };
}

describe('interpolate', () => {
  it.each<[string, Record<string, string>, unknown]>([
    ['a: ${X}', { X: 'text' }, { a: 'text' }],
    ['a: db-${X}.${Y}', { X: 'one', Y: 'two' }, { a: 'db-one.two' }],
    ['a: ${X}', { X: '5432' }, { a: 5432 }],
    ['a: ${X}', { X: 'true' }, { a: true }],
    ['a: "${X}"', { X: '5432' }, { a: '5432' }],
    ['a: ${X}0', { X: '5' }, { a: '50' }],
    ['a: ${X}', { X: '' }, { a: '' }],
    ['a: ${X}', { X: '007' }, { a: '007' }],
    ['a: $${X}', {}, { a: '${X}' }],
    ['a: $X', { X: 'no' }, { a: '$X' }],
    ['a: ${X}', { X: '${Y}', Y: 'twice' }, { a: '${Y}' }],
    ['a: ${X}', { X: 'b: [1]\nc: 2' }, { a: 'b: [1]\nc: 2' }],
    ['[{a: "${X}"}]', { X: 'deep' }, [{ a: 'deep' }]],
  ])('%s with %o', (text, variables, expected) => {
    expect(run(text, variables)).toEqual({ value: expected, findings: [] });
  });

  it('leaves keys alone', () => {
    expect(run('"${X}": 1', { X: 'k' }).value).toEqual({ '${X}': 1 });
  });

  it('names every unset variable with its place', () => {
    const { findings } = run('a:\n  b: ${X}\nc: "${Y} ${X}"', {});
    expect(findings.map(({ code, path, message, source }) => [code, path, message, source.line])).toEqual([
      ['VARIABLE_UNSET', '/a/b', 'the variable X is not set', 2],
      ['VARIABLE_UNSET', '/c', 'the variable Y is not set', 3],
      ['VARIABLE_UNSET', '/c', 'the variable X is not set', 3],
    ]);
  });

  it.each(['a: "${}"', 'a: "${A B}"', 'a: "${toString}"', 'a: "${__proto__}"'])('refuses %s', (text) => {
    expect(run(text, {}).findings[0]?.code).toBe('VARIABLE_UNSET');
  });
});
