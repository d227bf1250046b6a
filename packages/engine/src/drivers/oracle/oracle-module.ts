import type oracledb from 'oracledb';

type Constants =
  | 'versionString'
  | 'OUT_FORMAT_ARRAY'
  | 'STRING'
  | 'BUFFER'
  | 'DB_TYPE_NUMBER'
  | 'DB_TYPE_DATE'
  | 'DB_TYPE_TIMESTAMP'
  | 'DB_TYPE_TIMESTAMP_TZ'
  | 'DB_TYPE_TIMESTAMP_LTZ'
  | 'DB_TYPE_CLOB'
  | 'DB_TYPE_NCLOB'
  | 'DB_TYPE_BLOB';

/** What the driver uses of `oracledb`; the seam at which a double takes its place. */
export interface OracleModule extends Pick<typeof oracledb, Constants> {
  getConnection(attributes: OracleAttributes): Promise<OracleSession>;
}

export interface OracleAttributes {
  readonly user: string;
  readonly password: string;
  readonly connectString: string;
}

export type OracleBind = string | number | Date | Buffer | null;

export type OracleFetchTypeHandler = NonNullable<oracledb.ExecuteOptions['fetchTypeHandler']>;

export interface OracleResult {
  readonly metaData?: ReadonlyArray<{ readonly name: string }> | undefined;
  readonly rows?: unknown[] | undefined;
  readonly rowsAffected?: number | undefined;
}

export interface OracleSession {
  readonly oracleServerVersionString: string;
  execute(statement: string, binds: OracleBind[], options: oracledb.ExecuteOptions): Promise<OracleResult>;
  rollback(): Promise<void>;
  break(): Promise<void>;
  close(): Promise<void>;
}
