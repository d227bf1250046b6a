import {
  ConnectionStringError,
  DATABASE_KINDS,
  FORBIDDEN_PROPERTIES,
  parseConnectionString,
  validateConnector,
} from '@dipswitch/contract';
import { HOSTILE_CONNECTION_STRINGS, wireExchange } from '@dipswitch/contract/fixtures';
import { describe, expect, it } from 'vitest';

const GROUPS = Map.groupBy(HOSTILE_CONNECTION_STRINGS, ({ group }) => group);
const BODY = wireExchange('connector-created').request.body as { configuration: object };

describe('hostile connection strings', () => {
  it('are at least 300, all different', () => {
    expect(new Set(HOSTILE_CONNECTION_STRINGS.map(({ text }) => text)).size).toBe(HOSTILE_CONNECTION_STRINGS.length);
    expect(HOSTILE_CONNECTION_STRINGS.length).toBeGreaterThanOrEqual(300);
  });

  it.each([...GROUPS.keys()])('are refused by the parser with their code: %s', (group) => {
    for (const { text, code } of GROUPS.get(group) ?? []) expect([text, refusalOf(text)]).toEqual([text, code]);
  });

  it.each([...GROUPS.keys()])('are refused inside a connector with their code: %s', (group) => {
    for (const { text, code } of GROUPS.get(group) ?? []) {
      const body = { ...BODY, configuration: { ...BODY.configuration, connectionString: text } };
      const { valid, findings } = validateConnector(body);
      expect([text, valid]).toEqual([text, false]);
      const codes = findings.filter(({ path }) => path === '/configuration/connectionString').map((each) => each.code);
      // Too long and empty are told by the structure.
      if (text.length > 0 && text.length <= 2048) expect([text, codes]).toEqual([text, expect.arrayContaining([code])]);
      else expect(codes).toHaveLength(text === '' ? 1 : 2);
    }
  });

  it.each(DATABASE_KINDS)('every property named for %s is refused by name', (kind) => {
    for (const name of FORBIDDEN_PROPERTIES[kind]) {
      const property = name.replace('*', '');
      expect([name, refusalOf(`jdbc:${kind}://h/d?${property}=x`)]).toEqual([name, 'FORBIDDEN_CONNECTION_PROPERTY']);
    }
  });
});

function refusalOf(text: string): string {
  try {
    parseConnectionString(text);
    return 'ACCEPTED';
  } catch (error) {
    return error instanceof ConnectionStringError ? error.code : `threw ${String(error)}`;
  }
}
