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

interface Databases {
  readonly urls: { readonly postgresUrl: string | null; readonly mysqlUrl: string | null };
  close(): Promise<void>;
}

interface SharedDatabases {
  readonly opening: Promise<Databases>;
  users: number;
}

/** Each project loads this file for itself; the servers are one for all projects of a run. */
const shared: { dipswitchDatabases?: SharedDatabases | undefined } = globalThis as object;

/** Starts or finds the real databases once for all projects that need them; the last one stops what was started. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const sources = resolveDatabaseSources(process.env);
  shared.dipswitchDatabases ??= { opening: openDatabases(sources), users: 0 };
  const mine = shared.dipswitchDatabases;
  mine.users += 1;
  const { urls, close } = await mine.opening;
  project.provide('postgresUrl', urls.postgresUrl);
  project.provide('mysqlUrl', urls.mysqlUrl);
  project.provide('sqlserverUrl', sources.sqlserver.source === 'url' ? sources.sqlserver.url : null);
  project.provide('oracleUrl', sources.oracle.source === 'url' ? sources.oracle.url : null);
  return async () => {
    mine.users -= 1;
    if (mine.users > 0) return;
    shared.dipswitchDatabases = undefined;
    await close();
  };
}

async function openDatabases(sources: ReturnType<typeof resolveDatabaseSources>): Promise<Databases> {
  const started: Database[] = [];
  const obtain = async (source: DatabaseSource, start: () => Promise<Database>): Promise<string | null> => {
    if (source.source === 'url') return source.url;
    if (source.source === 'left-out') return null;
    const database = await start();
    started.push(database);
    return database.url;
  };
  const close = async () => {
    await Promise.all(started.map((database) => database.close()));
  };
  const starting = [obtain(sources.postgresql, startEmbeddedPostgres), obtain(sources.mysql, startMariadb)] as const;
  try {
    const [postgresUrl, mysqlUrl] = await Promise.all(starting);
    return { urls: { postgresUrl, mysqlUrl }, close };
  } catch (error) {
    // The other one may still be on its way up.
    await Promise.allSettled(starting);
    await close();
    throw error;
  }
}
