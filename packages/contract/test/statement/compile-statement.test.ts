import { compileStatement, type DatabaseKind, type InputField, parseInputFields } from '@dipswitch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenizeSql } from '../../src/statement/tokenize-sql.ts';
import { fastestMs } from '../fastest-ms.ts';

const KINDS: readonly DatabaseKind[] = ['postgresql', 'mysql', 'sqlserver', 'oracle'];
const SCALAR = { type: 'string', maxLength: 20 };
const ARRAY = { type: 'array', items: { type: 'integer' }, maxItems: 3 };

/** Fields of the names; those that end in `s` are arrays of at most three. */
function fieldsOf(...names: readonly string[]): readonly InputField[] {
  const properties = Object.fromEntries(names.map((name) => [name, name.endsWith('s') ? ARRAY : SCALAR]));
  return parseInputFields({ type: 'object', properties }).fields;
}

/** The text and what is bound, `name` or `name[item]`. */
function compile(statement: string, kind: DatabaseKind, ...names: readonly string[]): [string, string] {
  const { statement: compiled, findings } = compileStatement(statement, kind, fieldsOf(...names));
  expect(findings).toEqual([]);
  const slots = compiled?.slots.map(({ name, item }) => (item === null ? name : `${name}[${item}]`)) ?? [];
  return [compiled?.text ?? '', slots.join(' ')];
}

describe('parameters become the placeholders of the database', () => {
  it.each<readonly [DatabaseKind, string, string, string]>([
    ['postgresql', 'a = :a and b = :b or c = :a', 'a = $1 and b = $2 or c = $1', 'a b'],
    ['mysql', 'a = :a and b = :b or c = :a', 'a = ? and b = ? or c = ?', 'a b a'],
    ['sqlserver', 'a = :a and b = :b or c = :a', 'a = @p1 and b = @p2 or c = @p1', 'a b'],
    ['oracle', 'a = :a and b = :b or c = :a', 'a = :1 and b = :2 or c = :3', 'a b a'],
    [
      'postgresql',
      'id in (:ids) or x in ( :ids ) or a = :a',
      'id in ($1, $2, $3) or x in ( $1, $2, $3 ) or a = $4',
      'ids[0] ids[1] ids[2] a',
    ],
    ['mysql', 'id not in (:ids) and a = :a', 'id not in (?, ?, ?) and a = ?', 'ids[0] ids[1] ids[2] a'],
    [
      'sqlserver',
      'a = :a and id in(:ids) and x in (:ids)',
      'a = @p1 and id in(@p2, @p3, @p4) and x in (@p2, @p3, @p4)',
      'a ids[0] ids[1] ids[2]',
    ],
    ['oracle', 'a = :a and id IN (:ids)', 'a = :1 and id IN (:2, :3, :4)', 'a ids[0] ids[1] ids[2]'],
    ['postgresql', 'a = :a::int and b::text = :b', 'a = $1::int and b::text = $2', 'a b'],
    ['postgresql', "j ? 'k' and j ?| array[:a] and f(b := :b)", "j ? 'k' and j ?| array[$1] and f(b := $2)", 'a b'],
    ['postgresql', 'l[1:2] = :a and l[:a] = l[1 : :b]', 'l[1:2] = $1 and l[$1] = l[1 : $2]', 'a b'],
    ['postgresql', 'x = :a -- :b', 'x = $1 -- :b', 'a'],
    [
      'postgresql',
      "x = $$:b$$ and y = E'\\':b' and z = \":b\" and w = /* :b /* :b */ :b */ :a",
      "x = $$:b$$ and y = E'\\':b' and z = \":b\" and w = /* :b /* :b */ :b */ $1",
      'a',
    ],
    [
      'mysql',
      'x = \':b\' and `:b` = ":b" # :b\n and y = :a -- :b',
      'x = \':b\' and `:b` = ":b" # :b\n and y = ? -- :b',
      'a',
    ],
    ['sqlserver', "[:b]]:b] = N':b' and x = :a", "[:b]]:b] = N':b' and x = @p1", 'a'],
    ['oracle', "x = q'[:b']' || nq'!:b!' || :a", "x = q'[:b']' || nq'!:b!' || :1", 'a'],
  ])('%s: %s', (kind, condition, expected, slots) => {
    const names = ['ids', 'a', 'b'].filter((name) => slots.split(/[ [\]]/).includes(name));
    expect(compile(`select 1 from t where ${condition}`, kind, ...names)).toEqual([
      `select 1 from t where ${expected}`,
      slots,
    ]);
  });

  it('in a call with named arguments of SQL Server', () => {
    expect(compile('exec dbo.touch @id = :a, @reason = :b', 'sqlserver', 'a', 'b')).toEqual([
      'exec dbo.touch @id = @p1, @reason = @p2',
      'a b',
    ]);
  });
});

