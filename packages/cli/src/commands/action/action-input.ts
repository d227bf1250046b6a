import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ActionInput, ActionInputValue } from '@dipswitch/client';
import { DATA_ACTION_LIMITS } from '@dipswitch/contract';
import { createUsageError, isErrorWithCode } from '../../cli-error.ts';
import type { CommandContext } from '../../session/command-context.ts';

export interface InputFlags {
  readonly input?: readonly string[];
  readonly inputFile?: string;
}

/** No message repeats a value: it may be a caller's number. */
const HINT = 'Write NAME=VALUE for text, or NAME:=JSON for a list, a number, true, false or null.';

/** The input of an execution: the file first, then what the command line says. @throws CliError (64) */
export async function readActionInput(context: CommandContext, flags: InputFlags): Promise<ActionInput> {
  const fromFile = flags.inputFile === undefined ? {} : toInput(await readText(context, flags.inputFile));
  const named = new Map<string, ActionInputValue>();
  for (const text of flags.input ?? []) {
    const [name, value] = readPair(text);
    if (named.has(name)) throw createUsageError(`The input ${name} is given twice.`, `${HINT} A list: ${name}:=[1,2].`);
    named.set(name, value);
  }
  return { ...fromFile, ...Object.fromEntries(named) };
}

function readPair(text: string): readonly [string, ActionInputValue] {
  const [, name = '', operator, value = ''] = /^([A-Za-z_][A-Za-z0-9_]*)(:?=)([\s\S]*)$/.exec(text) ?? [];
  if (operator === undefined) throw createUsageError('An --input is not NAME=VALUE.', HINT);
  if (operator === '=') return [name, value];
  const parsed = parseJson(value, `The input ${name} is not JSON.`);
  if (!isInputValue(parsed)) throw createUsageError(`The input ${name} is neither a value nor a list of values.`, HINT);
  return [name, parsed];
}

function toInput(text: string): ActionInput {
  const parsed = parseJson(text, 'The input file is not JSON.');
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw createUsageError('The input file is not a JSON object.', 'Write {"name": "value", ...}.');
  }
  const input: Record<string, ActionInputValue> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (!isInputValue(value)) {
      throw createUsageError(`The member ${name} of the input file is neither a value nor a list of values.`, HINT);
    }
    input[name] = value;
  }
  return input;
}

function parseJson(text: string, message: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw createUsageError(message, HINT);
  }
}

function isInputValue(value: unknown): value is ActionInputValue {
  return isScalar(value) || (Array.isArray(value) && value.every(isScalar));
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

async function readText(context: CommandContext, file: string): Promise<string> {
  if (file === '-') return await readStdin(context);
  try {
    const target = path.resolve(context.cwd, file);
    if ((await stat(target)).size > DATA_ACTION_LIMITS.inputBytesMax) throw tooLarge();
    return await readFile(target, 'utf8');
  } catch (error) {
    if (!isErrorWithCode(error)) throw error;
    throw createUsageError(
      `The input file ${file} cannot be read (${error.code}).`,
      'Check the path; it is relative to the working folder.',
    );
  }
}

async function readStdin({ terminal }: CommandContext): Promise<string> {
  const { stdin } = terminal;
  if (stdin.isTTY === true) terminal.note('Reading the input as JSON from standard input; end with Ctrl-D.');
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stdin) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    sizeBytes += bytes.length;
    if (sizeBytes > DATA_ACTION_LIMITS.inputBytesMax) throw tooLarge();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(): Error {
  return createUsageError(`The input is over ${DATA_ACTION_LIMITS.inputBytesMax} bytes, which no data action takes.`);
}
