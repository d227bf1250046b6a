import type { DatabaseKind } from '../catalogue/database-catalogue.ts';
import type { ConnectionStringProblem } from './connection-model.ts';

/** A connection string cut at its separators, before any part is judged. */
export interface ConnectionStringParts {
  readonly kind: DatabaseKind;
  readonly authority: string;
  /** Absent when the form carries the database as a property. */
  readonly database: string | undefined;
  readonly databaseIsSid: boolean;
  readonly properties: string | undefined;
  readonly separator: '&' | ';';
}

const SCHEMES: readonly (readonly [string, DatabaseKind])[] = [
  ['jdbc:postgresql:', 'postgresql'],
  ['jdbc:mysql:', 'mysql'],
  ['jdbc:sqlserver:', 'sqlserver'],
  ['jdbc:oracle:', 'oracle'],
];
const FORBIDDEN_SCHEMES = /^jdbc:(?:mysql:(?:loadbalance|replication|fabric|aurora)|oracle:oci8?|mysql\+srv)/i;
// Ways by which an Oracle string fetches its real address from a directory, a file or a local process.
const FORBIDDEN_ORACLE_NAMING =
  /^(?:\/\/)?(?:(?:ldaps?|config-[a-z0-9]+|beq|ipc|wss?|https?|file|jndi)(?:-[a-z]+)?:(?!\d)|tns_admin)/i;

/** Cuts a connection string by the form it is written in; what a part holds is judged later. */
export function splitConnectionString(text: string): ConnectionStringParts | ConnectionStringProblem {
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
function splitUrl(kind: DatabaseKind, rest: string): ConnectionStringParts | ConnectionStringProblem {
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
function splitSemicolons(rest: string): ConnectionStringParts | ConnectionStringProblem {
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
function splitOracleThin(rest: string): ConnectionStringParts | ConnectionStringProblem {
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
  if (/^[A-Za-z]+:\/\//.test(address)) {
    return problem(
      'INVALID_CONNECTION_STRING',
      'write host:port/service or host:port:sid after the @, without a protocol',
    );
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
