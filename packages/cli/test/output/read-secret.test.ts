import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readSecret } from '../../src/output/read-secret.ts';
import { createTerminal, type Terminal } from '../../src/output/terminal.ts';

const NEVER = new AbortController().signal;

/** A terminal's keyboard: what is written arrives as it is typed, and raw mode is noted. */
function openKeyboard(): { terminal: Terminal; type: (keys: string) => void; modes: boolean[]; err: () => string } {
  const modes: boolean[] = [];
  const keyboard = new PassThrough();
  const stdin = Object.assign(keyboard, { isTTY: true, setRawMode: (isRaw: boolean) => modes.push(isRaw) });
  let err = '';
  const sink = { write: (text: string) => (err += text), isTTY: true, columns: 80 };
  const terminal = createTerminal({
    ...{ stdout: sink, stderr: sink, stdin, env: {}, format: 'table', quiet: false, noColor: true },
  });
  return { terminal, type: (keys) => void keyboard.write(keys), modes, err: () => err };
}

describe('a value typed at a terminal', () => {
  it.each([
    ['hunter2\r', 'hunter2'],
    ['hunter3\u007f2\n', 'hunter2'],
    ['wrong\u0015right\r\n', 'right'],
    ['p\u00e4ss\u{1f600}w\u{1f600}\u007f\r', 'p\u00e4ss\u{1f600}w'],
    ['until ctrl-d\u0004', 'until ctrl-d'],
  ])('%j is %j, with the echo off while it is typed', async (keys, value) => {
    const { terminal, type, modes, err } = openKeyboard();
    const reading = readSecret(terminal, 'Value: ', NEVER);
    for (const key of keys) type(key);
    expect(await reading).toBe(value);
    expect(modes).toEqual([true, false]);
    expect(err()).toBe('Value: \n');
  });

  it('may be pasted with its line break, but not several lines of it', async () => {
    const one = openKeyboard();
    const pasted = readSecret(one.terminal, '', NEVER);
    one.type('pasted\r');
    expect(await pasted).toBe('pasted');
    const two = openKeyboard();
    const several = readSecret(two.terminal, '', NEVER);
    two.type('first\rsecond\r');
    await expect(several).rejects.toMatchObject({ exitCode: 64 });
    expect(two.modes).toEqual([true, false]);
  });

  it.each([
    ['\u0003', 130],
    ['arrow\u001b[A', 64],
    ['\r', 64],
  ])('ends with %j as %i, and gives the terminal back', async (keys, exitCode) => {
    const { terminal, type, modes } = openKeyboard();
    const reading = readSecret(terminal, '', NEVER);
    type(keys);
    await expect(reading).rejects.toMatchObject({ exitCode });
    expect(modes).toEqual([true, false]);
  });

  it('ends with a signal, and gives the terminal back', async () => {
    const { terminal, modes } = openKeyboard();
    const controller = new AbortController();
    const reading = readSecret(terminal, '', controller.signal);
    controller.abort(new Error('terminated'));
    await expect(reading).rejects.toThrow('terminated');
    expect(modes).toEqual([true, false]);
  });
});

describe('a value from standard input', () => {
  const read = (text: string) => {
    const stdin = Object.assign(new PassThrough(), { isTTY: false });
    stdin.end(text);
    const sink = { write: () => undefined };
    const options = { stdout: sink, stderr: sink, stdin, env: {}, quiet: false, noColor: true };
    return readSecret(createTerminal({ ...options, format: 'table' }), '', NEVER);
  };

  it('loses one line break at its end and keeps the others', async () => {
    expect(await read('-----BEGIN\nx\n-----END\n\n')).toBe('-----BEGIN\nx\n-----END\n');
    expect(await read(' spaced ')).toBe(' spaced ');
  });

  it('is refused when it is too long', async () => {
    await expect(read('x'.repeat(70_000))).rejects.toMatchObject({ exitCode: 64 });
  });
});
