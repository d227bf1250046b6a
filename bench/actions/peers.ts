import type { EmbeddedPostgres } from '../../test/support/embedded-postgres.ts';
import type { Contestant } from './contestant.ts';
import { startHikari } from './hikari.ts';
import { startPlatformatic } from './platformatic.ts';
import { startPostgraphile } from './postgraphile.ts';

const PEERS = [
  { name: 'Platformatic DB', start: startPlatformatic },
  { name: 'PostGraphile', start: startPostgraphile },
  { name: 'HikariCP + pgjdbc', start: startHikari },
];

/** The peers that this machine can run; which ones it can't, and why, is said. */
export async function startPeers(postgres: EmbeddedPostgres, poolSize: number): Promise<Contestant[]> {
  const started: Contestant[] = [];
  for (const { name, start } of PEERS) {
    try {
      started.push(await start(postgres, poolSize));
    } catch (error) {
      process.stderr.write(`${name} is left out: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return started;
}
