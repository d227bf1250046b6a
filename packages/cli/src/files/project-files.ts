import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { DesiredState, SourceFinding } from '@dipswitch/client';
import { CliError, createUsageError, isErrorWithCode } from '../cli-error.ts';
import type { CommandContext } from '../session/command-context.ts';
import { loadEnvironment } from '../session/environment.ts';
import { keepHeapSmall } from './frugal-heap.ts';

export interface FileFlags {
  readonly file?: readonly string[];
  readonly env?: string;
}

/** What the files say, and their text for excerpts. */
export interface ProjectFiles {
  readonly desired: DesiredState;
  /** Text of a file as it was read; null when it cannot be read. */
  readonly textOf: (file: string) => Promise<string | null>;
}

const STDIN = '-';
const DEFAULT_FILES = ['dipswitch.yaml', 'dipswitch.yml'];
const DEFAULT_FOLDER = 'dipswitch';
// Some hundred connectors: below, there is no memory to save, and loading `node:v8` is a tenth of what validate takes.
const LARGE_BYTES = 256 * 1024;
const STDIN_MAX_BYTES = 64 * 1024 * 1024;

/** The files that a command means: those named, else the default ones. Null when there are none. */
export function findProjectFiles(flags: FileFlags, cwd: string): readonly string[] | null {
  if (flags.file !== undefined) {
    for (const file of flags.file) if (file !== STDIN) assertPresent(file, cwd);
    return flags.file;
  }
  for (const name of DEFAULT_FILES) if (isKind(path.join(cwd, name), 'file')) return [name];
  return isKind(path.join(cwd, DEFAULT_FOLDER), 'folder') ? [DEFAULT_FOLDER] : null;
}

/** @throws CliError (64) when there is no file to read. */
export async function loadProjectFiles(context: CommandContext, flags: FileFlags): Promise<ProjectFiles> {
  const files = findProjectFiles(flags, context.cwd);
  if (files === null) {
    throw createUsageError(
      `There is no dipswitch.yaml and no folder dipswitch in ${context.cwd}.`,
      '`dip init` writes a dipswitch.yaml to start from; -f names another file or folder.',
    );
  }
  if (mayBeLarge(files, flags, context.cwd)) keepHeapSmall();
  const stdin = createStdinReader(context);
  const { loadDesiredState } = await import('@dipswitch/client/desired-state');
  const desired = await loadDesiredState({
    files,
    cwd: context.cwd,
    variables: await loadEnvironment(context.env, context.cwd),
    stdin,
    signal: context.interrupts.drain,
    ...(flags.env === undefined ? {} : { environment: flags.env }),
  });
  return {
    desired,
    textOf: async (file) => {
      if (file === STDIN) return await stdin();
      try {
        return readFileSync(path.resolve(context.cwd, file), 'utf8');
      } catch {
        return null;
      }
    },
  };
}

/** What is not known before it is read (standard input, folders, overlays) may be. */
function mayBeLarge(files: readonly string[], flags: FileFlags, cwd: string): boolean {
  if (flags.env !== undefined) return true;
  let sizeBytes = 0;
  for (const file of files) {
    const found = file === STDIN ? undefined : statSync(path.resolve(cwd, file), { throwIfNoEntry: false });
    if (found?.isFile() !== true) return true;
    sizeBytes += found.size;
  }
  return sizeBytes > LARGE_BYTES;
}

export function countSeverities(findings: readonly SourceFinding[]): { errors: number; warnings: number } {
  const errors = findings.filter((finding) => finding.severity === 'error').length;
  return { errors, warnings: findings.length - errors };
}

function createStdinReader(context: CommandContext): () => Promise<string> {
  let text: Promise<string> | undefined;
  return () => {
    text ??= readAll(context);
    return text;
  };
}

async function readAll(context: CommandContext): Promise<string> {
  const { stdin } = context.terminal;
  if (stdin.isTTY === true) context.terminal.note('Reading from standard input; end with Ctrl-D.');
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stdin) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    sizeBytes += bytes.length;
    if (sizeBytes > STDIN_MAX_BYTES) throw new CliError('Standard input is larger than 64 MiB.');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function assertPresent(file: string, cwd: string): void {
  try {
    statSync(path.resolve(cwd, file));
  } catch (error) {
    const reason =
      isErrorWithCode(error) && error.code !== 'ENOENT' ? `cannot be read (${error.code})` : 'does not exist';
    throw createUsageError(`${file} ${reason}.`, 'Check the path given with -f; it is relative to the working folder.');
  }
}

function isKind(file: string, kind: 'file' | 'folder'): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return kind === 'file' ? found?.isFile() === true : found?.isDirectory() === true;
}
