import type { DatabaseKind } from '../catalogue/database-catalogue.ts';
import type { FindingCode } from '../findings/finding-codes.ts';

export interface DatabaseHost {
  /** Lower-case name, dotted IPv4, or IPv6 without brackets in RFC 5952 form. */
  readonly host: string;
  readonly port: number;
}

/** A connection string once understood: the one form that everything after the parser works on. */
export interface ConnectionModel {
  readonly kind: DatabaseKind;
  /** In the order to try them; at least one; more than one only for PostgreSQL and MySQL. */
  readonly hosts: readonly DatabaseHost[];
  /** Database name, or the service name or SID of an Oracle database. */
  readonly database: string;
  /** Oracle only: `database` is a SID, not a service name. */
  readonly databaseIsSid: boolean;
  /** The contract's JDBC metadata; says nothing about the driver the engine really uses. */
  readonly driverVersion: string | undefined;
  /** Allow-listed properties by their canonical spelling; `driverVersion` and `databaseName` are not among them. */
  readonly properties: ReadonlyMap<string, string>;
}

/** One thing that is wrong with a connection string. The message never holds a value from the string. */
export interface ConnectionStringProblem {
  readonly code: FindingCode;
  readonly message: string;
}

/** A connection string, or a model, that breaks the grammar or names a property that is not allowed. */
export class ConnectionStringError extends Error {
  override readonly name = 'ConnectionStringError';
  /** Of the first problem. */
  readonly code: FindingCode;
  readonly problems: readonly ConnectionStringProblem[];

  constructor(problems: readonly ConnectionStringProblem[]) {
    const first = problems[0];
    super(first?.message ?? 'the connection string is not valid');
    this.code = first?.code ?? 'INVALID_CONNECTION_STRING';
    this.problems = problems;
  }
}
