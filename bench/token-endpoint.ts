/**
 * G15: tokens a second from POST /oauth/token of a real engine process, compared with a bare node:http server that reads the
 * same body and answers a constant. Rounds alternate, so that a slow minute hits both; the load generator shares the
 * machine with them.
 *
 *   node bench/token-endpoint.ts [--rounds 7] [--seconds 2] [--connections 32]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { cpuSecondsOf } from './load/process-cpu.ts';
import { spread } from './load/spread.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '32' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const connections = Number(values.connections);

const ROOT = join(import.meta.dirname, '..');
const CLIENT = { id: 'bench', secret: 'bench-secret-of-no-value' };
const FORM = `grant_type=client_credentials&client_id=${CLIENT.id}&client_secret=${CLIENT.secret}`;

/** Reads the body and answers JSON of about a token's length. */
const BARE_SERVER = `
const answer = JSON.stringify({ access_token: 'x'.repeat(560), token_type: 'Bearer', expires_in: 3600, scope: 'x' });
require('node:http').createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => { body += chunk; });
  request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(answer));
}).listen(0, '127.0.0.1', function () { console.log('listening on http://127.0.0.1:' + this.address().port); });
`;

interface Server {
  readonly name: string;
  readonly origin: string;
  readonly process: ChildProcess;
}

interface Measurement {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
}

const folder = await mkdtemp(join(tmpdir(), 'dip-bench-'));
const servers: Server[] = [];
try {
  const engine = await startServer('token endpoint', [
    join(ROOT, 'packages/engine/bin/dip-engine.mjs'),
    ...['start', '--port', '0', '--data-dir', folder],
  ]);
  const bare = await startServer('bare node:http', ['-e', BARE_SERVER]);
  for (const server of servers) await measure(server, 0.5);

  const results = { engine: [] as Measurement[], bare: [] as Measurement[] };
  for (let round = 0; round < rounds; round += 1) {
    results.engine.push(await measure(engine, seconds));
    results.bare.push(await measure(bare, seconds));
  }
  report(results);
} finally {
  for (const server of servers) await stop(server);
  await rm(folder, { recursive: true, force: true });
}

async function startServer(name: string, args: readonly string[]): Promise<Server> {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH, DIP_BOOTSTRAP_CLIENT_ID: CLIENT.id, DIP_BOOTSTRAP_CLIENT_SECRET: CLIENT.secret },
  });
  let output = '';
  const origin = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it listened`)));
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const match = /listening on (http:\/\/\S+)/.exec(output);
      if (match?.[1] !== undefined) resolve(match[1]);
    });
  });
  const server = { name, origin, process: child };
  servers.push(server);
  return server;
}

async function measure(server: Server, durationSeconds: number): Promise<Measurement> {
  const pool = new Pool(server.origin, { connections, pipelining: 1 });
  const cpuBefore = cpuSecondsOf(server.process.pid ?? 0);
  const startedAt = performance.now();
  const endsAt = startedAt + durationSeconds * 1000;
  let count = 0;
  const work = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: '/oauth/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: FORM,
      });
      const answer = await body.text();
      if (statusCode !== 200 || !answer.includes('access_token')) throw new Error(`${server.name}: ${statusCode}`);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  const elapsedSeconds = (performance.now() - startedAt) / 1000;
  await pool.close();
  const cpu = cpuSecondsOf(server.process.pid ?? 0) - cpuBefore;
  return { perSecond: count / elapsedSeconds, cpuMicroseconds: (cpu / count) * 1e6 };
}

async function stop({ process: child }: Server): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

function report({ engine, bare }: { engine: Measurement[]; bare: Measurement[] }): void {
  const ratios = engine.map((one, index) => one.perSecond / (bare[index]?.perSecond ?? Number.NaN));
  const summary = {
    benchmark: 'token-endpoint',
    node: process.version,
    cores: availableParallelism(),
    rounds,
    seconds,
    connections,
    tokensPerSecond: spread(engine.map((one) => one.perSecond)),
    bareRequestsPerSecond: spread(bare.map((one) => one.perSecond)),
    ratioToBare: spread(ratios),
    tokenCpuMicroseconds: spread(engine.map((one) => one.cpuMicroseconds)),
    bareCpuMicroseconds: spread(bare.map((one) => one.cpuMicroseconds)),
  };
  console.table(
    Object.fromEntries(
      Object.entries(summary).filter(
        (entry): entry is [string, ReturnType<typeof spread>] => typeof entry[1] === 'object',
      ),
    ),
  );
  const meets = summary.tokensPerSecond.median >= 2000;
  console.log(`G15: ${summary.tokensPerSecond.median} tokens/s; floor 2000: ${meets ? 'met' : 'MISSED'}`);
  mkdirSync(join(ROOT, 'bench/results'), { recursive: true });
  writeFileSync(join(ROOT, 'bench/results/token-endpoint.json'), `${JSON.stringify(summary, null, 2)}\n`);
}
