import type { DatabaseKind } from '../catalogue/database-catalogue.ts';
import { type QuoteRule, SQL_DIALECTS, type SqlDialect } from './sql-dialect.ts';

export type SqlTokenType =
  | 'space'
  | 'comment'
  | 'word'
  /** A quoted name. */
  | 'quoted'
  | 'string'
  | 'number'
  /** `:name` */
  | 'parameter'
  /** A placeholder of the database's own. */
  | 'placeholder'
  | 'sign';

/** A slice of the text; the tokens of a text lie one behind the other and leave nothing out. */
export interface SqlToken {
  readonly type: SqlTokenType;
  readonly start: number;
  readonly end: number;
}

/** Why a text is not read: it could be read in more ways than one, or in none. */
export interface UnreadableSql {
  /** Where the reading stopped. */
  readonly index: number;
  readonly message: string;
}

export type SqlReading =
  | { readonly tokens: readonly SqlToken[]; readonly problem: null }
  | { readonly tokens: null; readonly problem: UnreadableSql };

/**
 * Cuts a statement into tokens the way its database does. What depends on a setting of the server is taken only where
 * every setting gives the same tokens: what we judge must be what the server runs. Takes time linear in the text.
 */
export function tokenizeSql(text: string, kind: DatabaseKind): SqlReading {
  return new SqlTokenizer(text, SQL_DIALECTS[kind]).read();
}

interface Step {
  readonly type: SqlTokenType;
  readonly end: number;
}

const SPACE_CHARACTERS: ReadonlySet<string> = new Set([' ', '\t', '\n', '\r']);
const SPACE = /[ \t\n\r]+/y;
const NUMBER = /0[xX][0-9A-Fa-f]+|0[bB][01]+|0[oO][0-7]+|\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
/** Control characters, and spaces and invisible characters beyond ASCII, which databases do not agree on. */
const STRANGE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\ufffb]/;
/** Ends a line for some databases and not for others. */
const DOUBTFUL_LINE_END = /\r(?!\n|$)|[\v\f\x85\u2028\u2029]/;
const PAIRS: Readonly<Record<string, string>> = { '[': ']', '{': '}', '<': '>', '(': ')' };

class SqlTokenizer {
  readonly #text: string;
  readonly #dialect: SqlDialect;
  #index = 0;
  /** A string goes on behind a line end, with the escapes of its first part: `E'a'` and on the next line `'\''`. */
  #escapes: 'none' | 'same-line' | 'next-line' = 'none';

  constructor(text: string, dialect: SqlDialect) {
    this.#text = text;
    this.#dialect = dialect;
  }

  read(): SqlReading {
    const tokens: SqlToken[] = [];
    while (this.#index < this.#text.length) {
      const start = this.#index;
      const step = this.#next();
      if (typeof step === 'string') return { tokens: null, problem: { index: start, message: step } };
      tokens.push({ type: step.type, start, end: step.end });
      this.#index = step.end;
    }
    return { tokens, problem: null };
  }

  /** The token at the index, or why there is none. */
  #next(): Step | string {
    const character = this.#text.charAt(this.#index);
    if (SPACE_CHARACTERS.has(character)) return this.#space();
    const lineComment = character === '-' || character === '#' ? this.#lineComment() : null;
    if (lineComment !== null) return lineComment;
    const continuesEscapes = this.#escapes === 'next-line';
    this.#escapes = 'none';
    if (isStrange(character)) return 'a control or invisible character stands outside of quotes';
    if (character === '/' && this.#text.charAt(this.#index + 1) === '*') return this.#blockComment();
    if (character === "'" && continuesEscapes) return this.#escapeString(this.#index);
    const rule = this.#dialect.quotes[character];
    if (rule !== undefined) return this.#quoted(rule);
    if (character >= '0' && character <= '9') return this.#number();
    if (character === ':') return this.#colon() ?? this.#sign(character);
    return this.#word() ?? (character === '$' ? this.#dollarQuote() : null) ?? this.#sign(character);
  }

  #space(): Step {
    const end = this.#match(SPACE) ?? this.#index;
    if (this.#escapes !== 'none' && /[\n\r]/.test(this.#text.slice(this.#index, end))) this.#escapes = 'next-line';
    return { type: 'space', end };
  }

