import { DATABASE_KINDS as CATALOGUE_KINDS } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { createProgram, type GlobalFlags } from '../src/program.ts';
import { DATABASE_KINDS } from '../src/tree/command-options.ts';

async function flagsOf(...args: string[]): Promise<GlobalFlags> {
  const seen: GlobalFlags[] = [];
  const program = createProgram('0.0.0', async (flags) => {
    seen.push(flags);
  });
  await program.parseAsync(args, { from: 'user' });
  return seen[0] ?? {};
}

function helpOf(program: ReturnType<typeof createProgram>, name: string): string | undefined {
  return program.commands.find((command) => command.name() === name)?.helpInformation();
}

describe('createProgram', () => {
  it('knows the kinds of the catalogue', () => {
    expect(DATABASE_KINDS).toEqual(CATALOGUE_KINDS);
  });

  it('takes an output option before and after the command, the latter winning', async () => {
    expect(await flagsOf('-o', 'json', 'validate')).toMatchObject({ output: 'json', color: true });
    expect(await flagsOf('validate', '-o', 'yaml', '-q')).toMatchObject({ output: 'yaml', quiet: true });
    expect(await flagsOf('-o', 'json', 'validate', '-o', 'yaml')).toMatchObject({ output: 'yaml' });
    expect(await flagsOf('--no-color', 'validate')).toMatchObject({ color: false });
    expect(await flagsOf('validate', '--no-color')).toMatchObject({ color: false });
  });

  it('takes an output option between the words of a command too', async () => {
    expect(await flagsOf('audit', '-o', 'json', 'verify')).toMatchObject({ output: 'json' });
    expect(await flagsOf('audit', '-o', 'json', 'verify', '-o', 'yaml')).toMatchObject({ output: 'yaml' });
  });

  it('builds the command alone that the line begins with, with the help that it has among all', () => {
    const all = createProgram('0.0.0', async () => undefined);
    const names = all.commands.map((command) => command.name()).filter((name) => !/^(__|help)/.test(name));
    expect(names).toContain('validate');
    for (const name of names) {
      const alone = createProgram('0.0.0', async () => undefined, [name]);
      expect(helpOf(alone, name)).toBe(helpOf(all, name));
      expect(alone.commands.filter((command) => !command.name().startsWith('__'))).toHaveLength(1);
    }
    for (const line of [['vaildate'], ['-o', 'json', 'plan'], ['__complete'], ['toString'], ['--help', 'plan']]) {
      const program = createProgram('0.0.0', async () => undefined, line);
      expect(program.helpInformation()).toBe(all.helpInformation());
      expect(helpOf(program, 'plan')).toBe(helpOf(all, 'plan'));
    }
  });

  it.each([[['--help']], [['-h']], [['--version']], [[]]])('builds an outline with the same help for %j', (line) => {
    const all = createProgram('0.0.0', async () => undefined);
    const outline = createProgram('0.0.0', async () => undefined, line);
    expect(outline.helpInformation()).toBe(all.helpInformation());
    expect(outline.commands.flatMap((command) => command.options)).toEqual([]);
  });

  it('leaves --version after a command to the command', async () => {
    expect(await flagsOf('action', 'publish', 'a', '--version', '3')).toEqual({ color: true, version: 3 });
    const version = createProgram('9.9.9', async () => undefined).exitOverride();
    version.configureOutput({ writeOut: () => undefined });
    await expect(version.parseAsync(['--version'], { from: 'user' })).rejects.toMatchObject({
      code: 'commander.version',
    });
  });

  it('gives every command a description and examples that it would parse', async () => {
    const program = createProgram('0.0.0', async () => undefined);
    const leaves = program.commands
      .filter((child) => !child.name().startsWith('__'))
      .flatMap((child) => (child.commands.length > 0 ? [...child.commands] : [child]));
    expect(leaves.length).toBeGreaterThanOrEqual(10);
    for (const command of leaves) {
      let help = '';
      command.configureOutput({ writeOut: (text) => (help += text) });
      command.outputHelp();
      const examples = [...help.matchAll(/^ {2}\$ (?:.*\| )?dip (.+)$/gm)].map(([, line = '']) => line.split(' '));
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) await flagsOf(...example);
    }
  });
});
