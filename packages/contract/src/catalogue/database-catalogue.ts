/** The short names of the four databases, as files and the command line write them. */
export const DATABASE_KINDS = ['postgresql', 'oracle', 'sqlserver', 'mysql'] as const;
export type DatabaseKind = (typeof DATABASE_KINDS)[number];

/** The wire names of the same four, as the tutorial's payload writes them. */
export const CONNECTOR_TYPES = [
  'DATABASE_POSTGRESQL',
  'DATABASE_ORACLE',
  'DATABASE_SQLSERVER',
  'DATABASE_MYSQL',
] as const;
export type ConnectorType = (typeof CONNECTOR_TYPES)[number];

/** A published weakness of a driver version; shown as a warning, never as a refusal. */
export interface DriverAdvisory {
  readonly id: string;
  readonly driverVersions: readonly string[];
  readonly summary: string;
}

export interface DatabaseCatalogueEntry {
  readonly kind: DatabaseKind;
  readonly connectorType: ConnectorType;
  readonly displayName: string;
  readonly maxPoolSize: number;
  readonly driverVersions: readonly string[];
  readonly defaultHealthQuery: string;
  readonly defaultPort: number;
  /** Whether a connection may name several hosts, tried in order. */
  readonly allowsSeveralHosts: boolean;
  /** `db.system.name` of OpenTelemetry's conventions. */
  readonly telemetryName: string;
  readonly advisories: readonly DriverAdvisory[];
}

export type DatabaseCatalogue = Readonly<Record<DatabaseKind, DatabaseCatalogueEntry>>;

/** The matrix of the contract, section 2. An operator adds to it with `extendCatalogue`. */
export const DATABASE_CATALOGUE: DatabaseCatalogue = {
  postgresql: {
    kind: 'postgresql',
    connectorType: 'DATABASE_POSTGRESQL',
    displayName: 'PostgreSQL',
    maxPoolSize: 50,
    driverVersions: ['42.5.0', '42.6.0'],
    defaultHealthQuery: 'SELECT 1',
    defaultPort: 5432,
    allowsSeveralHosts: true,
    telemetryName: 'postgresql',
    advisories: [
      {
        id: 'CVE-2026-42198',
        driverVersions: ['42.5.0', '42.6.0'],
        summary: 'the JDBC driver of this version falls in the affected range',
      },
    ],
  },
  oracle: {
    kind: 'oracle',
    connectorType: 'DATABASE_ORACLE',
    displayName: 'Oracle Database',
    maxPoolSize: 40,
    driverVersions: ['19.18.0', '21.9.0'],
    defaultHealthQuery: 'SELECT 1 FROM DUAL',
    defaultPort: 1521,
    allowsSeveralHosts: false,
    telemetryName: 'oracle.db',
    advisories: [],
  },
  sqlserver: {
    kind: 'sqlserver',
    connectorType: 'DATABASE_SQLSERVER',
    displayName: 'Microsoft SQL Server',
    maxPoolSize: 30,
    driverVersions: ['12.2.0', '12.4.0'],
    defaultHealthQuery: 'SELECT 1',
    defaultPort: 1433,
    allowsSeveralHosts: false,
    telemetryName: 'microsoft.sql_server',
    advisories: [],
  },
  mysql: {
    kind: 'mysql',
    connectorType: 'DATABASE_MYSQL',
    displayName: 'MySQL or MariaDB',
    maxPoolSize: 50,
    driverVersions: ['8.0.33', '8.1.0'],
    defaultHealthQuery: 'SELECT 1',
    defaultPort: 3306,
    allowsSeveralHosts: true,
    telemetryName: 'mysql',
    advisories: [],
  },
};

const KIND_OF_TYPE: Readonly<Record<ConnectorType, DatabaseKind>> = {
  DATABASE_POSTGRESQL: 'postgresql',
  DATABASE_ORACLE: 'oracle',
  DATABASE_SQLSERVER: 'sqlserver',
  DATABASE_MYSQL: 'mysql',
};

/** One value for each database kind. */
export function mapDatabaseKinds<Value>(make: (kind: DatabaseKind) => Value): Readonly<Record<DatabaseKind, Value>> {
  return {
    postgresql: make('postgresql'),
    oracle: make('oracle'),
    sqlserver: make('sqlserver'),
    mysql: make('mysql'),
  };
}

export function toDatabaseKind(type: ConnectorType): DatabaseKind {
  return KIND_OF_TYPE[type];
}

export function toConnectorType(kind: DatabaseKind): ConnectorType {
  return DATABASE_CATALOGUE[kind].connectorType;
}
