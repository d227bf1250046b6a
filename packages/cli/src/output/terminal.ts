import { createStyle, isColourWanted, type Style } from './style.ts';

/** The part of a stream that output needs; `process.stdout` and a test's recorder are both one. */
export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

export type TextSource = NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };

export const OUTPUT_FORMATS = ['table', 'json', 'yaml'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export interface TerminalOptions {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly stdin: TextSource;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly format: OutputFormat;
  readonly quiet: boolean;
  readonly noColor: boolean;
}

/**
 * Where a command's words go. Results are written to stdout and nothing else is; notes, progress, questions and
 * errors go to stderr, so that `dip ... | jq` always works.
 */
export interface Terminal {
  readonly format: OutputFormat;
  readonly quiet: boolean;
  /** Colours of stdout. */
  readonly style: Style;
  /** Colours of stderr. */
  readonly noteStyle: Style;
  /** Whether a person can be asked: stdin and stderr are both a terminal. */
  readonly canAsk: boolean;
  /** Whether stdout repaints: it is a terminal and the format is for people. */
  readonly canRepaint: boolean;
  /** Whether stderr shows a progress bar in place of a line an item. */
  readonly hasProgressBar: boolean;
  /** Width of stdout; infinite where it is no terminal, since a line that is cut or wrapped cannot be searched. */
  readonly columns: number;
  /** Width of stderr, likewise. */
  readonly noteColumns: number;
  readonly rows: number;
  readonly stdin: TextSource;
  /** One result, to stdout; a newline is added. */
  result(text: string): void;
  /** Something worth knowing, to stderr; silenced by `--quiet`. */
  note(text: string): void;
  /** Something that must be read, to stderr, `--quiet` or not. */
  alert(text: string): void;
  /** Control sequences and unfinished lines. */
  rawResult(text: string): void;
  rawNote(text: string): void;
  /** An unfinished line that must be read, such as a question. */
  rawAlert(text: string): void;
}

const DEFAULT_ROWS = 24;
const NARROWEST = 40;

export function createTerminal(options: TerminalOptions): Terminal {
  const { stdout, stderr, env, format, quiet, noColor } = options;
  const styleOf = (sink: TextSink): Style =>
    createStyle(isColourWanted({ noColorFlag: noColor, isTerminal: sink.isTTY === true, env }));
  const isDumb = env.TERM === 'dumb';
  return {
    format,
    quiet,
    style: styleOf(stdout),
    noteStyle: styleOf(stderr),
    get canAsk() {
      return stderr.isTTY === true && options.stdin.isTTY === true;
    },
    canRepaint: stdout.isTTY === true && format === 'table' && !isDumb,
    hasProgressBar: stderr.isTTY === true && !quiet && !isDumb,
    get columns() {
      return widthOf(stdout);
    },
    get noteColumns() {
      return widthOf(stderr);
    },
    get rows() {
      return stdout.rows ?? DEFAULT_ROWS;
    },
    // Asked for late: opening it takes time that most commands need not spend.
    get stdin() {
      return options.stdin;
    },
    result: (text) => void stdout.write(`${text}\n`),
    note: (text) => {
      if (!quiet) stderr.write(`${text}\n`);
    },
    alert: (text) => void stderr.write(`${text}\n`),
    rawAlert: (text) => void stderr.write(text),
    rawResult: (text) => void stdout.write(text),
    rawNote: (text) => {
      if (!quiet) stderr.write(text);
    },
  };
}

function widthOf(sink: TextSink): number {
  return Math.max(NARROWEST, sink.columns ?? Number.POSITIVE_INFINITY);
}
