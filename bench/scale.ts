/**
 * G12: what thousands of connectors cost the provisioner: validate, plan, apply and a plan that finds nothing, in time
 * and memory, for 1 000 and 10 000 connectors in a folder of files of 100. Each is the real `dip` in a process of its
 * own, against a server in memory in another; small and large take turns.
 *
 *   npm run bench -- scale [ROUNDS]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createDipswitchClient, loadDesiredState } from '@dipswitch/client';

const ROOT = resolve(import.meta.dirname, '..');
const DIP = join(ROOT, 'packages/cli/bin/dip.mjs');
const SIZES = [1_000, 10_000] as const;
const PER_FILE = 100;
const ROUNDS = Number(process.argv[2] ?? 3);
const CREDENTIALS = { clientId: 'bench', clientSecret: 'bench-secret' };
const GROWTH_FLOOR = 12;
const PLAN_FLOOR = 1.1;
const MEMORY_FLOOR_MB = 300;

type Step = 'version' | 'validate' | 'plan' | 'apply' | 'plan again';

interface Measure {
  readonly ms: number;
  readonly memoryMb: number;
}

const STEPS: Readonly<Record<Step, { readonly args: readonly string[]; readonly exitCode: number }>> = {
  version: { args: ['--version'], exitCode: 0 },
  validate: { args: ['validate', '-f', 'connectors'], exitCode: 0 },
  plan: { args: ['plan', '-f', 'connectors'], exitCode: 2 },
  apply: { args: ['apply', '-f', 'connectors', '--yes', '--quiet', '--concurrency', '16'], exitCode: 0 },
  'plan again': { args: ['plan', '-f', 'connectors'], exitCode: 0 },
};

/** Writes the most memory that the process ever held to a file when it ends. */
const REPORT_MEMORY = `data:text/javascript,${encodeURIComponent(
  `import { writeFileSync } from 'node:fs';
   process.on('exit', () => writeFileSync(process.env.BENCH_MEMORY_FILE, String(process.resourceUsage().maxRSS)));`,
)}`;

async function writeProject(folder: string, connectors: number): Promise<void> {
  await mkdir(join(folder, 'connectors'), { recursive: true });
  for (let start = 0; start < connectors; start += PER_FILE) {
    const entries = Array.from({ length: PER_FILE }, (_, index) => entryOf(start + index));
    const name = `part-${String(start / PER_FILE).padStart(4, '0')}.yaml`;
    await writeFile(join(folder, 'connectors', name), `project: scale\nconnectors:\n${entries.join('')}`);
  }
}

function entryOf(index: number): string {
  return `  - id: tenant-${String(index).padStart(6, '0')}
    name: Tenant ${index}
    type: postgresql
    host: db-${index % 40}.internal.net
    database: tenant_${index}
    driverVersion: 42.6.0
    credentials: {username: TENANT_${index}_USER, password: TENANT_${index}_PASSWORD}
    pool: {min: 0, max: 15, connectionTimeoutSeconds: 25}
    health: {query: SELECT 1, intervalSeconds: 60, timeoutSeconds: 5}
    events: [{type: CONFIG_UPDATED, webhookUrl: "https://vault-sync.internal/webhooks/${index}"}]
`;
}

async function startServer(): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'scale-server-process.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of child.stdout) {
    const url = /listening on (\S+)/.exec(String(chunk))?.[1];
    if (url !== undefined) return { url, child };
  }
  throw new Error('the server did not start');
}

async function measure(step: Step, folder: string, url: string): Promise<Measure> {
  const { args, exitCode: expected } = STEPS[step];
  const memoryFile = join(folder, 'memory');
  const env = {
    PATH: process.env.PATH ?? '',
    CXONE_BASE_URL: url,
    CXONE_CLIENT_ID: CREDENTIALS.clientId,
    CXONE_CLIENT_SECRET: CREDENTIALS.clientSecret,
    BENCH_MEMORY_FILE: memoryFile,
    NO_COLOR: '1',
  };
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--import', REPORT_MEMORY, DIP, ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err = (err + text).slice(-2_000);
  });
  const exitCode = await new Promise((done) => child.once('close', done));
  const ms = performance.now() - startedAt;
  if (exitCode !== expected) throw new Error(`dip ${args.join(' ')} exited with ${exitCode}:\n${err}`);
  return { ms, memoryMb: Number(await readFile(memoryFile, 'utf8')) / 1024 };
}