describe('the semicolon at the end', () => {
  it.each(KINDS)('is taken off (%s)', (kind) => {
    expect(compile('select 1 ; ', kind)[0]).toBe('select 1  ');
    expect(compile('select 1; -- done', kind)[0]).toBe('select 1 -- done');
  });

  it('is there for a MERGE of SQL Server, which needs it', () => {
    const merge = 'merge into t using s on t.a = s.a when matched then update set b = 1';
    expect(compile(merge, 'sqlserver')[0]).toBe(`${merge};`);
    expect(compile(`${merge} -- done`, 'sqlserver')[0]).toBe(`${merge}; -- done`);
    expect(compile(`${merge};`, 'sqlserver')[0]).toBe(`${merge};`);
    expect(compile(`${merge};`, 'oracle')[0]).toBe(merge);
  });
});

describe('a statement is refused', () => {
  it.each<readonly [DatabaseKind, string, readonly string[], readonly string[]]>([
    ['postgresql', 'select :a, :a, :x', ['a'], ['PARAMETER_NOT_DECLARED /statement']],
    [
      'postgresql',
      'select :a',
      ['a', 'b', 'cs'],
      ['INPUT_NOT_USED /input/properties/b', 'INPUT_NOT_USED /input/properties/cs'],
    ],
    ['postgresql', "select ':a'", ['a'], ['INPUT_NOT_USED /input/properties/a']],
    ['postgresql', 'select :A', ['a'], ['PARAMETER_NOT_DECLARED /statement', 'INPUT_NOT_USED /input/properties/a']],
    ['postgresql', 'select :a$b', ['a'], ['PARAMETER_NOT_DECLARED /statement', 'INPUT_NOT_USED /input/properties/a']],
    ['postgresql', 'select :aé', ['a'], ['PARAMETER_NOT_DECLARED /statement', 'INPUT_NOT_USED /input/properties/a']],
    ['postgresql', 'select $1', [], ['PARAMETER_NOT_DECLARED /statement']],
    ['mysql', 'select ?', [], ['PARAMETER_NOT_DECLARED /statement']],
    ['sqlserver', 'select @p1', [], ['PARAMETER_NOT_DECLARED /statement']],
    ['sqlserver', 'select @x', [], ['PARAMETER_NOT_DECLARED /statement']],
    ['sqlserver', 'exec touch @p1 = :a', ['a'], ['PARAMETER_NOT_DECLARED /statement']],
    ['oracle', 'select :1 from dual', [], ['PARAMETER_NOT_DECLARED /statement']],
    ['oracle', 'select : a from dual', [], ['PARAMETER_NOT_DECLARED /statement']],
    ['oracle', 'select :"a" from dual', [], ['PARAMETER_NOT_DECLARED /statement']],
    ['postgresql', 'select l[1:a]', ['a'], ['PARAMETER_MISPLACED /statement']],
    ['postgresql', 'select l[n :a]', ['a'], ['PARAMETER_MISPLACED /statement']],
    ['postgresql', "select json_object('k' :a)", ['a'], ['PARAMETER_MISPLACED /statement']],
    ['postgresql', 'select x:a', ['a'], ['PARAMETER_MISPLACED /statement']],
    ['postgresql', 'select :a:b', ['a', 'b'], ['PARAMETER_MISPLACED /statement']],
    ['postgresql', 'select date :a', ['a'], ['PARAMETER_MISPLACED /statement']],
    ['oracle', 'select interval :a day from dual', ['a'], ['PARAMETER_MISPLACED /statement']],
    ['postgresql', 'select 1 from t join :a', ['a'], ['PARAMETER_MISPLACED /statement']],
    ['postgresql', 'select s.:a from s', ['a'], ['PARAMETER_MISPLACED /statement']],
    ['sqlserver', 'exec :a', ['a'], ['PARAMETER_MISPLACED /statement']],
    ['postgresql', 'select 1 from t where a = :ids', ['ids'], ['PARAMETER_MISPLACED /statement']],
    ['postgresql', 'select 1 from t where a = any(:ids)', ['ids'], ['PARAMETER_MISPLACED /statement']],
    ['postgresql', 'select 1 from t where a in (1, :ids)', ['ids'], ['PARAMETER_MISPLACED /statement']],
    ['postgresql', 'select 1 from t where a in (:ids, 1)', ['ids'], ['PARAMETER_MISPLACED /statement']],
    ['postgresql', 'select f(:ids)', ['ids'], ['PARAMETER_MISPLACED /statement']],
    ['postgresql', "select 'open", ['a'], ['STATEMENT_UNREADABLE /statement']],
    ['postgresql', 'select (1', [], ['STATEMENT_UNREADABLE /statement']],
    ['postgresql', 'select 1) from t (', [], ['STATEMENT_UNREADABLE /statement']],
    ['postgresql', '-- nothing', [], ['STATEMENT_UNREADABLE /statement']],
    ['postgresql', ';', [], ['STATEMENT_UNREADABLE /statement']],
    ['postgresql', 'select 1;;', [], ['STATEMENT_STACKED /statement']],
    ['postgresql', 'select 1; select 2', [], ['STATEMENT_STACKED /statement']],
    ['postgresql', "select ''; drop table t --'", [], ['STATEMENT_STACKED /statement']],
    ['oracle', 'begin null; end;', [], ['STATEMENT_STACKED /statement']],
  ])('%s: %s', (kind, statement, names, expected) => {
    const { statement: compiled, findings } = compileStatement(statement, kind, fieldsOf(...names));
    expect(findings.map(({ code, path }) => `${code} ${path}`)).toEqual(expected);
    expect(compiled).toBeNull();
  });

  it('that needs more placeholders than a database takes', () => {
    const input = parseInputFields({ properties: { ids: { ...ARRAY, maxItems: 200 } } }).fields;
    const statement = `select 1 from t where ${'a in (:ids) or '.repeat(4000)} a = 1`;
    for (const kind of ['mysql', 'oracle'] as const) {
      const { findings } = compileStatement(statement, kind, input);
      expect(findings.map(({ code, path }) => `${code} ${path}`)).toEqual(['TOO_MANY_ITEMS /statement']);
    }
    expect(compileStatement(statement, 'sqlserver', input).statement?.slots).toHaveLength(200);
  });

  it.each(["select 1\n  from t where x = 'open"])('with line and column: %s', (statement) => {
    expect(compileStatement(statement, 'mysql', []).findings[0]?.message).toBe(
      'a string is not closed (line 2, column 20)',
    );
  });
});

