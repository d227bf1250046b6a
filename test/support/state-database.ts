import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from './embedded-postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL of a PostgreSQL for state stores; make a database of your own in it for each suite. */
    statePostgresUrl: string;
  }
}

/** One PostgreSQL for all suites of the engine's own state. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.DIP_TEST_POSTGRES_URL;
  if (given !== undefined && given !== '') {
    project.provide('statePostgresUrl', given);
    return async () => {};
  }
  const postgres = await startEmbeddedPostgres();
  project.provide('statePostgresUrl', postgres.url);
  return () => postgres.close();
}