/** How long a plan without changes takes against the list requests that it cannot do without, in this process. */
async function measurePlanOverList(folder: string, url: string): Promise<{ listMs: number; planMs: number }> {
  const desired = await loadDesiredState({ files: ['connectors'], cwd: folder });
  await using client = createDipswitchClient({ baseUrl: url, ...CREDENTIALS });
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const startedAt = performance.now();
    await work();
    return performance.now() - startedAt;
  };
  const list = () =>
    timed(async () => {
      const connectors = [];
      for await (const connector of client.connectors.list()) connectors.push(connector);
    });
  const plan = () => timed(() => client.plan(desired));
  // Both once for the compiler, then in turns.
  await list();
  await plan();
  const times: { list: number; plan: number }[] = [];
  for (let turn = 0; turn < 9; turn += 1) times.push({ list: await list(), plan: await plan() });
  return { listMs: median(times.map((time) => time.list)), planMs: median(times.map((time) => time.plan)) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

interface Round {
  readonly size: number;
  readonly steps: Readonly<Record<Step, Measure>>;
  readonly plan: { readonly listMs: number; readonly planMs: number };
}

async function runRound(size: number): Promise<Round> {
  const folder = await mkdtemp(join(tmpdir(), 'dip-scale-'));
  const server = await startServer();
  try {
    await writeProject(folder, size);
    const steps = {
      version: await measure('version', folder, server.url),
      validate: await measure('validate', folder, server.url),
      plan: await measure('plan', folder, server.url),
      apply: await measure('apply', folder, server.url),
      'plan again': await measure('plan again', folder, server.url),
    };
    return { size, steps, plan: await measurePlanOverList(folder, server.url) };
  } finally {
    server.child.kill('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  }
}

const rounds: Round[] = [];
for (let round = 0; round < ROUNDS; round += 1) for (const size of SIZES) rounds.push(await runRound(size));

const [small, large] = SIZES;
const of = (size: number): readonly Round[] => rounds.filter((round) => round.size === size);
const figures = (['validate', 'plan', 'apply', 'plan again'] as const).map((step) => {
  // What starting a process costs is no matter of scale.
  const beyondStart = (size: number): number => median(of(size).map(({ steps }) => steps[step].ms - steps.version.ms));
  const [smallMs, largeMs] = [beyondStart(small), beyondStart(large)];
  const memoryMb = Math.max(...of(large).map(({ steps }) => steps[step].memoryMb));
  return { step, smallMs, largeMs, growth: largeMs / smallMs, memoryMb };
});
const overList = median(of(large).map(({ plan }) => plan.planMs / plan.listMs));

console.log(`step        ${small} ms  ${large} ms  growth  MB at most`);
for (const { step, smallMs, largeMs, growth, memoryMb } of figures) {
  const cells = [smallMs.toFixed(0).padStart(7), largeMs.toFixed(0).padStart(9), growth.toFixed(1).padStart(7)];
  console.log(`${step.padEnd(11)} ${cells.join(' ')} ${memoryMb.toFixed(0).padStart(11)}`);
}
console.log(`a plan without changes of ${large}: ${overList.toFixed(2)} times its list requests`);
const isWithin =
  figures.every(({ growth, memoryMb }) => growth <= GROWTH_FLOOR && memoryMb <= MEMORY_FLOOR_MB) &&
  overList <= PLAN_FLOOR;
console.log(
  `growth <= ${GROWTH_FLOOR}, memory <= ${MEMORY_FLOOR_MB} MB, plan <= ${PLAN_FLOOR} lists: ${isWithin ? 'held' : 'NOT held'}`,
);

await mkdir(join(ROOT, 'bench/results'), { recursive: true });
await writeFile(
  join(ROOT, 'bench/results/scale.json'),
  `${JSON.stringify({ node: process.version, rounds: ROUNDS, sizes: SIZES, figures, planOverList: overList, isWithin }, null, 2)}\n`,
);
if (!isWithin) process.exitCode = 1;
