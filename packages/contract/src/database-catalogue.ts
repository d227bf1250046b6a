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
  readonly advisories: readonly DriverAdvisory[];
}

export type DatabaseCatalogue = Readonly<Record<DatabaseKind, DatabaseCatalogueEntry>>;
