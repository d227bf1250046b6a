import { DATABASE_CATALOGUE, type DatabaseKind } from '../database-catalogue.ts';
import { CONNECTOR_LIMITS } from '../wire/connector.ts';
import { type ConnectionModel, ConnectionStringError, type ConnectionStringProblem } from './connection-model.ts';
import { parseHosts } from './parse-hosts.ts';
import { EMPTY_PROPERTIES, type ParsedProperties, parseProperties } from './parse-properties.ts';

export type ConnectionStringReading =
  | { readonly model: ConnectionModel }
  | { readonly model: null; readonly problems: readonly ConnectionStringProblem[] };

/** A string cut at its separators, before any part is judged. */
interface Parts {
  readonly kind: DatabaseKind;
  readonly authority: string;
  /** Absent when the form carries the database as a property. */
  readonly database: string | undefined;
  readonly databaseIsSid: boolean;
  readonly properties: string | undefined;
  readonly separator: '&' | ';';
}

export const DATABASE_NAME_PATTERN = /^[A-Za-z0-9_$-]{1,128}$/;

const UNSAFE = /[^\u0021-\u007e]|[#\\<>"^`{|}]/;
const SCHEMES: readonly (readonly [string, DatabaseKind])[] = [
  ['jdbc:postgresql:', 'postgresql'],
  ['jdbc:mysql:', 'mysql'],
  ['jdbc:sqlserver:', 'sqlserver'],
  ['jdbc:oracle:', 'oracle'],
];
const FORBIDDEN_SCHEMES = /^jdbc:(?:mysql:(?:loadbalance|replication|fabric|aurora)|oracle:oci8?|mysql\+srv)/i;
// Ways by which an Oracle string fetches its real address from a directory, a file or a local process.
const FORBIDDEN_ORACLE_NAMING = /^(?:\/\/)?(?:ldaps?:|config-|beq|ipc|wss?:|https?:|file:|tns_admin)/i;

/**
 * Reads a JDBC connection string in the tutorial's form or the vendor's own into the canonical model. Nothing of it
 * ever reaches a driver as text. @throws ConnectionStringError, and nothing else, with every problem found.
 */
export function parseConnectionString(text: string): ConnectionModel {
  const reading = readConnectionString(text);
  if (reading.model === null) throw new ConnectionStringError(reading.problems);
  return reading.model;
}

/** As `parseConnectionString`, with problems as data. */
export function readConnectionString(text: string): ConnectionStringReading {
  if (typeof text !== 'string' || text.length > CONNECTOR_LIMITS.connectionStringMaxLength) {
    return refuse(
      `the connection string must be a text of at most ${CONNECTOR_LIMITS.connectionStringMaxLength} characters`,
    );
  }
  if (UNSAFE.test(text)) {
    return refuse('the connection string may hold printable ASCII only, without spaces, # and \\');
  }
  const parts = split(text);
  if ('code' in parts) return { model: null, problems: [parts] };
  return assemble(parts);
}

function assemble(parts: Parts): ConnectionStringReading {
  const { kind } = parts;
  const problems: ConnectionStringProblem[] = [];
  const many = kind === 'postgresql' || kind === 'mysql';
  const parsed = parseHosts(parts.authority, DATABASE_CATALOGUE[kind].defaultPort, many);
  if (parsed.hosts === null) problems.push(parsed.problem);
  const properties = parts.properties === undefined ? EMPTY_PROPERTIES : toProperties(parts.properties, parts);
  problems.push(...properties.problems);
  const database = parts.database ?? properties.databaseName;
  if (parts.database !== undefined && properties.databaseName !== undefined) {
    problems.push(problem('DUPLICATE_CONNECTION_PROPERTY', 'the database is named twice'));
  }
  if (database === undefined || !DATABASE_NAME_PATTERN.test(database)) {
    problems.push(problem('INVALID_CONNECTION_STRING', 'the database must be 1 to 128 letters, digits and _ $ -'));
  }
  if (problems.length > 0 || parsed.hosts === null || database === undefined) return { model: null, problems };
  return {
    model: {
      kind,
      hosts: parsed.hosts,
      database,
      databaseIsSid: parts.databaseIsSid,
      driverVersion: properties.driverVersion,
      properties: properties.properties,
    },
  };
}

function toProperties(text: string, parts: Parts): ParsedProperties {
  return parseProperties(parts.kind, text, parts.separator);
}

function split(text: string): Parts | ConnectionStringProblem {
  for (const [scheme, kind] of SCHEMES) {
    if (!text.startsWith(scheme)) continue;
    const rest = text.slice(scheme.length);
    if (kind === 'oracle' && rest.startsWith('thin:')) return splitOracleThin(rest.slice(5));
    if (!rest.startsWith('//')) break;
    if (kind === 'sqlserver' && rest.includes(';')) return splitSemicolons(rest.slice(2));
    return splitUrl(kind, rest.slice(2));
  }
  if (FORBIDDEN_SCHEMES.test(text)) {
    return problem('FORBIDDEN_CONNECTION_PROPERTY', 'this kind of connection string is refused by name');
  }
  return problem(
    'INVALID_CONNECTION_STRING',
    'the connection string must begin with jdbc:postgresql://, jdbc:mysql://, jdbc:sqlserver://, jdbc:oracle:// or jdbc:oracle:thin:@',
  );
}

/** `host[:port]/database[?name=value&...]` */
function splitUrl(kind: DatabaseKind, rest: string): Parts | ConnectionStringProblem {
  const question = rest.indexOf('?');
  const properties = question < 0 ? undefined : rest.slice(question + 1);
  if (properties?.includes('?')) return problem('INVALID_CONNECTION_STRING', 'a second ? is not allowed');
  const address = question < 0 ? rest : rest.slice(0, question);
  const slash = address.indexOf('/');
  if (slash < 0) {
    return address.includes('@')
      ? { kind, authority: address, database: '', databaseIsSid: false, properties, separator: '&' }
      : problem('INVALID_CONNECTION_STRING', 'the host must be followed by / and the database');
  }
  return {
    kind,
    // A userinfo may hold a slash (scott/tiger@host), so an @ anywhere before the ? counts as one.
    authority: address.includes('@') ? address : address.slice(0, slash),
    database: address.slice(slash + 1),
    databaseIsSid: false,
    properties,
    separator: '&',
  };
}

/** SQL Server's own: `host[:port];databaseName=db;name=value...[;]` */
function splitSemicolons(rest: string): Parts | ConnectionStringProblem {
  const semicolon = rest.indexOf(';');
  const authority = rest.slice(0, semicolon);
  const tail = rest.slice(semicolon + 1);
  if (authority.includes('/') || rest.includes('?') || rest.includes('&')) {
    return problem('INVALID_CONNECTION_STRING', 'use either ;name=value or /database?name=value, not both');
  }
  const properties = tail.endsWith(';') ? tail.slice(0, -1) : tail;
  return { kind: 'sqlserver', authority, database: undefined, databaseIsSid: false, properties, separator: ';' };
}

/** Oracle's own: `@//host[:port]/service`, `@host[:port]/service` or `@host:port:sid`, each with `?name=value&...` */
function splitOracleThin(rest: string): Parts | ConnectionStringProblem {
  if (!rest.startsWith('@')) {
    return rest.includes('@')
      ? problem('CREDENTIAL_IN_CONNECTION_STRING', 'the connection string carries a credential before the host')
      : problem('INVALID_CONNECTION_STRING', 'jdbc:oracle:thin: must be followed by @');
  }
  const address = rest.slice(1);
  if (FORBIDDEN_ORACLE_NAMING.test(address)) {
    return problem('FORBIDDEN_CONNECTION_PROPERTY', 'names that are looked up elsewhere are refused by name');
  }
  if (address.includes('(')) {
    return problem('INVALID_CONNECTION_STRING', 'connect descriptors are not allowed; write host, port and service');
  }
  if (address.startsWith('//')) return splitUrl('oracle', address.slice(2));
  const end = address.indexOf('?');
  const target = end < 0 ? address : address.slice(0, end);
  if (target.includes('/')) return splitUrl('oracle', address);
  const sid = /^(\[[^\]]*\]|[^:[\]]+):([^:]+):([^:]+)$/.exec(target);
  if (sid === null) {
    return problem('INVALID_CONNECTION_STRING', 'write host:port/service or host:port:sid after the @');
  }
  const parts = splitUrl('oracle', `${sid[1]}:${sid[2]}/${sid[3]}${address.slice(target.length)}`);
  return 'code' in parts ? parts : { ...parts, databaseIsSid: true };
}

function problem(code: ConnectionStringProblem['code'], message: string): ConnectionStringProblem {
  return { code, message };
}

function refuse(message: string): ConnectionStringReading {
  return { model: null, problems: [problem('INVALID_CONNECTION_STRING', message)] };
}
