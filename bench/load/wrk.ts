import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Contestant, PHONE } from '../actions/contestant.ts';
import { CUSTOMERS } from '../actions/customers.ts';

export interface ClosedLoopFigures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

/** Closed-loop load by wrk (Debian package `wrk`) with one thread: each connection asks again as soon as it is answered. */
export async function runWrk(contestant: Contestant, connections: number, seconds: number): Promise<ClosedLoopFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'dip-wrk-'));
  try {
    const script = join(folder, 'look-up.lua');
    await writeFile(script, toLua(contestant));
    const url = `http://127.0.0.1:${contestant.port}`;
    const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, url];
    return parseOutput(await run('wrk', args));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function toLua({ request }: Contestant): string {
  const headers = Object.entries(request.headers).map(([name, value]) => `  [${quote(name)}] = ${quote(value)},`);
  const splice = (text: string) => `string.gsub(${quote(text)}, "${PHONE}", phone)`;
  return `
local headers = {
${headers.join('\n')}
}
request = function()
  local phone = "${request.method === 'GET' ? '%%2B49' : '+49'}" .. (3000000000 + math.random(1, ${CUSTOMERS}))
  local path = ${splice(request.path)}
  local body = ${request.body === '' ? 'nil' : splice(request.body)}
  return wrk.format(${quote(request.method)}, path, headers, body)
end
done = function(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration,
    summary.errors.status + summary.errors.read + summary.errors.write + summary.errors.timeout + summary.errors.connect,
    latency:percentile(50), latency:percentile(99)))
end
`;
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function parseOutput(output: string): ClosedLoopFigures {
  const match = /^RESULT (\d+) (\d+) (\d+) (\d+) (\d+)$/m.exec(output);
  if (match === null) throw new Error(`wrk said: ${output}`);
  const [requests = 0, microseconds = 0, failed = 0, p50 = 0, p99 = 0] = match.slice(1).map(Number);
  return { perSecond: requests / (microseconds / 1e6), p50Ms: p50 / 1000, p99Ms: p99 / 1000, failed };
}

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.once('error', () => reject(new Error('wrk is not installed: apt-get install wrk')));
    child.once('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`wrk: ${output}`))));
  });
}
