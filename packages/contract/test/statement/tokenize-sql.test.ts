import type { DatabaseKind } from '@dipswitch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SqlTokenType, tokenizeSql } from '../../src/statement/tokenize-sql.ts';
import { fastestMs } from '../fastest-ms.ts';

const KINDS: readonly DatabaseKind[] = ['postgresql', 'mysql', 'sqlserver', 'oracle'];

/** The tokens of a text without white space, as `type:slice`; for an unreadable one the reason. */
function read(text: string, kind: DatabaseKind): readonly string[] | string {
  const { tokens, problem } = tokenizeSql(text, kind);
  if (tokens === null) return problem.message;
  return tokens
    .filter(({ type }) => type !== 'space')
    .map(({ type, start, end }) => `${type}:${text.slice(start, end)}`);
}

describe('a text is read as one token of the database', () => {
  it.each<readonly [DatabaseKind, SqlTokenType, string]>([
    ...KINDS.flatMap((kind): [DatabaseKind, SqlTokenType, string][] => [
      [kind, 'string', "'it''s :x ; -- /* \" ` ['"],
      [kind, 'string', "''"],
      [kind, 'string', "''''"],
      [kind, 'string', "'two\nlines'"],
      [kind, 'quoted', '"a "" :b \' ; c"'],
      [kind, 'comment', '-- it\'s :x ; " /*'],
      [kind, 'comment', '/* it\'s :x ; " -- */'],
      [kind, 'comment', '/**/'],
      [kind, 'comment', '/***/'],
      [kind, 'word', 'Straße_9'],
      [kind, 'number', '12.5e-3'],
      [kind, 'number', '0x1F'],
      [kind, 'parameter', ':name_1'],
      [kind, 'sign', ':='],
    ]),
    ['postgresql', 'string', "E'it\\'s :x'"],
    ['postgresql', 'string', "e'\\\\'"],
    ['postgresql', 'string', "E'a''b\\''"],
    ['postgresql', 'string', "'a\\'"],
    ['postgresql', 'string', "$$ it's :x ; $ $a $$"],
    ['postgresql', 'string', "$tag$ $$ :x $tagged$ 'open $tag$"],
    ['postgresql', 'string', '$_1é$ $_1$ $_1é$'],
    ['postgresql', 'comment', "/* a /* b */ it's :x */"],
    ['postgresql', 'comment', '/* /*/ */ */'],
    ['postgresql', 'sign', '::'],
    ['postgresql', 'placeholder', '$12'],
    ['postgresql', 'word', 'a$b$c'],
    ['mysql', 'string', "'a\\b'"],
    ['mysql', 'string', "'a\\\\'"],
    ['mysql', 'quoted', '"a\\b"'],
    ['mysql', 'quoted', '`a``b :x \\`'],
    ['mysql', 'comment', "# it's :x"],
    ['mysql', 'comment', '-- '],
    ['mysql', 'comment', '--'],
    ['mysql', 'comment', '/* a /* b */'],
    ['mysql', 'comment', '/*+ MAX_EXECUTION_TIME(100) */'],
    ['mysql', 'placeholder', '?'],
    ['sqlserver', 'string', "'a\\'"],
    ['sqlserver', 'quoted', "[a]] :b ' ; [c]"],
    ['sqlserver', 'comment', "/* a /* b */ it's */"],
    ['sqlserver', 'placeholder', '@p1'],
    ['sqlserver', 'placeholder', '@1'],
    ['sqlserver', 'word', '@@ROWCOUNT'],
    ['sqlserver', 'word', '##temp#1'],
    ['oracle', 'string', "q'[it's ]x :y ]'"],
    ['oracle', 'string', "Q'{it's }x :y }'"],
    ['oracle', 'string', "nq'<it's >>'"],
    ['oracle', 'string', "Nq'(it's ;)'"],
    ['oracle', 'string', "q'!it's ! ' :x!'"],
    ['oracle', 'string', "q'''x''"],
    ['oracle', 'string', "q'😀it's😀'"],
    ['oracle', 'string', "'a\\'"],
    ['oracle', 'comment', '/* a /* b */'],
    ['oracle', 'word', 'v$session#1'],
    ['oracle', 'number', '1.5f'],
  ])('%s %s: %s', (kind, type, text) => {
    expect(read(text, kind)).toEqual([`${type}:${text}`]);
  });
});

