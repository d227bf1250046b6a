import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { type DatabaseSource, resolveDatabaseSources } from './engines.ts';
import { startMariadb } from './mariadb.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `postgres://user:password@host:port/database` of a superuser; null when ENGINES leaves the kind out. */
    postgresUrl: string | null;
    /** `mysql://user:password@host:port/database` of a user with all rights; null when ENGINES leaves it out. */
    mysqlUrl: string | null;
    /** Null unless DIP_TEST_SQLSERVER_URL names a server. */
    sqlserverUrl: string | null;
    /** Null unless DIP_TEST_ORACLE_URL names a server. */
    oracleUrl: string | null;
  }
}

interface Database {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts or finds the real databases once for the whole project and stops what it started. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const sources = resolveDatabaseSources(process.env);
  const started: Database[] = [];
  const obtain = async (source: DatabaseSource, start: () => Promise<Database>): Promise<string | null> => {
    if (source.source === 'url') return source.url;
    if (source.source === 'left-out') return null;
    const database = await start();
    started.push(database);
    return database.url;
  };
  const closeAll = async () => {
    await Promise.all(started.map((database) => database.close()));
  };
  const starting = [obtain(sources.postgresql, startEmbeddedPostgres), obtain(sources.mysql, startMariadb)] as const;
  try {
    const [postgresUrl, mysqlUrl] = await Promise.all(starting);
    project.provide('postgresUrl', postgresUrl);
    project.provide('mysqlUrl', mysqlUrl);
  } catch (error) {
    // The other one may still be on its way up.
    await Promise.allSettled(starting);
    await closeAll();
    throw error;
  }
  project.provide('sqlserverUrl', sources.sqlserver.source === 'url' ? sources.sqlserver.url : null);
  project.provide('oracleUrl', sources.oracle.source === 'url' ? sources.oracle.url : null);
  return closeAll;
}
