import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedPostgres } from '../../test/support/embedded-postgres.ts';
import { type Contestant, PHONE, startProgram } from './contestant.ts';
import { installPeer } from './npm-peer.ts';

const PROGRAM = `
import { buildServer } from '@platformatic/db';
const server = await buildServer({
  server: { hostname: '127.0.0.1', port: 0, logger: { level: 'error' } },
  db: { connectionString: process.env.DATABASE_URL, poolSize: Number(process.env.POOL_SIZE), openapi: true, graphql: false },
});
await server.start();
console.log('listening on ' + server.server.address().port);
process.on('SIGTERM', () => process.exit(0));
`;

/** REST over SQL: `GET /customers/?where.phone.eq=...`. */
export async function startPlatformatic(postgres: EmbeddedPostgres, poolSize: number): Promise<Contestant> {
  const folder = installPeer('platformatic', { '@platformatic/db': '2.61.0' });
  writeFileSync(join(folder, 'server.mjs'), PROGRAM);
  const env = { DATABASE_URL: postgres.url, POOL_SIZE: String(poolSize) };
  const { port, pid, stop } = await startProgram(process.execPath, ['server.mjs'], { cwd: folder, env });
  return {
    name: 'Platformatic DB 2.61',
    port,
    pid,
    request: {
      method: 'GET',
      path: `/customers/?where.phone.eq=${PHONE}&limit=1&fields=id,fullName,tier,balance`,
      headers: {},
      body: '',
    },
    isRight: (answer, customer) => answer.includes(`"id":${customer},`) || answer.includes(`"id":${customer}}`),
    close: stop,
  };
}
