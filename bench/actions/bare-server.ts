/**
 * What a good engineer writes by hand in an hour: `node:http` and a `pg` pool with prepared statements. It checks
 * nothing. DATABASE_URL POOL_SIZE
 */
import { createServer } from 'node:http';
import pg from 'pg';
import { LOOK_UP } from './customers.ts';

const [connectionString = '', poolSize = '8'] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString, max: Number(poolSize) });

const server = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', async () => {
    const { ani } = JSON.parse(text);
    const { rows } = await pool.query({ name: 'look-up', text: LOOK_UP, values: [ani] });
    const answer = JSON.stringify({ outcome: rows.length > 0 ? 'FOUND' : 'NO_RECORDS', ...rows[0] });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
    response.end(answer);
  });
}).listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`listening on ${typeof address === 'object' ? address?.port : address}`);
});
process.on('SIGTERM', () => process.exit(0));
