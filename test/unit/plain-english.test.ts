import { describe, expect, it } from 'vitest';
import { findRefusedPhrases } from '../../scripts/checks/plain-english.ts';

describe('the check for plain English', () => {
  it('finds a phrase with its line, whatever the case', () => {
    expect(findRefusedPhrases('Fine.\nThis Can not be.')).toEqual([{ line: 2, found: 'Can not', instead: 'cannot' }]);
  });

  it('finds a phrase that a line break of a comment cuts in two', () => {
    expect(findRefusedPhrases('/**\n * the way there\n * and back\n */')).toEqual([
      { line: 2, found: 'way there and back', instead: 'round trip' },
    ]);
  });

  it.each(['recommend', 'cannot', 'amend', 'besides', 'lane', 'again', 'replace often', 'toward', 'forever'])(
    'lets %s pass',
    (text) => {
      expect(findRefusedPhrases(text)).toEqual([]);
    },
  );
});