describe('a text is read as several tokens', () => {
  it.each<readonly [DatabaseKind, string, readonly string[]]>([
    ['postgresql', "n'a' 'b'", ['word:n', "string:'a'", "string:'b'"]],
    ['postgresql', "U&'\\0041' :x", ['word:U', 'sign:&', "string:'\\0041'", 'parameter::x']],
    ['postgresql', 'U&"d\\0061t" :x', ['word:U', 'sign:&', 'quoted:"d\\0061t"', 'parameter::x']],
    ['postgresql', ':a::int', ['parameter::a', 'sign:::', 'word:int']],
    ['postgresql', 'x::text=:a', ['word:x', 'sign:::', 'word:text', 'sign:=', 'parameter::a']],
    ['postgresql', 'f(a := :b)', ['word:f', 'sign:(', 'word:a', 'sign::=', 'parameter::b', 'sign:)']],
    ['postgresql', 'a[1:2]', ['word:a', 'sign:[', 'number:1', 'sign::', 'number:2', 'sign:]']],
    ['postgresql', 'a[1:]', ['word:a', 'sign:[', 'number:1', 'sign::', 'sign:]']],
    [
      'postgresql',
      'j ?| k ?& l ? m',
      ['word:j', 'sign:?', 'sign:|', 'word:k', 'sign:?', 'sign:&', 'word:l', 'sign:?', 'word:m'],
    ],
    ['postgresql', 'a*/**/b', ['word:a', 'sign:*', 'comment:/**/', 'word:b']],
    // The second part of an escape string has escapes too.
    ['postgresql', "E'a'\n'\\''", ["string:E'a'", "string:'\\''"]],
    ['postgresql', "E'a' -- c'\n  '\\' :x'", ["string:E'a'", "comment:-- c'", "string:'\\' :x'"]],
    ['postgresql', "E'a'\n'\\''\n'\\''", ["string:E'a'", "string:'\\''", "string:'\\''"]],
    // These are not second parts.
    ['postgresql', "E'a', '\\'", ["string:E'a'", 'sign:,', "string:'\\'"]],
    ['postgresql', "E'a'/**/\n'\\'", ["string:E'a'", 'comment:/**/', "string:'\\'"]],
    ['postgresql', "E'a' '\\'", ["string:E'a'", "string:'\\'"]],
    ['postgresql', "'a'\n'\\'", ["string:'a'", "string:'\\'"]],
    ['postgresql', "re'x'", ['word:re', "string:'x'"]],
    ['postgresql', '`a', ['sign:`', 'word:a']],
    ['mysql', 'a#:x\n:y', ['word:a', 'comment:#:x', 'parameter::y']],
    ['mysql', "N'a' _utf8'b' x'4D'", ['word:N', "string:'a'", 'word:_utf8', "string:'b'", 'word:x', "string:'4D'"]],
    ['mysql', "j->'$.a'=:b", ['word:j', 'sign:-', 'sign:>', "string:'$.a'", 'sign:=', 'parameter::b']],
    ['mysql', "e'a'", ['word:e', "string:'a'"]],
    ['mysql', '@a:=:b', ['sign:@', 'word:a', 'sign::=', 'parameter::b']],
    ['mysql', '- -:a', ['sign:-', 'sign:-', 'parameter::a']],
    [
      'sqlserver',
      'geography::Point(:a)',
      ['word:geography', 'sign:::', 'word:Point', 'sign:(', 'parameter::a', 'sign:)'],
    ],
    ['sqlserver', "N'a'+@x", ['word:N', "string:'a'", 'sign:+', 'placeholder:@x']],
    ['sqlserver', '/*a*//*b*/', ['comment:/*a*/', 'comment:/*b*/']],
    ['oracle', "req'a'", ['word:req', "string:'a'"]],
    [
      'oracle',
      ': name :1 :"x"',
      ['placeholder::', 'word:name', 'placeholder::', 'number:1', 'placeholder::', 'quoted:"x"'],
    ],
  ])('%s: %s', (kind, text, tokens) => {
    expect(read(text, kind)).toEqual(tokens);
  });
});

