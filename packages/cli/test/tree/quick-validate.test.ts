import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createProgram, type GlobalFlags } from '../../src/tree/program.ts';
import { readQuickValidate } from '../../src/tree/quick-validate.ts';

const WORDS = [
  ...['-f', '--file', '--env', '--strict', '-q', '--quiet', '-o', '--output', '--no-color', '--debug', '--help', '--'],
  ...['a.yaml', '-', 'prod', 'qa', 'json', 'table', 'xml', '-qf', '--file=a', '--json', '', '--strict=1', 'validate'],
];

/** What the command tree makes of it; null when it refuses or does something else. */
async function readByTree(argv: readonly string[]): Promise<object | null> {
  let seen: object | null = null;
  const program = createProgram('0', async (flags: GlobalFlags) => {
    seen = flags;
  });
  const silence = (command: typeof program): void => {
    command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
    command.commands.forEach(silence);
  };
  silence(program);
  await program.parseAsync([...argv], { from: 'user' }).catch(() => undefined);
  return seen;
}

describe('readQuickValidate', () => {
  it('reads a plain command line', () => {
    expect(readQuickValidate(['validate', '-f', 'a.yaml', '--env', 'prod', '-f', '-', '--strict', '-q'])).toEqual({
      file: ['a.yaml', '-'],
      env: 'prod',
      strict: true,
      quiet: true,
      color: true,
    });
  });

  it.each([[['plan']], [['validate', '--help']], [['validate', '--file=a']], [['-q', 'validate']], [[]]])(
    'leaves %j to the command tree',
    (argv) => {
      expect(readQuickValidate(argv)).toBeNull();
    },
  );

  it('reads nothing otherwise than the command tree', { timeout: 60_000 }, async () => {
    let quick = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...WORDS), { maxLength: 6 }), async (words) => {
        const flags = readQuickValidate(['validate', ...words]);
        if (flags === null) return;
        quick += 1;
        expect([words, flags]).toEqual([words, await readByTree(['validate', ...words])]);
      }),
      { numRuns: 1_500 },
    );
    expect(quick).toBeGreaterThan(50);
  });
});
