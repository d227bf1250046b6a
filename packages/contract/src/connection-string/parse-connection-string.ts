import { DATABASE_CATALOGUE, type DatabaseKind } from '../catalogue/database-catalogue.ts';
import { CONNECTOR_LIMITS } from '../wire/connector-limits.ts';
import {
  type ConnectionModel,
  ConnectionStringError,
  type ConnectionStringProblem,
  type DatabaseHost,
} from './connection-model.ts';
import { parseHosts } from './parse-hosts.ts';
import { EMPTY_PROPERTIES, parseProperties } from './parse-properties.ts';
import { type ConnectionStringParts, splitConnectionString } from './split-connection-string.ts';

/** What could be read of a connection string, whether or not the whole is valid. */
export interface ConnectionFacts {
  readonly kind: DatabaseKind;
  /** Empty when no host could be read. */
  readonly hosts: readonly DatabaseHost[];
  /** Null when it is given but is no version. */
  readonly driverVersion: string | null | undefined;
  readonly properties: ReadonlyMap<string, string>;
}

export interface ConnectionStringReading {
  /** Null when there are problems. */
  readonly model: ConnectionModel | null;
  /** Null when the form was not recognised. */
  readonly facts: ConnectionFacts | null;
  readonly problems: readonly ConnectionStringProblem[];
}

export const DATABASE_NAME_PATTERN = /^[A-Za-z0-9_$-]{1,128}$/;

const UNSAFE = /[^\u0021-\u007e]|[#\\<>"^`{|}]/;

/**
 * Reads a JDBC connection string in the tutorial's form or the vendor's own into the canonical model. Nothing of it
 * ever reaches a driver as text. @throws ConnectionStringError, and nothing else, with every problem found.
 */
export function parseConnectionString(text: string): ConnectionModel {
  const reading = readConnectionString(text);
  if (reading.model === null) throw new ConnectionStringError(reading.problems);
  return reading.model;
}

/** As `parseConnectionString`, with problems as data and with what could be read in spite of them. */
export function readConnectionString(text: string): ConnectionStringReading {
  if (typeof text !== 'string' || text.length > CONNECTOR_LIMITS.connectionStringMaxLength) {
    return refuse(problem(`must be a text of at most ${CONNECTOR_LIMITS.connectionStringMaxLength} characters`));
  }
  if (UNSAFE.test(text)) return refuse(problem('may hold printable ASCII only, without spaces, #, \\ and quotes'));
  const parts = splitConnectionString(text);
  return 'code' in parts ? refuse(parts) : assemble(parts);
}

function assemble(parts: ConnectionStringParts): ConnectionStringReading {
  const { kind, databaseIsSid } = parts;
  const { defaultPort, allowsSeveralHosts } = DATABASE_CATALOGUE[kind];
  const parsed = parseHosts(parts.authority, defaultPort, allowsSeveralHosts);
  const { properties, driverVersion, databaseName, problems: propertyProblems } = readProperties(parts);
  const problems = parsed.hosts === null ? [parsed.problem, ...propertyProblems] : [...propertyProblems];
  if (parts.database !== undefined && databaseName !== undefined) {
    problems.push({ code: 'DUPLICATE_CONNECTION_PROPERTY', message: 'the database is named twice' });
  }
  const database = parts.database ?? databaseName;
  if (database === undefined || !DATABASE_NAME_PATTERN.test(database)) {
    problems.push(problem('the database must be 1 to 128 letters, digits and _ $ -'));
  }
  const facts = { kind, hosts: parsed.hosts ?? [], driverVersion, properties };
  if (problems.length > 0 || database === undefined || driverVersion === null) return { model: null, facts, problems };
  return { model: { ...facts, database, databaseIsSid, driverVersion }, facts, problems };
}

function readProperties(parts: ConnectionStringParts) {
  return parts.properties === undefined
    ? EMPTY_PROPERTIES
    : parseProperties(parts.kind, parts.properties, parts.separator);
}

function problem(message: string): ConnectionStringProblem {
  return { code: 'INVALID_CONNECTION_STRING', message };
}

function refuse(reason: ConnectionStringProblem): ConnectionStringReading {
  return { model: null, facts: null, problems: [reason] };
}
