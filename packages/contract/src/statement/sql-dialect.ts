import type { DatabaseKind } from '../catalogue/database-catalogue.ts';

/** How a text between quotes ends. A doubled closing quote stands for itself everywhere. */
export interface QuoteRule {
  /** `quoted` is a name. What is either by a setting of the server counts as a name: that is judged more strictly. */
  readonly type: 'string' | 'quoted';
  readonly closing: string;
  /** `ambiguous`: a setting of the server says whether a backslash escapes the character behind it. */
  readonly backslash: 'literal' | 'ambiguous';
}

/** What the tokenizer must know of a database, as data. The expressions are sticky. */
export interface SqlDialect {
  readonly word: RegExp;
  /** A character that a word may go on with. */
  readonly wordPart: RegExp;
  /** Placeholders of the database's own; none may stand in a statement, as they are made by the binder. */
  readonly placeholder: RegExp | null;
  readonly quotes: Readonly<Record<string, QuoteRule>>;
  /** Words that change how the string right behind them is read. */
  readonly stringPrefixes: Readonly<Record<string, 'escapes' | 'delimited'>>;
  readonly dollarQuotes: boolean;
  readonly nestedComments: boolean;
  /** `#` begins a comment, `--` does only before white space, and some block comments are run. */
  readonly mysqlComments: boolean;
  /** Letters that may end a number. */
  readonly numberSuffix: RegExp | null;
  /** Signs that no statement needs alone, and that would run together with a placeholder or are read differently. */
  readonly refusedSigns: ReadonlySet<string>;
  /** What a statement that reads may begin with. */
  readonly readFirstWords: readonly string[];
  /** What a data action that writes may begin with; a SELECT may call a function that writes. */
  readonly writeFirstWords: readonly string[];
  /** The placeholder that the binder writes for the value of this number, from 1 on. */
  readonly writePlaceholder: (number: number) => string;
  /** A value that stands in several places is bound once. */
  readonly reusesPlaceholders: boolean;
}

const STRING: QuoteRule = { type: 'string', closing: "'", backslash: 'literal' };
const NAME: QuoteRule = { type: 'quoted', closing: '"', backslash: 'literal' };

/** One description for each database; MySQL's is also MariaDB's. */
export const SQL_DIALECTS: Readonly<Record<DatabaseKind, SqlDialect>> = {
  postgresql: {
    word: /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y,
    wordPart: /[A-Za-z0-9_$\u0080-\uffff]/y,
    placeholder: /\$\d+/y,
    quotes: { "'": STRING, '"': NAME },
    stringPrefixes: { E: 'escapes' },
    dollarQuotes: true,
    nestedComments: true,
    mysqlComments: false,
    numberSuffix: null,
    refusedSigns: new Set(['$']),
    readFirstWords: ['SELECT', 'WITH', 'VALUES', 'SHOW', 'TABLE'],
    writeFirstWords: ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'WITH', 'CALL', 'SELECT'],
    writePlaceholder: (number) => `$${number}`,
    reusesPlaceholders: true,
  },
  mysql: {
    word: /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y,
    wordPart: /[A-Za-z0-9_$\u0080-\uffff]/y,
    placeholder: /\?/y,
    quotes: {
      "'": { ...STRING, backslash: 'ambiguous' },
      // A name under ANSI_QUOTES, else a string.
      '"': { ...NAME, backslash: 'ambiguous' },
      '`': { ...NAME, closing: '`' },
    },
    stringPrefixes: {},
    dollarQuotes: false,
    nestedComments: false,
    mysqlComments: true,
    numberSuffix: null,
    // Newer servers read $$ as PostgreSQL does, older ones as a name.
    refusedSigns: new Set(['$']),
    readFirstWords: ['SELECT', 'WITH', 'VALUES', 'SHOW', 'TABLE'],
    writeFirstWords: ['INSERT', 'REPLACE', 'UPDATE', 'DELETE', 'WITH', 'CALL', 'SELECT'],
    writePlaceholder: () => '?',
    reusesPlaceholders: false,
  },
  sqlserver: {
    word: /#{0,2}[A-Za-z_\u0080-\uffff][A-Za-z0-9_$#@\u0080-\uffff]*|@@[A-Za-z0-9_$#@\u0080-\uffff]+/y,
    wordPart: /[A-Za-z0-9_$#@\u0080-\uffff]/y,
    placeholder: /@[A-Za-z0-9_$#\u0080-\uffff][A-Za-z0-9_$#@\u0080-\uffff]*/y,
    quotes: { "'": STRING, '"': NAME, '[': { ...NAME, closing: ']' } },
    stringPrefixes: {},
    dollarQuotes: false,
    nestedComments: true,
    mysqlComments: false,
    numberSuffix: null,
    refusedSigns: new Set(['@', '#']),
    readFirstWords: ['SELECT', 'WITH'],
    writeFirstWords: ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'WITH', 'EXEC', 'EXECUTE', 'SELECT'],
    writePlaceholder: (number) => `@p${number}`,
    reusesPlaceholders: true,
  },
  oracle: {
    word: /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$#\u0080-\uffff]*/y,
    wordPart: /[A-Za-z0-9_$#\u0080-\uffff]/y,
    // Oracle takes white space between the colon and the name of a bind, and a quoted name.
    placeholder: /:(?!=)/y,
    quotes: { "'": STRING, '"': NAME },
    stringPrefixes: { Q: 'delimited', NQ: 'delimited' },
    dollarQuotes: false,
    nestedComments: false,
    mysqlComments: false,
    numberSuffix: /[fFdD]/y,
    refusedSigns: new Set(),
    readFirstWords: ['SELECT', 'WITH'],
    writeFirstWords: ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'WITH', 'CALL', 'SELECT'],
    writePlaceholder: (number) => `:${number}`,
    reusesPlaceholders: false,
  },
};
