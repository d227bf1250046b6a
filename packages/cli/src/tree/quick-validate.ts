import type { ValidateFlags } from '../commands/validate.ts';
import { OUTPUT_FORMATS, type OutputFormat } from '../output/terminal.ts';

export interface QuickFlags extends ValidateFlags {
  readonly output?: OutputFormat;
  readonly quiet?: boolean;
  readonly color: boolean;
  readonly debug?: boolean;
}

const OVERLAYS: readonly string[] = ['dev', 'test', 'staging', 'prod'];

/**
 * The flags of a `dip validate` that is written out plainly, as the command tree would read them; null for everything
 * else, which the command tree then reads or refuses. A commit hook runs this command at each commit, and building the
 * tree takes longer than the work. A test holds the two together.
 */
export function readQuickValidate(argv: readonly string[]): QuickFlags | null {
  const [command, ...words] = argv;
  if (command !== 'validate') return null;
  const files: string[] = [];
  let flags: QuickFlags = { color: true };
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const switched = SWITCHES[word];
    if (switched !== undefined) {
      flags = { ...flags, ...switched };
      continue;
    }
    index += 1;
    const value = words[index];
    if (value === undefined || (value.startsWith('-') && value !== '-')) return null;
    const format = OUTPUT_FORMATS.find((known) => known === value);
    if (word === '-f' || word === '--file') files.push(value);
    else if (word === '--env' && OVERLAYS.includes(value)) flags = { ...flags, env: value };
    else if ((word === '-o' || word === '--output') && format !== undefined) flags = { ...flags, output: format };
    else return null;
  }
  return files.length === 0 ? flags : { ...flags, file: files };
}

const SWITCHES: Readonly<Record<string, Partial<QuickFlags>>> = {
  '--strict': { strict: true },
  '-q': { quiet: true },
  '--quiet': { quiet: true },
  '--no-color': { color: false },
  '--debug': { debug: true },
};
