import { type Logger, silentLogger } from '../../util/logger.ts';
import type { Migration } from '../migration.ts';
import { ALL_MIGRATIONS } from '../migrations/all-migrations.ts';
import type { StateDatabase } from '../state-database.ts';
import { openPostgresqlState } from './postgresql-state.ts';
import { openSqliteState } from './sqlite-state.ts';

export interface StateDatabaseOptions {
  /** `postgres://...`: the state that several engines share. Absent means the embedded state in `dataDir`. */
  readonly databaseUrl?: string | undefined;
  /** Folder of the embedded state; made with mode 0700 when it does not exist. */
  readonly dataDir: string;
  readonly logger?: Logger;
  /** Default: every migration of this engine. */
  readonly migrations?: readonly Migration[];
}

/**
 * Opens the engine's own database and brings its schema up to date; any number of engines may do so at once.
 * @throws StateUnavailableError when it does not answer
 * @throws StateUnusableError when its schema is newer than this engine, or it cannot keep a commit
 */
export async function openStateDatabase(options: StateDatabaseOptions): Promise<StateDatabase> {
  const migrations = options.migrations ?? ALL_MIGRATIONS;
  if (options.databaseUrl === undefined) return openSqliteState(options.dataDir, migrations);
  return openPostgresqlState(options.databaseUrl, migrations, options.logger ?? silentLogger);
}
