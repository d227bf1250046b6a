import { styleText } from 'node:util';

/** Colours by meaning, not by name; with colour off each is the identity. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly caution: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly accent: (text: string) => string;
}

type Format = Parameters<typeof styleText>[0];

function paint(format: Format) {
  return (text: string): string => (text === '' ? text : styleText(format, text, { validateStream: false }));
}

const COLOURED: Style = {
  bold: paint('bold'),
  dim: paint('dim'),
  good: paint('green'),
  caution: paint('yellow'),
  bad: paint('red'),
  accent: paint('cyan'),
};

function same(text: string): string {
  return text;
}

export const PLAIN_STYLE: Style = { bold: same, dim: same, good: same, caution: same, bad: same, accent: same };

export interface ColourChoice {
  /** `--no-color` was given. */
  readonly noColorFlag: boolean;
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Whether to colour one stream: `--no-color`, then `NO_COLOR` (any non-empty value, as no-color.org says), then
 * `FORCE_COLOR`, then whether it is a terminal that can.
 */
export function isColourWanted({ noColorFlag, isTerminal, env }: ColourChoice): boolean {
  if (noColorFlag || (env.NO_COLOR ?? '') !== '') return false;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTerminal && env.TERM !== 'dumb';
}

export function createStyle(isColoured: boolean): Style {
  return isColoured ? COLOURED : PLAIN_STYLE;
}
