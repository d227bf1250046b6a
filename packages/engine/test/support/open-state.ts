import { openStateDatabase } from '../../src/state/databases/open-state-database.ts';

/** A process that opens the state of the folder it is given, says so and ends: what an engine does first. */
const state = await openStateDatabase({ dataDir: process.argv[2] ?? '' });
await state.ping();
await state.close();
process.stdout.write('opened\n');
