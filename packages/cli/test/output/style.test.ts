import { describe, expect, it } from 'vitest';
import { createStyle, isColourWanted } from '../../src/output/style.ts';

describe('isColourWanted', () => {
  it.each([
    ['a terminal', { noColorFlag: false, isTerminal: true, env: {} }, true],
    ['a pipe', { noColorFlag: false, isTerminal: false, env: {} }, false],
    ['a dumb terminal', { noColorFlag: false, isTerminal: true, env: { TERM: 'dumb' } }, false],
    ['NO_COLOR on a terminal', { noColorFlag: false, isTerminal: true, env: { NO_COLOR: '1' } }, false],
    ['an empty NO_COLOR', { noColorFlag: false, isTerminal: true, env: { NO_COLOR: '' } }, true],
    [
      'NO_COLOR against FORCE_COLOR',
      { noColorFlag: false, isTerminal: false, env: { NO_COLOR: '1', FORCE_COLOR: '1' } },
      false,
    ],
    ['FORCE_COLOR on a pipe', { noColorFlag: false, isTerminal: false, env: { FORCE_COLOR: '1' } }, true],
    ['FORCE_COLOR=0 on a terminal', { noColorFlag: false, isTerminal: true, env: { FORCE_COLOR: '0' } }, false],
    ['--no-color against FORCE_COLOR', { noColorFlag: true, isTerminal: true, env: { FORCE_COLOR: '1' } }, false],
  ])('decides for %s', (_case, choice, wanted) => {
    expect(isColourWanted(choice)).toBe(wanted);
  });
});

describe('createStyle', () => {
  it('writes escape sequences only when coloured', () => {
    expect(createStyle(true).bad('x')).toContain('\u001b[31m');
    expect(createStyle(false).bad('x')).toBe('x');
  });
});
