import { describe, expect, it } from 'vitest';
import { findLongFiles } from '../../scripts/checks/file-lengths.ts';

const file = (path: string, lines: number) => ({ path, text: '// a line\n'.repeat(lines) });

describe('the check of file lengths', () => {
  it.each([
    'packages/engine/src/pool.ts',
    'packages/client/test/plan/plan.test.ts',
    'test/e2e/demo.test.ts',
    'scripts/build.ts',
    'bench/bulk.ts',
  ])('refuses %s with 401 lines, not with 400', (path) => {
    expect(findLongFiles([file(path, 401)], {})).toEqual([`${path}: 401 lines; split it, 400 are allowed`]);
    expect(findLongFiles([file(path, 400)], {})).toEqual([]);
  });

  it('counts a last line that nothing ends', () => {
    const { path, text } = file('scripts/build.ts', 400);
    expect(findLongFiles([{ path, text: `${text}// one more` }], {})).toHaveLength(1);
  });

  it.each(['packages/contract/src/generated/check.ts', 'examples/studio.ts'])('lets %s pass at any length', (path) => {
    expect(findLongFiles([file(path, 5_000)], {})).toEqual([]);
  });

  it('lets a table pass, and refuses an exception that is no longer needed', () => {
    const tables = { 'scripts/words.ts': 'the words', 'scripts/gone.ts': 'nothing' };
    expect(findLongFiles([file('scripts/words.ts', 900)], tables)).toEqual([
      'scripts/gone.ts: not a long file any more; remove its exception',
    ]);
  });
});
