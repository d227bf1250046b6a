import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskLine } from '../../src/output/mask-line.ts';

const CANARY = 'hunter2-canary';

describe('maskLine', () => {
  it.each([
    ['a member that carries no credential', '    driverVersion: 41.0.0', '    driverVersion: 41.0.0'],
    ['a flow mapping of them', '    pool: {min: 20, max: 15}', '    pool: {min: 20, max: 15}'],
    ['an entry of a list', '  - id: db-prod-01', '  - id: db-prod-01'],
    ['a bare key that lost its colon', 'connectors', 'connectors'],
  ])('shows %s', (_case, line, shown) => {
    expect(maskLine(line).text).toBe(shown);
  });

  it.each([
    ['a credential', `    password: ${CANARY}`, '    password: ***'],
    [
      'credentials in a flow mapping',
      `    credentials: {username: u, password: ${CANARY}}`,
      '    credentials: {username: ***, password: ***}',
    ],
    ['a quoted credential under a quoted key', `    "password": "${CANARY}"`, '    "password": ***'],
    ['an unknown member', `    passwort: ${CANARY}`, '    passwort: ***'],
    ['user information in a host', `    host: admin:${CANARY}@db`, '    host: ***'],
    ['a property of a connection string', `    database: crm?password=${CANARY}`, '    database: ***'],
    ['a continuation line', `      ${CANARY}`, '      ***'],
    ['a comment that names a secret', `    port: 5432 # old password ${CANARY}`, '    port: 5432'],
    ['a comment behind a harmless value', `    port: 5432 # ${CANARY}`, '    port: 5432'],
    ['a line that is a comment', `    # ${CANARY}`, '    '],
    ['a value behind an unclosed quote', `    name: "x, password: ${CANARY}`, '    name: "x, password: ***'],
  ])('masks %s', (_case, line, shown) => {
    expect(maskLine(line).text).toBe(shown);
  });

  it('keeps the place of a member that follows a masked one', () => {
    const line = '    credentials: {username: very-long-name, password: x}, port: 99999';
    const { text, columnOf } = maskLine(line);
    expect(text.slice(columnOf(line.indexOf('99999')))).toBe('99999');
  });

  it('never shows the value of a member that is not on the list, whatever it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9!$%^()_+~;.-]{6,40}$/), (secret) => {
        const canary = `zq${secret}`;
        expect(maskLine(`  credential: ${canary}`).text).not.toContain(canary);
        expect(maskLine(`  - {id: a, apiToken: ${canary}}`).text).not.toContain(canary);
      }),
    );
  });
});
