import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { Terminal } from './terminal.ts';

/**
 * Asks on stderr and reads one line of stdin; only `yes` (any case) is consent. The terminal stays in its own line
 * mode, so that Ctrl-C is a signal here as everywhere else.
 */
export async function askYes(terminal: Terminal, question: string, signal: AbortSignal): Promise<boolean> {
  terminal.rawAlert(`${question} Type ${terminal.noteStyle.bold('yes')} to go on: `);
  const lines = createInterface({ input: terminal.stdin, terminal: false });
  let answer: string | null = null;
  try {
    // A closed stdin (Ctrl-D) never answers the question.
    const silence = once(lines, 'close', { signal }).then(() => null);
    answer = await Promise.race([lines.question('', { signal }), silence]);
    return answer?.trim().toLowerCase() === 'yes';
  } finally {
    if (answer === null) terminal.rawAlert('\n');
    lines.close();
  }
}
