import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedPostgres } from '../../test/support/embedded-postgres.ts';
import { type Contestant, PHONE, startProgram } from './contestant.ts';
import { installPeer } from './npm-peer.ts';

const PROGRAM = `
const http = require('node:http');
const { Pool } = require('pg');
const { postgraphile } = require('postgraphile');
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.POOL_SIZE) });
const handler = postgraphile(pool, 'public', { disableQueryLog: true, graphiql: false, dynamicJson: true });
const server = http.createServer(handler).listen(0, '127.0.0.1', () => console.log('listening on ' + server.address().port));
process.on('SIGTERM', () => process.exit(0));
`;
const QUERY = 'query($p:String!){customerByPhone(phone:$p){id fullName tier balance}}';

/** GraphQL over SQL. */
export async function startPostgraphile(postgres: EmbeddedPostgres, poolSize: number): Promise<Contestant> {
  const folder = installPeer('postgraphile', { postgraphile: '4.14.1', graphql: '15.10.1', pg: '8.16.3' });
  writeFileSync(join(folder, 'server.cjs'), PROGRAM);
  const env = { DATABASE_URL: postgres.url, POOL_SIZE: String(poolSize), NODE_ENV: 'production' };
  const { port, pid, stop } = await startProgram(process.execPath, ['server.cjs'], { cwd: folder, env });
  return {
    name: 'PostGraphile 4.14',
    port,
    pid,
    request: {
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: QUERY, variables: { p: PHONE } }),
    },
    isRight: (answer, customer) => answer.includes(`"id":${customer},`),
    close: stop,
  };
}
