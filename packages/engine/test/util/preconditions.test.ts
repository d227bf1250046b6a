import { describe, expect, it } from 'vitest';
import { assertPreconditions, parsePreconditions, toEntityTag } from '../../src/util/preconditions.ts';

describe('preconditions of a change', () => {
  const cases: Array<[string, { 'if-match'?: string; 'if-none-match'?: string }, number | undefined, boolean]> = [
    ['none holds always', {}, 3, true],
    ['none holds for what is missing', {}, undefined, true],
    ['the stored revision', { 'if-match': '"3"' }, 3, true],
    ['one of several', { 'if-match': '"1", "3"' }, 3, true],
    ['another revision', { 'if-match': '"2"' }, 3, false],
    ['a weak tag never matches', { 'if-match': 'W/"3"' }, 3, false],
    ['any existing one', { 'if-match': '*' }, 3, true],
    ['any existing one, but there is none', { 'if-match': '*' }, undefined, false],
    ['a revision of what is missing', { 'if-match': '"3"' }, undefined, false],
    ['only if there is none', { 'if-none-match': '*' }, undefined, true],
    ['only if there is none, but there is', { 'if-none-match': '*' }, 1, false],
    ['unless it is this revision', { 'if-none-match': 'W/"1"' }, 1, false],
    ['unless it is another revision', { 'if-none-match': '"2"' }, 1, true],
  ];
  it.each(cases)('%s', (_name, headers, revision, holds) => {
    const check = () => assertPreconditions(parsePreconditions(headers), revision);
    if (holds) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: 'PRECONDITION_FAILED' }));
  });

  it.each(['3', '"3', '"3" "4"', 'W/3', '*, "3"', ''])('refuses the malformed header %j', (value) => {
    expect(() => parsePreconditions({ 'if-match': value })).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST' }),
    );
  });

  it('writes the tag that it matches', () => {
    expect(() => assertPreconditions(parsePreconditions({ 'if-match': toEntityTag(7) }), 7)).not.toThrow();
  });
});
