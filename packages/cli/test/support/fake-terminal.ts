import { Readable } from 'node:stream';
import { createTerminal, type OutputFormat, type Terminal, type TextSource } from '../../src/output/terminal.ts';

export interface FakeTerminal extends Terminal {
  /** Everything written to stdout so far. */
  out(): string;
  /** Everything written to stderr so far. */
  err(): string;
}

export interface FakeTerminalOptions {
  readonly format?: OutputFormat;
  readonly quiet?: boolean;
  /** Both streams and stdin are a terminal. */
  readonly isTerminal?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** What stdin says. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The real terminal over recorders; colours are off unless `env` forces them. */
export function createFakeTerminal(options: FakeTerminalOptions = {}): FakeTerminal {
  const written = { out: '', err: '' };
  const isTTY = options.isTerminal === true;
  const columns = options.columns ?? 100;
  const stdin: TextSource = Object.assign(Readable.from(options.input === undefined ? [] : [options.input]), { isTTY });
  const terminal = createTerminal({
    stdout: { write: (text) => (written.out += text), isTTY, columns, rows: options.rows },
    stderr: { write: (text) => (written.err += text), isTTY, columns },
    stdin,
    env: options.env ?? { NO_COLOR: '1' },
    format: options.format ?? 'table',
    quiet: options.quiet === true,
    noColor: false,
  });
  return Object.assign(terminal, { out: () => written.out, err: () => written.err });
}