/** Also what only comes about by taking another out: the two outer characters of `**/ /`. */;
function without(text: string, end: string): string {
  let rest = text;
  while (rest.includes(end)) rest = rest.replaceAll(end, '');
  return rest;
}

/** Pieces in which nothing is a parameter, whatever stands in them. */
const INERT: Readonly<Record<DatabaseKind, readonly ((text: string) => string)[]>> = {
  postgresql: [
    (text) => `'${text.replaceAll("'", "''")}'`,
    (text) => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
    (text) => `"${text.replaceAll('"', '""')}"`,
    (text) => `$q$${text.replaceAll('$', '')}$q$`,
    (text) => `/* ${text.replaceAll(/[*/]/g, '')} /* ${text.replaceAll(/[*/]/g, '')} */ */`,
    (text) => `-- ${text.replaceAll(/[\r\n\u0085\u2028\u2029\v\f]/g, '')}\n`,
    () => '1::int',
    () => 'x ?| y',
    () => 'l[1:2]',
    () => 'f(a := 1)',
  ],
  mysql: [
    (text) => `'${text.replaceAll('\\', '').replaceAll("'", "''")}'`,
    (text) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '""')}"`,
    (text) => `\`${text.replaceAll('`', '``')}\``,
    (text) => `/* ${without(text, '*/')} */`,
    (text) => `# ${text.replaceAll(/[\r\n\u0085\u2028\u2029\v\f]/g, '')}\n`,
    (text) => `-- ${text.replaceAll(/[\r\n\u0085\u2028\u2029\v\f]/g, '')}\n`,
  ],
  sqlserver: [
    (text) => `'${text.replaceAll("'", "''")}'`,
    (text) => `N'${text.replaceAll("'", "''")}'`,
    (text) => `[${text.replaceAll(']', ']]')}]`,
    (text) => `"${text.replaceAll('"', '""')}"`,
    (text) => `/* ${text.replaceAll(/[*/]/g, '')} /* */ */`,
    () => 'geometry::Point(1)',
  ],
  oracle: [
    (text) => `'${text.replaceAll("'", "''")}'`,
    (text) => `q'[${without(text, "]'")} ]'`,
    (text) => `nq'!${without(text, "!'")} !'`,
    (text) => `"${text.replaceAll('"', '""')}"`,
    (text) => `/* ${without(text, '*/')} */`,
    (text) => `-- ${text.replaceAll(/[\r\n\u0085\u2028\u2029\v\f]/g, '')}\n`,
  ],
};
const PLACEHOLDER: Readonly<Record<DatabaseKind, RegExp>> = {
  postgresql: /^\$\d+$/,
  mysql: /^\?$/,
  sqlserver: /^@p\d+$/,
  oracle: /^:\d+$/,
};

