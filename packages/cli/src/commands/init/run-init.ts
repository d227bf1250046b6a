import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { projectFileJsonSchema } from '@dipswitch/contract';
import { createUsageError, isErrorWithCode } from '../../cli-error.ts';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { printStructured } from '../../output/structured.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { ENV_EXAMPLE, PROJECT_EXAMPLE } from './init-templates.ts';

export interface InitFlags {
  readonly force?: boolean;
}

export interface InitResult {
  readonly written: readonly string[];
}

const SCHEMA_FILE = 'dipswitch.schema.json';

/** Writes the starter files into a folder: all of them, or none when one is there already and `force` is off. */
export async function initProject(folder: string, force: boolean): Promise<InitResult> {
  const files = [
    { name: 'dipswitch.yaml', text: PROJECT_EXAMPLE },
    { name: '.env.example', text: ENV_EXAMPLE },
    { name: SCHEMA_FILE, text: `${JSON.stringify(projectFileJsonSchema(), null, 2)}\n` },
  ];
  const present: string[] = [];
  for (const { name } of files) if (await isPresent(path.join(folder, name))) present.push(name);
  if (present.length > 0 && !force) {
    throw createUsageError(
      `${present.join(' and ')} ${present.length === 1 ? 'is' : 'are'} there already; nothing was written.`,
      'Use another folder, or --force to replace what is there.',
    );
  }
  for (const { name, text } of files) await writeFile(path.join(folder, name), text);
  return { written: files.map(({ name }) => name) };
}

async function isPresent(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if (isErrorWithCode(error) && error.code === 'ENOENT') return false;
    throw error;
  }
}

export async function runInit(context: CommandContext, flags: InitFlags): Promise<ExitCode> {
  const { terminal } = context;
  const result = await initProject(context.cwd, flags.force === true);
  if (!(await printStructured(terminal, result))) {
    for (const name of result.written) terminal.result(`wrote ${name}`);
  }
  const { bold } = terminal.noteStyle;
  terminal.note(
    [
      '',
      'Next:',
      `  1. Put your database into ${bold('dipswitch.yaml')}.`,
      `  2. Copy ${bold('.env.example')} to ${bold('.env')} and fill in the server and the client; keep .env out of Git.`,
      `  3. ${bold('dip validate')}, then ${bold('dip plan')}, then ${bold('dip apply --wait-healthy 60')}.`,
    ].join('\n'),
  );
  return EXIT_CODES.done;
}
