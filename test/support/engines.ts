import { DATABASE_KINDS, type DatabaseKind } from '../../packages/contract/src/catalogue/database-catalogue.ts';

const URL_VARIABLES: Readonly<Record<DatabaseKind, string>> = {
  postgresql: 'DIP_TEST_POSTGRES_URL',
  mysql: 'DIP_TEST_MYSQL_URL',
  sqlserver: 'DIP_TEST_SQLSERVER_URL',
  oracle: 'DIP_TEST_ORACLE_URL',
};

/** The kinds whose real server a suite starts by itself. The other two take part when a URL names one. */
const STARTED_BY_US: readonly DatabaseKind[] = ['postgresql', 'mysql'];

/** Where the real server of a kind comes from: a URL of the caller, ours to start, or left out. */
export type DatabaseSource = { source: 'url'; url: string } | { source: 'start' } | { source: 'left-out' };

/**
 * Reads `ENGINES` (comma separated kinds; all when unset) and the `DIP_TEST_*_URL` variables.
 * @throws Error for an unknown kind, and for a kind asked for by name that is available by URL only and has none.
 */
export function resolveDatabaseSources(environment: NodeJS.ProcessEnv): Record<DatabaseKind, DatabaseSource> {
  const asked = parseEngines(environment.ENGINES);
  const decide = (kind: DatabaseKind): DatabaseSource => {
    if (asked !== undefined && !asked.has(kind)) return { source: 'left-out' };
    const url = environment[URL_VARIABLES[kind]];
    if (url !== undefined && url !== '') return { source: 'url', url };
    if (STARTED_BY_US.includes(kind)) return { source: 'start' };
    if (asked === undefined) return { source: 'left-out' };
    throw new Error(`ENGINES asks for ${kind}: set ${URL_VARIABLES[kind]} to a server, nothing here can start one`);
  };
  return {
    postgresql: decide('postgresql'),
    mysql: decide('mysql'),
    sqlserver: decide('sqlserver'),
    oracle: decide('oracle'),
  };
}

function parseEngines(text: string | undefined): ReadonlySet<DatabaseKind> | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const kinds = text.split(',').map((word) => {
    const kind = DATABASE_KINDS.find((candidate) => candidate === word.trim().toLowerCase());
    if (kind === undefined) throw new Error(`ENGINES: "${word}" is none of ${DATABASE_KINDS.join(', ')}`);
    return kind;
  });
  return new Set(kinds);
}
