import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Prints the demo: numbered steps, ticks and times. Colours on a terminal, or where FORCE_COLOR asks for them. */
export interface Printer {
  line(text?: string): void;
  /** Runs one step under its title; a failure is printed in place and thrown on. */
  step<Result>(title: string, work: () => Promise<Result>): Promise<Result>;
  /** A detail below the running step. */
  detail(text: string): void;
  /** The command line that a reader could have typed. */
  command(text: string): void;
  /** Output of a command, as it comes. */
  output(text: string): void;
}

export function createPrinter(stream: NodeJS.WriteStream): Printer {
  const wanted = stream.isTTY === true || process.env.FORCE_COLOR !== undefined;
  const colours = wanted && process.env.NO_COLOR === undefined;
  const paint = (style: Style, text: string) => (colours ? styleText(style, text, { validateStream: false }) : text);
  const write = (text: string) => stream.write(text);
  let steps = 0;
  let atLineStart = true;

  const line = (text = '') => write(`${text}\n`);
  return {
    line,
    async step(title, work) {
      steps += 1;
      line();
      line(paint('bold', `${steps}. ${title}`));
      const started = performance.now();
      const took = () => paint('dim', `${((performance.now() - started) / 1000).toFixed(1)} s`);
      try {
        const result = await work();
        line(`   ${paint('green', '✓')} done in ${took()}`);
        return result;
      } catch (error) {
        line(`   ${paint('red', '✗')} failed after ${took()}`);
        throw error;
      }
    },
    detail: (text) => line(`   ${text}`),
    command: (text) => line(`   ${paint('cyan', `$ ${text}`)}`),
    output(text) {
      for (const part of text.split(/(?<=\n)/)) {
        if (part === '') continue;
        write(`${atLineStart ? paint('dim', '   │ ') : ''}${part}`);
        atLineStart = part.endsWith('\n');
      }
    },
  };
}