  #lineComment(): Step | string | null {
    const { mysqlComments } = this.#dialect;
    const isHash = mysqlComments && this.#text.charAt(this.#index) === '#';
    if (!isHash && !this.#text.startsWith('--', this.#index)) return null;
    if (!isHash && mysqlComments && !/^(?:[ \t\n\r]|$)/.test(this.#text.charAt(this.#index + 2))) {
      return 'two minus signs need white space behind them, or between them';
    }
    const lineEnd = this.#text.indexOf('\n', this.#index);
    const end = lineEnd < 0 ? this.#text.length : lineEnd;
    if (DOUBTFUL_LINE_END.test(this.#text.slice(this.#index, end + 1))) {
      return 'a comment holds a character that ends the line for some and not for others';
    }
    return { type: 'comment', end };
  }

  #blockComment(): Step | string {
    const text = this.#text;
    const marks = this.#dialect.nestedComments ? /\/\*|\*\//g : /\*\//g;
    marks.lastIndex = this.#index + 2;
    for (let depth = 1; depth > 0; ) {
      const mark = marks.exec(text);
      if (mark === null) return 'a comment is not closed';
      depth += mark[0] === '/*' ? 1 : -1;
    }
    const end = marks.lastIndex;
    if (this.#dialect.mysqlComments) {
      const comment = text.slice(this.#index, end);
      if (/^\/\*M?!/.test(comment)) return 'a comment that the database runs';
      if (/^\/\*\+.*['"`]/s.test(comment)) return 'an optimizer hint with quotes';
    }
    return { type: 'comment', end };
  }

  #word(): Step | string | null {
    const end = this.#match(this.#dialect.word);
    if (end === null) return null;
    if (this.#isStrangeUntil(end)) return 'an invisible character stands in a name';
    if (end - this.#index > 2 || this.#text.charAt(end) !== "'") return { type: 'word', end };
    const prefix = this.#dialect.stringPrefixes[this.#text.slice(this.#index, end).toUpperCase()];
    if (prefix === undefined) return { type: 'word', end };
    return prefix === 'escapes' ? this.#escapeString(end) : this.#delimitedString(end);
  }

  #number(): Step | string {
    const { numberSuffix, wordPart } = this.#dialect;
    const digits = this.#match(NUMBER) ?? this.#index;
    const end = (numberSuffix === null ? null : matchAt(numberSuffix, this.#text, digits)) ?? digits;
    if (matchAt(wordPart, this.#text, end) !== null) return 'a number runs into a word';
    return { type: 'number', end };
  }

  #dollarQuote(): Step | string | null {
    const tagEnd = this.#dialect.dollarQuotes ? this.#match(DOLLAR_TAG) : null;
    if (tagEnd === null) return null;
    const tag = this.#text.slice(this.#index, tagEnd);
    const closing = this.#text.indexOf(tag, tagEnd);
    return closing < 0 ? 'a dollar quote is not closed' : { type: 'string', end: closing + tag.length };
  }

  #colon(): Step | string | null {
    const next = this.#text.charAt(this.#index + 1);
    if (next === ':' || next === '=') return { type: 'sign', end: this.#index + 2 };
    const end = matchAt(this.#dialect.word, this.#text, this.#index + 1);
    if (end === null) return null;
    return this.#isStrangeUntil(end) ? 'an invisible character stands in a name' : { type: 'parameter', end };
  }

  #sign(character: string): Step | string {
    const { placeholder, refusedSigns } = this.#dialect;
    const native = placeholder === null ? null : this.#match(placeholder);
    if (native !== null) return { type: 'placeholder', end: native };
    if (character === '\\') return 'a backslash stands outside of quotes';
    if (refusedSigns.has(character)) return `a ${character} stands alone`;
    return { type: 'sign', end: this.#index + 1 };
  }

  #quoted({ type, closing, backslash }: QuoteRule): Step | string {
    const open = type === 'string' ? 'a string is not closed' : 'a quoted name is not closed';
    const end = this.#closing(this.#index + 1, closing, false);
    const text = end === null ? '' : this.#text.slice(this.#index, end);
    if (text.includes('\0')) return 'a null character stands between quotes';
    if (backslash === 'ambiguous' && (end === null || text.includes('\\'))) {
      const escapedEnd = this.#closing(this.#index + 1, closing, true);
      if (escapedEnd !== end) return 'a backslash before a quote is read differently by different settings';
    }
    return end === null ? open : { type, end };
  }

  /** A string whose quote is at `start` and in which a backslash escapes. */
  #escapeString(start: number): Step | string {
    const end = this.#closing(start + 1, "'", true);
    if (end === null) return 'a string is not closed';
    this.#escapes = 'same-line';
    return { type: 'string', end };
  }

  /** Oracle's `q'[...]'`, whose quote is at `start`. */
  #delimitedString(start: number): Step | string {
    const delimiter = String.fromCodePoint(this.#text.codePointAt(start + 1) ?? 32);
    if (/\s/.test(delimiter)) return 'a delimited string has no delimiter';
    const from = start + 1 + delimiter.length;
    const closing = this.#text.indexOf(`${PAIRS[delimiter] ?? delimiter}'`, from);
    if (closing < 0) return 'a string is not closed';
    return { type: 'string', end: closing + (PAIRS[delimiter] ?? delimiter).length + 1 };
  }

  /** The index behind the closing quote, or null when there is none. */
  #closing(from: number, closing: string, escapes: boolean): number | null {
    for (let index = from; index < this.#text.length; index += 1) {
      const character = this.#text.charAt(index);
      if (escapes && character === '\\') index += 1;
      else if (character === closing) {
        if (this.#text.charAt(index + 1) !== closing) return index + 1;
        index += 1;
      }
    }
    return null;
  }

  #isStrangeUntil(end: number): boolean {
    for (let index = this.#index; index < end; index += 1) {
      if (this.#text.charCodeAt(index) > 0x7e && isStrange(this.#text.charAt(index))) return true;
    }
    return false;
  }

  #match(pattern: RegExp): number | null {
    return matchAt(pattern, this.#text, this.#index);
  }
}

/** The index behind the match of a sticky expression at `index`. */
function matchAt(pattern: RegExp, text: string, index: number): number | null {
  pattern.lastIndex = index;
  return pattern.test(text) ? pattern.lastIndex : null;
}

function isStrange(character: string): boolean {
  return (character < ' ' || character > '~') && STRANGE.test(character);
}
