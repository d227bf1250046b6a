import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { runProgram } from '../checks/run-program.ts';
import type { Verdict } from './judge.ts';

const PROJECT = `connectors:
  - id: smoke
    name: Packed
    type: postgresql
    host: 127.0.0.1
    port: 5999
    database: crm
    driverVersion: 42.6.0
    credentials: { username: CRM_USERNAME, password: CRM_PASSWORD }
    security: { sslMode: false }
    health: { query: SELECT 1, intervalSeconds: 60, timeoutSeconds: 5 }
`;

/** Uses the library as a program of somebody else's would: JavaScript, installed from the tarball. */
const CONSUMER = `
import { createDipswitchClient, loadDesiredState } from '@dipswitch/client';
import { parseConnectionString } from '@dipswitch/contract';

const { CXONE_BASE_URL: baseUrl, CXONE_CLIENT_ID: clientId, CXONE_CLIENT_SECRET: clientSecret } = process.env;
const desired = await loadDesiredState({ files: ['dipswitch.yaml'], variables: {} });
const attempts = [];
const client = createDipswitchClient({ baseUrl, clientId, clientSecret, onAttempt: (attempt) => attempts.push(attempt) });
const result = await client.apply(await client.plan(desired));
const again = await client.plan(desired);
await client.close();
const { kind } = parseConnectionString('jdbc:postgresql://h:1/d?driverVersion=42.6.0');
console.log(JSON.stringify({ ok: result.ok, changes: again.summary.create + again.summary.update, kind, seen: attempts.length > 2 }));
`;

/** What a typed consumer writes; the compiler reads it with the declarations of the tarballs. */
const TYPED_CONSUMER = `
import { createDipswitchClient, type DipswitchClientOptions, type Plan } from '@dipswitch/client';
import { loadDesiredState } from '@dipswitch/client/desired-state';
import { validateConnector } from '@dipswitch/contract';
import { loadConfig } from '@dipswitch/engine';

const options: DipswitchClientOptions = { baseUrl: 'https://h', clientId: 'id', clientSecret: 's' };
// @ts-expect-error a private key is named by its way of authentication
const wrong: DipswitchClientOptions = { baseUrl: 'https://h', clientId: 'id', privateKey: 'k' };
export const plan: Promise<Plan> = createDipswitchClient(options).plan(await loadDesiredState({ files: [], variables: {} }));
export const used = [wrong, validateConnector({}).valid, typeof loadConfig];
`;

/** Installs the tarballs into an empty folder and lends it. */
export async function withInstalled<Result>(
  tarballs: readonly string[],
  use: (folder: string, install: Verdict) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), 'dip-packed-'));
  try {
    writeFileSync(path.join(folder, 'package.json'), '{"private":true,"type":"module"}\n');
    writeFileSync(path.join(folder, 'dipswitch.yaml'), PROJECT);
    writeFileSync(path.join(folder, 'consumer.js'), CONSUMER);
    writeFileSync(path.join(folder, 'consumer.ts'), TYPED_CONSUMER);
    cpSync('examples/provision.ts', path.join(folder, 'provision.ts'));
    const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', ...tarballs];
    const { exitCode, output } = await runProgram('npm', args);
    return await use(folder, { name: 'npm install into an empty folder', passed: exitCode === 0, output });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The declarations are enough for a strict consumer. */
export async function checkTypes(folder: string): Promise<Verdict> {
  const flags = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--types',
    'node',
    '--skipLibCheck',
    '--ignoreConfig',
  ];
  const roots = ['--typeRoots', path.resolve('node_modules/@types')];
  const { exitCode, output } = await runProgram('tsc', [...flags, ...roots, path.join(folder, 'consumer.ts')]);
  return { name: 'types of the installed packages', passed: exitCode === 0, output };
}

/** The whole product, installed, under one Node: programs, library and example against the packed engine. */
export async function smoke(folder: string, node: string): Promise<readonly Verdict[]> {
  const bin = (name: string) => path.join(folder, 'node_modules/@dipswitch', name);
  const dip = bin('cli/bin/dip.mjs');
  const dipEngine = bin('engine/bin/dip-engine.mjs');
  const verdicts = [
    await expectRun('dip --help', node, [dip, '--help'], { folder, says: /apply/ }),
    await expectRun('dip --version', node, [dip, '--version'], { folder, says: /^\d+\.\d+\.\d+/ }),
    await expectRun('dip validate', node, [dip, 'validate', '-f', 'dipswitch.yaml'], { folder }),
    await expectRun('dip-engine --help', node, [dipEngine, '--help'], { folder, says: /start/ }),
    await expectRun('example without arguments', node, ['provision.ts'], { folder, exitCode: 64 }),
  ];
  const client = { CXONE_CLIENT_ID: 'smoke', CXONE_CLIENT_SECRET: randomBytes(32).toString('base64url') };
  const engine = await startEngine(node, dipEngine, folder, client);
  try {
    const env = { ...client, CXONE_BASE_URL: engine.url };
    const says = /\{"ok":true,"changes":0,"kind":"postgresql","seen":true\}/;
    verdicts.push(await expectRun('library against engine', node, ['consumer.js'], { folder, env, says }));
    verdicts.push(await expectRun('dip plan', node, [dip, 'plan', '-f', 'dipswitch.yaml'], { folder, env }));
  } finally {
    verdicts.push(await engine.stop());
  }
  return verdicts;
}

interface Expectation {
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly exitCode?: number;
  readonly says?: RegExp;
}

function expectRun(name: string, node: string, args: readonly string[], expected: Expectation): Promise<Verdict> {
  const { folder, env, exitCode = 0, says = /(?:)/ } = expected;
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, {
      cwd: folder,
      env: { ...cleanEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => {
      const passed = code === exitCode && says.test(output);
      resolve({ name, passed, output: `exit code ${code}\n${output}` });
    });
  });
}

interface RunningEngine {
  readonly url: string;
  /** Asks it to end, and says whether it ended well. */
  stop(): Promise<Verdict>;
}

async function startEngine(
  node: string,
  program: string,
  folder: string,
  client: { readonly CXONE_CLIENT_ID: string; readonly CXONE_CLIENT_SECRET: string },
): Promise<RunningEngine> {
  const dataFolder = mkdtempSync(path.join(folder, 'data-'));
  const child = spawn(node, [program, 'start', '--port', '0', '--data-dir', dataFolder], {
    cwd: folder,
    env: {
      ...cleanEnvironment(),
      DIP_BOOTSTRAP_CLIENT_ID: client.CXONE_CLIENT_ID,
      DIP_BOOTSTRAP_CLIENT_SECRET: client.CXONE_CLIENT_SECRET,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /listening on (\S+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    void ended.then((code) => reject(new Error(`the packed engine ended with ${code} before it was ready\n${output}`)));
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      const code = await ended;
      return { name: 'dip-engine starts and stops', passed: code === 0, output: `exit code ${code}\n${output}` };
    },
  };
}

/** Nothing of this checkout: no settings, and no programs of its node_modules. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'LANG', 'TMPDIR'];
  return Object.fromEntries(kept.map((name) => [name, process.env[name]]));
}