describe('a text that can be read in more ways than one, or in none, is refused', () => {
  it.each<readonly [DatabaseKind, string, string]>([
    ...KINDS.flatMap((kind): [DatabaseKind, string, string][] => [
      [kind, "select 'open", 'a string is not closed'],
      [kind, "select 'open''", 'a string is not closed'],
      [kind, 'select "open', 'a quoted name is not closed'],
      [kind, 'select 1 /* open', 'a comment is not closed'],
      [kind, 'select 1 /*/', 'a comment is not closed'],
      [kind, 'select \\', 'a backslash stands outside of quotes'],
      [kind, 'select 1 \u00a0', 'a control or invisible character stands outside of quotes'],
      [kind, 'select \u200bx', 'a control or invisible character stands outside of quotes'],
      [kind, 'select x\u202ey', 'an invisible character stands in a name'],
      [kind, 'select :x\u00ady', 'an invisible character stands in a name'],
      [kind, 'select \0', 'a control or invisible character stands outside of quotes'],
      [kind, "select '\0'", 'a null character stands between quotes'],
      [kind, '-- a\rdrop', 'a comment holds a character that ends the line for some and not for others'],
      [kind, '-- a\u2028drop', 'a comment holds a character that ends the line for some and not for others'],
      [kind, 'select 1x', 'a number runs into a word'],
      [kind, 'select 1.x', 'a number runs into a word'],
      [kind, 'select 0x1G', 'a number runs into a word'],
    ]),
    ['postgresql', "select E'\\'", 'a string is not closed'],
    ['postgresql', "select E'a'\n'\\'", 'a string is not closed'],
    ['postgresql', 'select $$ open', 'a dollar quote is not closed'],
    ['postgresql', 'select $a$ $A$', 'a dollar quote is not closed'],
    ['postgresql', '/* /* */', 'a comment is not closed'],
    ['postgresql', 'select $:a', 'a $ stands alone'],
    ['postgresql', 'select 1$$a$$', 'a number runs into a word'],
    ['mysql', "select '\\'", 'a backslash before a quote is read differently by different settings'],
    ['mysql', "select '\\''", 'a backslash before a quote is read differently by different settings'],
    ['mysql', 'select "\\" :x "', 'a backslash before a quote is read differently by different settings'],
    ['mysql', "select '\\\\\\''", 'a backslash before a quote is read differently by different settings'],
    ['mysql', 'select 1 --x', 'two minus signs need white space behind them, or between them'],
    ['mysql', 'select 1 --:x', 'two minus signs need white space behind them, or between them'],
    ['mysql', '/*! drop */', 'a comment that the database runs'],
    ['mysql', '/*!50000 drop */', 'a comment that the database runs'],
    ['mysql', '/*M!100100 drop */', 'a comment that the database runs'],
    ['mysql', '/*+ QB_NAME(`*/', 'an optimizer hint with quotes'],
    ['sqlserver', 'select [open', 'a quoted name is not closed'],
    ['mysql', 'select $$ :a $$', 'a $ stands alone'],
    ['sqlserver', 'select #:a', 'a # stands alone'],
    ['sqlserver', 'select @:a', 'a @ stands alone'],
    ['sqlserver', '/* /* */', 'a comment is not closed'],
    ['oracle', "select q'[open'", 'a string is not closed'],
    ['oracle', "select q' x '", 'a delimited string has no delimiter'],
    ['oracle', "select q'", 'a delimited string has no delimiter'],
  ])('%s: %s', (kind, text, message) => {
    expect(read(text, kind)).toBe(message);
  });

  it('with the place where the reading stopped', () => {
    expect(tokenizeSql("select a,\n  'open", 'oracle').problem?.index).toBe('select a,\n  '.length);
  });
});

const FRAGMENTS = [
  "'",
  '"',
  '`',
  '[',
  ']',
  '\\',
  '/*',
  '*/',
  '--',
  '-- ',
  '#',
  '$',
  '$$',
  '$a$',
  '$1',
  '?',
  ':',
  '::',
  ':=',
  ':a',
  '@',
  '@p1',
  ';',
  '(',
  ')',
  "E'",
  "q'[",
  "]'",
  "N'",
  'U&',
  '\n',
  '\r\n',
  ' ',
  '1',
  '1.5',
  'a',
  'select',
  'é',
  '😀',
  '!',
  'M!',
  '+',
  '.',
];

describe('the tokens of any text', () => {
  const text = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 30 }).map((pieces) => pieces.join(''));

  it.each(KINDS)('lie one behind the other and leave nothing out (%s)', (kind) => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary', maxLength: 40 })), (sql) => {
        const { tokens, problem } = tokenizeSql(sql, kind);
        if (tokens === null) {
          expect(problem.index).toBeLessThan(sql.length);
          return;
        }
        expect(tokens.map(({ start, end }) => sql.slice(start, end)).join('')).toBe(sql);
        for (const { start, end } of tokens) expect(end).toBeGreaterThan(start);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(KINDS)('take time in proportion to the text (%s)', (kind) => {
    const size = 65_536;
    for (const piece of [
      '/*',
      '/* */',
      "'",
      "''",
      "E'a'\n",
      '$a$',
      '$a',
      ':a ',
      '--\n',
      '((',
      '1 ',
      "q'[",
      '[',
      '"a"',
      '\\',
      "'\\\\'",
      '/*\n',
    ]) {
      for (const sql of [
        piece.repeat(size / piece.length),
        `'${piece.repeat(size / piece.length)}`,
        `/*${piece.repeat(size / piece.length)}`,
      ]) {
        expect([piece, fastestMs(() => tokenizeSql(sql, kind)) < 100]).toEqual([piece, true]);
      }
    }
  });
});
