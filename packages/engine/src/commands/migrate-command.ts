import { loadStateConfig } from '../settings/config.ts';
import { STATE_OPTIONS } from '../settings/config-options.ts';
import { readOptions } from '../settings/read-options.ts';
import { openStateDatabase } from '../state/databases/open-state-database.ts';
import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';

export const MIGRATE_COMMAND: Command = {
  name: 'migrate',
  argumentsText: '',
  summary: 'Brings the schema of the state database up to date; start does the same by itself.',
  options: STATE_OPTIONS,
  examples: ['dip-engine migrate --database-url "$DIP_DATABASE_URL"'],
  async run(argv, context) {
    const read = readOptions(STATE_OPTIONS, argv, context.environment);
    noArguments(read);
    const config = loadStateConfig(read);
    const state = await openStateDatabase({ dataDir: config.dataDir, databaseUrl: config.databaseUrl?.expose() });
    await state.close();
    context.print('the schema is up to date\n');
  },
};
