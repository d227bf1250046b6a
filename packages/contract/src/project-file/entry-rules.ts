import { DATABASE_CATALOGUE, type DatabaseKind } from '../catalogue/database-catalogue.ts';
import { DRIVER_VERSION_PATTERN } from '../catalogue/driver-version.ts';
import { describeRule, judgeProperty, toCanonicalValue } from '../connection-string/connection-properties.ts';
import type { FindingCode } from '../findings/finding-codes.ts';
import { formatHost, parseHost } from '../network/host.ts';
import { isSecretReference } from '../secrets/secret-reference.ts';

/** The rules of an entry that a schema cannot say. Free of the schema library: who accepts a file need not load it. */
export interface EntryProblem {
  readonly path: readonly string[];
  readonly code: FindingCode;
  readonly message: string;
}

/** What the rules read of an entry. The type of the entry itself is made from a schema that these rules are part of. */
interface EntryFacts {
  readonly type: DatabaseKind;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly hosts?: readonly { readonly host: string; readonly port?: number | undefined }[] | undefined;
  readonly database?: string | undefined;
  readonly sid?: string | undefined;
  readonly driverVersion: string;
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
  readonly credentials: { readonly username: string; readonly password: string };
  readonly security?: SecurityFacts | undefined;
}

interface SecurityFacts {
  readonly caCertificate?: string | undefined;
  readonly caCertificateFile?: string | undefined;
}

/** A host may be written with or without brackets around IPv6 in a file. */
export function isEntryHost(host: string): boolean {
  return parseHost(host) !== null || parseHost(formatHost(host)) !== null;
}

export function isEntryPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}

export function isDriverVersion(version: string): boolean {
  return DRIVER_VERSION_PATTERN.test(version);
}

/** What is wrong between the members of an entry whose members are each well-formed. */
export function listEntryProblems(entry: EntryFacts): readonly EntryProblem[] {
  const problems: EntryProblem[] = [];
  const complain = (path: readonly string[], message: string, code: FindingCode = 'INVALID_FORMAT') =>
    problems.push({ path, code, message });
  if (entry.host === undefined && entry.hosts === undefined) complain(['host'], 'is required', 'REQUIRED');
  if (entry.hosts !== undefined && (entry.host !== undefined || entry.port !== undefined)) {
    complain(['hosts'], 'give host and port, or hosts, not both');
  }
  if (entry.hosts !== undefined && entry.hosts.length > 1 && !DATABASE_CATALOGUE[entry.type].allowsSeveralHosts) {
    complain(['hosts'], `a ${entry.type} connection has exactly one host`);
  }
  if (entry.database === undefined && entry.sid === undefined) complain(['database'], 'is required', 'REQUIRED');
  if (entry.properties !== undefined) problems.push(...listPropertyProblems(entry.type, entry.properties));
  if (entry.sid !== undefined && (entry.database !== undefined || entry.type !== 'oracle')) {
    complain(['sid'], 'is for Oracle only, in place of database');
  }
  return problems;
}

/** Whether the certificate of an entry comes from one place at most. */
export function hasOneCertificate(security: SecurityFacts): boolean {
  return security.caCertificate === undefined || security.caCertificateFile === undefined;
}

/** Whether an entry whose structure was accepted obeys everything that its schema checks beyond structure. */
export function isSoundEntry(entry: EntryFacts): boolean {
  const { credentials, driverVersion, host, port, hosts, security } = entry;
  return (
    isSecretReference(credentials.username) &&
    isSecretReference(credentials.password) &&
    isDriverVersion(driverVersion) &&
    (host === undefined || isEntryHost(host)) &&
    (port === undefined || isEntryPort(port)) &&
    (hosts === undefined ||
      hosts.every((each) => isEntryHost(each.host) && (each.port === undefined || isEntryPort(each.port)))) &&
    (security === undefined || hasOneCertificate(security)) &&
    listEntryProblems(entry).length === 0
  );
}

function listPropertyProblems(kind: DatabaseKind, properties: Readonly<Record<string, unknown>>): EntryProblem[] {
  const problems: EntryProblem[] = [];
  for (const [name, value] of Object.entries(properties)) {
    const path = ['properties', name];
    const verdict = judgeProperty(kind, name);
    if (verdict.kind !== 'allowed') {
      problems.push({ path, ...PROPERTY_REFUSALS[verdict.kind] });
    } else if (toCanonicalValue(verdict.property.value, String(value)) === null) {
      const message = `must be ${describeRule(verdict.property.value)}`;
      problems.push({ path, code: 'INVALID_CONNECTION_PROPERTY_VALUE', message });
    }
  }
  return problems;
}

const PROPERTY_REFUSALS = {
  credential: { code: 'CREDENTIAL_IN_CONNECTION_STRING', message: 'carries a credential; use credentials' },
  forbidden: { code: 'FORBIDDEN_CONNECTION_PROPERTY', message: 'is refused by name' },
  unknown: { code: 'UNKNOWN_CONNECTION_PROPERTY', message: 'is not on the allow-list of the database kind' },
} as const;
