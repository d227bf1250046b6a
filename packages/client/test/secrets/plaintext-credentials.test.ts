import { describe, expect, it } from 'vitest';
import { findPlaintextCredentials, replaceCredentials } from '../../src/secrets/plaintext-credentials.ts';

function adopt(text: string, literals: readonly string[] = []) {
  const reading = findPlaintextCredentials(text, new Set(literals));
  const replacements = new Map(
    reading.plaintexts.map((each) => [each, `vault://secret/dipswitch/${each.owner}#${each.member}`]),
  );
  return {
    ...reading,
    values: reading.plaintexts.map(({ value }) => value.expose()),
    text: replaceCredentials(text, replacements),
  };
}

const FILE = `# the team's connectors   (two spaces, kept)
project:   crm
connectors:
  - id: crm-db    # the customers
    credentials:
      username: "crm app"   # rotates never
      password: 'p#ss: word'
    port:   5432
  - {id: other, credentials: {username: VAULT_USER, password: "tr0ub4dor&3"}}
`;

describe('plaintext credentials', () => {
  it('are found and replaced, and everything else stays to the byte', () => {
    const { values, text, skipped } = adopt(FILE);
    expect(values).toEqual(['crm app', 'p#ss: word', 'tr0ub4dor&3']);
    expect(skipped).toEqual([]);
    expect(text).toBe(
      FILE.replace('"crm app"', 'vault://secret/dipswitch/crm-db#username')
        .replace("'p#ss: word'", 'vault://secret/dipswitch/crm-db#password')
        .replace('"tr0ub4dor&3"', 'vault://secret/dipswitch/other#password'),
    );
    expect(adopt(text).values).toEqual([]);
  });

  it('are what was typed, also where YAML reads a number, a truth value or several lines', () => {
    const file = [
      'connectors:',
      '  - id: a',
      '    credentials:',
      '      username: 007',
      '      password: |',
      '        first line',
      '        second',
      '    port: 1',
      '  - {id: b, credentials: {username: true, password: 1e3}}',
      '',
    ].join('\n');
    const { values, text } = adopt(file);
    expect(values).toEqual(['007', 'first line\nsecond\n', 'true', '1e3']);
    expect(text).toContain('      password: vault://secret/dipswitch/a#password\n    port: 1\n');
    expect(adopt(text).values).toEqual([]);
  });

  it('in anchors are moved once, and the anchor stays', () => {
    const file = `defaults:
  credentials: &creds {username: &u "the app", password: "s p"}
connectors:
  - {id: a, credentials: *creds}
  - {id: b, credentials: {username: *u, password: !!str "b b"}}
`;
    const { plaintexts, text } = adopt(`project: crm\n${file}`);
    expect(plaintexts.map(({ owner, member, line }) => [owner, member, line])).toEqual([
      ['crm.defaults', 'username', 3],
      ['crm.defaults', 'password', 3],
      ['b', 'password', 6],
    ]);
    expect(text).toContain('username: &u vault://secret/dipswitch/crm.defaults#username,');
    expect(text).toContain('!!str vault://secret/dipswitch/b#password}');
    expect(adopt(text).values).toEqual([]);
  });

  it('that read as a label are left alone until they are named', () => {
    const file = 'connectors: [{id: a, credentials: {username: app, password: hunter2}}]\n';
    expect(adopt(file).values).toEqual([]);
    expect(adopt(file, ['a.password']).values).toEqual(['hunter2']);
  });

  it('that come from a variable are told, and an escaped dollar is the value that it stands for', () => {
    const file = `connectors: [{id: a, credentials: {username: "u $\${x}", password: "\${DB PW}"}}]\n`;
    const { values, skipped } = adopt(file);
    expect(values).toEqual([`u \${x}`]);
    expect(skipped).toMatchObject([{ owner: 'a', member: 'password', reason: expect.stringContaining('variable') }]);
  });

  it('survive CRLF and a byte order mark', () => {
    const { values, text } = adopt(`\uFEFF${FILE.replaceAll('\n', '\r\n')}`);
    expect(values).toHaveLength(3);
    expect(text.startsWith('\uFEFF#')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    expect(adopt(text).values).toEqual([]);
  });

  it.each(['a: [', 'a: 1\na: 2', 'a: 1\n---\nb: 2\n', '"canary secret: 1'])(
    'of what is no YAML are not looked for: %j',
    (file) => {
      expect(() => findPlaintextCredentials(file)).toThrow(expect.objectContaining({ code: 'DOCUMENT_INVALID' }));
      expect(() => findPlaintextCredentials(file)).not.toThrow('canary');
    },
  );

  it.each(['', '[]', 'connectors: 7', 'connectors: [1, {id: 7}, {id: a, credentials: x}]'])(
    'are none in %j',
    (file) => {
      expect(findPlaintextCredentials(file)).toEqual({ plaintexts: [], skipped: [] });
    },
  );
});
