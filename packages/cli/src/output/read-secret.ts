import { StringDecoder } from 'node:string_decoder';
import { CliError, createUsageError } from '../cli-error.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { Terminal, TextSource } from './terminal.ts';

const MAX_LENGTH = 65_536;

/**
 * Reads a value: typed without echo where stdin is a terminal, else the whole of stdin without its last line break.
 * @throws CliError (64) where there is none; never with the value
 */
export async function readSecret(terminal: Terminal, question: string, signal: AbortSignal): Promise<string> {
  const { stdin } = terminal;
  const value =
    stdin.isTTY === true ? await readHidden(terminal, question, signal) : (await readAll(stdin)).replace(/\r?\n$/, '');
  if (value === '') throw createUsageError('There is no value.', 'Type it when asked, or pipe it in: `... < file`.');
  if (value.length > MAX_LENGTH) throw createUsageError(`The value is longer than ${MAX_LENGTH} characters.`);
  return value;
}

async function readAll(stdin: TextSource): Promise<string> {
  const decoder = new StringDecoder('utf8');
  let text = '';
  for await (const chunk of stdin) {
    text += typeof chunk === 'string' ? chunk : decoder.write(chunk);
    // One more than enough, so that the caller sees that it is too much.
    if (text.length > MAX_LENGTH + 2) break;
  }
  return text + decoder.end();
}

/** What keys mean while nothing is echoed: the terminal's own line editing is off then, and its Ctrl-C too. */
type Keys = 'more' | 'done' | 'interrupted' | 'several-lines' | 'unprintable';

async function readHidden(terminal: Terminal, question: string, signal: AbortSignal): Promise<string> {
  const { stdin } = terminal;
  const decoder = new StringDecoder('utf8');
  const typed: string[] = [];
  terminal.rawAlert(question);
  setRawMode(stdin, true);
  try {
    const end = await new Promise<Keys>((resolve, reject) => {
      stdin.on('data', (chunk: Buffer | string) => {
        const keys = takeKeys(typed, typeof chunk === 'string' ? chunk : decoder.write(chunk));
        if (keys !== 'more') resolve(keys);
      });
      stdin.once('end', () => resolve('done'));
      stdin.once('error', reject);
      if (signal.aborted) reject(signal.reason);
      else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    if (end === 'interrupted') throw new CliError('Interrupted.', { exitCode: EXIT_CODES.interrupted });
    if (end === 'several-lines') throw createUsageError('The value has several lines.', 'Pipe it in: `... < file`.');
    if (end === 'unprintable') {
      throw createUsageError(
        'A key was pressed that is no text.',
        'Type the value again, or pipe it in: `... < file`.',
      );
    }
    return typed.join('');
  } finally {
    stdin.removeAllListeners('data');
    stdin.pause();
    setRawMode(stdin, false);
    terminal.rawAlert('\n');
  }
}

function takeKeys(typed: string[], text: string): Keys {
  const keys = [...text];
  for (const [index, key] of keys.entries()) {
    if (key === '\r' || key === '\n') return isLast(keys, index) ? 'done' : 'several-lines';
    if (key === '\u0003') return 'interrupted';
    if (key === '\u0004') return 'done';
    if (key === '\u007f' || key === '\b') typed.pop();
    else if (key === '\u0015') typed.length = 0;
    else if (/\p{Cc}/u.test(key)) return 'unprintable';
    else typed.push(key);
  }
  return 'more';
}

/** Of what was pasted, the line break at its very end is the Enter key. */
function isLast(keys: readonly string[], index: number): boolean {
  return keys.slice(index).every((key) => key === '\r' || key === '\n');
}

function setRawMode(stdin: TextSource, isRaw: boolean): void {
  if ('setRawMode' in stdin && typeof stdin.setRawMode === 'function') stdin.setRawMode(isRaw);
}
