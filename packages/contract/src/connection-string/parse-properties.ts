import type { DatabaseKind } from '../catalogue/database-catalogue.ts';
import { DRIVER_VERSION_PATTERN } from '../catalogue/driver-version.ts';
import type { ConnectionProperty } from './allowed-properties.ts';
import type { ConnectionStringProblem } from './connection-model.ts';
import { describeRule, judgeProperty, toCanonicalValue } from './connection-properties.ts';

export interface ParsedProperties {
  readonly properties: ReadonlyMap<string, string>;
  /** Null when it is given but is no version; that is among the problems. */
  readonly driverVersion: string | null | undefined;
  /** Only where a database name may be a property (SQL Server). */
  readonly databaseName: string | undefined;
  readonly problems: readonly ConnectionStringProblem[];
}

const NO_PROPERTIES: ReadonlyMap<string, string> = new Map();
const PLAIN_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
// What percent-decoding must not bring in: the grammar's own signs, control characters, anything but printable ASCII.
const UNSAFE_AFTER_DECODING = /[^\u0021-\u007e]|[%#\\;&?@(){}]/;

/**
 * Reads `name=value` pairs: decodes each once, looks it up on the allow-list of the kind, and reports every problem.
 * Messages name properties, never values; an unknown name is not repeated when a credential is present, because it
 * may be the rest of a password that held the separator.
 */
export function parseProperties(kind: DatabaseKind, text: string, separator: '&' | ';'): ParsedProperties {
  const reader = new PropertyReader(kind);
  for (const pair of text.split(separator)) reader.read(pair);
  return reader.finish();
}

export const EMPTY_PROPERTIES: ParsedProperties = {
  properties: NO_PROPERTIES,
  driverVersion: undefined,
  databaseName: undefined,
  problems: [],
};

/** Collects the pairs of one connection string; used once. */
class PropertyReader {
  readonly #kind: DatabaseKind;
  readonly #properties = new Map<string, string>();
  readonly #seen = new Set<string>();
  readonly #problems: ConnectionStringProblem[] = [];
  readonly #unknown: string[] = [];
  #driverVersion: string | null | undefined;
  #databaseName: string | undefined;
  #credentialSeen = false;

  constructor(kind: DatabaseKind) {
    this.#kind = kind;
  }

  read(pair: string): void {
    const equals = pair.indexOf('=');
    const name = equals <= 0 ? null : decodeOnce(pair.slice(0, equals));
    const value = equals <= 0 ? null : decodeOnce(pair.slice(equals + 1));
    if (name === null || value === null) {
      this.#refuse('INVALID_CONNECTION_STRING', 'a property must be name=value, encoded once, without reserved signs');
      return;
    }
    const folded = name.toLowerCase();
    if (this.#seen.has(folded)) {
      this.#refuse('DUPLICATE_CONNECTION_PROPERTY', `a property of the ${this.#kind} connection is given twice`);
      return;
    }
    this.#seen.add(folded);
    if (folded === 'driverversion') this.#readDriverVersion(value);
    else if (folded === 'databasename' && this.#kind === 'sqlserver') this.#databaseName = value;
    else this.#readProperty(name, value);
  }

  finish(): ParsedProperties {
    for (const name of this.#unknown) {
      const shown = this.#credentialSeen || !PLAIN_NAME.test(name) ? 'a property' : `the property ${name}`;
      this.#refuse('UNKNOWN_CONNECTION_PROPERTY', `${shown} is not on the allow-list of ${this.#kind}`);
    }
    return {
      properties: this.#properties,
      driverVersion: this.#driverVersion,
      databaseName: this.#databaseName,
      problems: this.#problems,
    };
  }

  #readDriverVersion(value: string): void {
    this.#driverVersion = DRIVER_VERSION_PATTERN.test(value) ? value : null;
    if (this.#driverVersion !== null) return;
    this.#refuse('INVALID_CONNECTION_PROPERTY_VALUE', 'driverVersion must be a version such as 42.6.0');
  }

  #readProperty(name: string, value: string): void {
    const verdict = judgeProperty(this.#kind, name);
    if (verdict.kind === 'allowed') {
      this.#readAllowed(verdict.property, value);
    } else if (verdict.kind === 'forbidden') {
      this.#refuse('FORBIDDEN_CONNECTION_PROPERTY', `the property ${verdict.name} is refused by name`);
    } else if (verdict.kind === 'unknown') {
      this.#unknown.push(name);
    } else {
      this.#credentialSeen = true;
      this.#refuse(
        'CREDENTIAL_IN_CONNECTION_STRING',
        'the connection string carries a credential; use credentialMasking with secret references',
      );
    }
  }

  #readAllowed(property: ConnectionProperty, value: string): void {
    const canonical = toCanonicalValue(property.value, value);
    if (canonical !== null) this.#properties.set(property.name, canonical);
    else {
      const expected = describeRule(property.value);
      this.#refuse('INVALID_CONNECTION_PROPERTY_VALUE', `${property.name} must be ${expected}`);
    }
  }

  #refuse(code: ConnectionStringProblem['code'], message: string): void {
    this.#problems.push({ code, message });
  }
}

/** Percent-decodes exactly once; null when that is impossible or leaves something that must not be there. */
function decodeOnce(text: string): string | null {
  // Some parsers read a bare plus as a space, others do not: it must be written %2B.
  if (text.includes('+')) return null;
  if (!text.includes('%')) return UNSAFE_AFTER_DECODING.test(text) ? null : text;
  try {
    const decoded = decodeURIComponent(text);
    return UNSAFE_AFTER_DECODING.test(decoded) ? null : decoded;
  } catch {
    return null;
  }
}
