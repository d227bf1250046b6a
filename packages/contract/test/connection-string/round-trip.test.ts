import {
  ALLOWED_PROPERTIES,
  type ConnectionModel,
  type ConnectionProperty,
  ConnectionStringError,
  DATABASE_KINDS,
  type DatabaseKind,
  parseConnectionString,
  renderConnectionString,
} from '@dipswitch/contract';
import { HOSTILE_CONNECTION_STRINGS } from '@dipswitch/contract/fixtures';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,10}[a-z0-9])?$/);
const name = fc
  .tuple(fc.array(label, { maxLength: 3 }), fc.stringMatching(/^[a-z](?:[a-z0-9-]{0,8}[a-z])?$/))
  .map(([labels, last]) => [...labels, last].join('.'));
const ipv6 = fc.ipV6().map((text) => parseConnectionString(`jdbc:postgresql://[${text}]/d`).hosts[0]?.host ?? '');
const host = fc.record({ host: fc.oneof(name, fc.ipV4(), ipv6), port: fc.integer({ min: 1, max: 65_535 }) });
const version = fc.stringMatching(/^[1-9]\d?\.\d{1,2}\.\d{1,3}$/);

function value({ value: rule }: ConnectionProperty): fc.Arbitrary<string> {
  if (rule.form === 'choice') return fc.constantFrom(...rule.choices);
  if (rule.form === 'integer') return fc.integer({ min: rule.min, max: rule.max }).map(String);
  return fc.stringMatching(rule.pattern).filter((text) => text.length <= 64);
}

function properties(kind: DatabaseKind): fc.Arbitrary<Map<string, string>> {
  return fc
    .subarray([...ALLOWED_PROPERTIES[kind]])
    .chain((chosen) => fc.tuple(...chosen.map((property) => fc.tuple(fc.constant(property.name), value(property)))))
    .map((entries) => new Map(entries));
}

const model: fc.Arbitrary<ConnectionModel> = fc.constantFrom(...DATABASE_KINDS).chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    hosts: fc.array(host, { minLength: 1, maxLength: kind === 'postgresql' || kind === 'mysql' ? 4 : 1 }),
    database: fc.stringMatching(/^[A-Za-z0-9_$-]{1,40}$/),
    databaseIsSid: kind === 'oracle' ? fc.boolean() : fc.constant(false),
    driverVersion: fc.option(version, { nil: undefined }),
    properties: properties(kind),
  }),
);

/** A hostile string with something cut out, put in or doubled: near the grammar, where parsers break. */
const mutated = fc
  .tuple(
    fc.constantFrom(...HOSTILE_CONNECTION_STRINGS.map(({ text }) => text)),
    fc.nat(),
    fc.nat(12),
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom('%', ';', '?', '@', '//', ':', '=', '&', '['),
    ),
  )
  .map(([text, at, cut, put]) => {
    const index = text.length === 0 ? 0 : at % text.length;
    return text.slice(0, index) + put + text.slice(index + cut);
  });

describe('connection strings', () => {
  it('return every model that was rendered', () => {
    fc.assert(
      fc.property(model, (given) => {
        const text = renderConnectionString(given);
        expect(parseConnectionString(text)).toEqual(given);
        expect(renderConnectionString(parseConnectionString(text))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('make the parser throw its own error and nothing else', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((text) => `jdbc:postgresql://${text}`),
      fc.string().map((text) => `jdbc:sqlserver://h;${text}`),
      fc.string().map((text) => `jdbc:oracle:thin:@${text}`),
      fc.string().map((text) => `jdbc:mysql://h/d?${text}`),
      mutated,
    );
    fc.assert(
      fc.property(anyText, (text) => {
        try {
          const parsed = parseConnectionString(text);
          expect(parseConnectionString(renderConnectionString(parsed))).toEqual(parsed);
        } catch (error) {
          expect(error).toBeInstanceOf(ConnectionStringError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