describe('whatever stands in quotes and comments', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc
      .array(fc.constantFrom(':a', "'", '"', ';', '--', '/*', '*/', '\\', '$q$', '$', "]'", '?', '@p1', '`', ']'), {
        maxLength: 6,
      })
      .map((all) => all.join('')),
  );

  it.each(KINDS)('only what stands outside is a parameter, and all other text stays byte for byte (%s)', (kind) => {
    const makers = INERT[kind];
    const piece = fc
      .tuple(fc.nat(makers.length - 1), anything)
      .map(([index, text]) => makers[index]?.(text.replaceAll('\0', '')) ?? '');
    const segment = fc.oneof(
      piece.map((text) => ({ text, isParameter: false })),
      fc.constant({ text: ':a', isParameter: true }),
    );
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 8 }), (segments) => {
        const statement = `select ${segments.map(({ text }) => `${text} ,`).join(' ')} 1`;
        const count = segments.filter(({ isParameter }) => isParameter).length;
        const { statement: compiled, findings } = compileStatement(statement, kind, count === 0 ? [] : fieldsOf('a'));
        expect(findings).toEqual([]);
        const text = compiled?.text ?? '';
        let number = 0;
        const expected = segments.map((each) => {
          if (!each.isParameter) return `${each.text} ,`;
          number += 1;
          return `${{ postgresql: '$1', mysql: '?', sqlserver: '@p1', oracle: `:${number}` }[kind]} ,`;
        });
        expect(text).toBe(`select ${expected.join(' ')} 1`);
        const { tokens } = tokenizeSql(text.replaceAll(/:\d+/g, kind === 'oracle' ? ':a' : '$&'), kind);
        const native = tokens?.filter(({ type }) => type === 'placeholder' || type === 'parameter') ?? [];
        expect(native).toHaveLength(count);
        if (kind !== 'oracle')
          for (const { start, end } of native) expect(text.slice(start, end)).toMatch(PLACEHOLDER[kind]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('64 KiB of statement', () => {
  it.each(KINDS)('take less than 100 ms (%s)', (kind) => {
    const input = fieldsOf('a');
    for (const piece of [
      '(',
      ')',
      ':a ',
      ':b ',
      'a[',
      'insert ',
      'select (',
      'nextval(',
      '. ',
      '"x"(',
      'into ',
      '; ',
      'exec a.',
      'for ',
    ]) {
      const statement = `select ${piece.repeat(65_000 / piece.length)}`;
      expect([piece, fastestMs(() => compileStatement(statement, kind, input)) < 100]).toEqual([piece, true]);
    }
  });
});
