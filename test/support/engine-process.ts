import { type ChildProcess, spawn } from 'node:child_process';
import { createProgramEnvironment, DIP_ENGINE, runProgramWell } from './product-programs.ts';

export interface EngineOptions {
  readonly dataFolder: string;
  /** State in this PostgreSQL in place of the embedded one. */
  readonly databaseUrl?: string;
  /** Default 0: the system picks. */
  readonly port?: number;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Default 20 000. */
  readonly readyTimeoutMs?: number;
}

export interface EngineEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface OauthClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A real `dip-engine` in a process of its own. */
export class EngineProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** From the start of the process to its ready line. */
  readonly readyMs: number;
  /** Resolves when the process has ended, no matter who ended it. */
  readonly ended: Promise<EngineEnd>;
  readonly #child: ChildProcess;
  readonly #output: OutputBuffer;
  readonly #options: EngineOptions;

  constructor(
    child: ChildProcess,
    facts: { url: string; pid: number; readyMs: number; output: OutputBuffer; options: EngineOptions },
  ) {
    this.#child = child;
    this.#output = facts.output;
    this.#options = facts.options;
    this.url = facts.url;
    this.port = Number(new URL(facts.url).port);
    this.pid = facts.pid;
    this.readyMs = facts.readyMs;
    this.ended = waitForEnd(child);
  }

  get stdout(): string {
    return this.#output.stdout;
  }

  get stderr(): string {
    return this.#output.stderr;
  }

  /** Sends the signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<EngineEnd> {
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 40_000);
    const end = await this.ended;
    clearTimeout(timer);
    return end;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Runs a `dip-engine` command against the state of this engine, while it runs. */
  async command(args: readonly string[], stdin?: string): Promise<string> {
    return runEngineCommand(this.#options, args, stdin);
  }

  createClient(scope: string, tenant = 'default'): Promise<OauthClient> {
    return createOauthClient(this.#options, scope, tenant);
  }

  async setSecret(name: string, value: string, tenant = 'default'): Promise<void> {
    await this.command(['secret', 'set', name, '--tenant', tenant], value);
  }
}

async function createOauthClient(options: EngineOptions, scope: string, tenant = 'default'): Promise<OauthClient> {
  return JSON.parse(
    await runEngineCommand(options, ['client', 'create', '--tenant', tenant, '--scope', scope, '--json']),
  );
}

/** Runs a command of `dip-engine` that is not `start`; answers its standard output. @throws Error unless it exits 0 */
async function runEngineCommand(options: EngineOptions, args: readonly string[], stdin?: string): Promise<string> {
  const outcome = await runProgramWell(DIP_ENGINE, args, {
    env: createStateEnvironment(options),
    ...(stdin === undefined ? {} : { stdin }),
  });
  return outcome.stdout;
}

/** The address of the state travels in the environment: a flag is visible in the list of processes. */
function createStateEnvironment({ dataFolder, databaseUrl, env }: EngineOptions): Record<string, string> {
  return {
    ...env,
    DIP_DATA_DIR: dataFolder,
    ...(databaseUrl === undefined ? {} : { DIP_DATABASE_URL: databaseUrl }),
  };
}

interface OutputBuffer {
  stdout: string;
  stderr: string;
}

const READY_LINE = /^dip-engine listening on (http:\/\/\S+)$/m;

/** Spawns `dip-engine start` without waiting. Killed with us, should we end first. */
function spawnEngine(options: EngineOptions): { child: ChildProcess; output: OutputBuffer } {
  const args = ['start', '--port', String(options.port ?? 0), ...(options.args ?? [])];
  const child = spawn(process.execPath, [DIP_ENGINE, ...args], {
    env: createProgramEnvironment(createStateEnvironment(options)),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  child.once('exit', () => process.removeListener('exit', killWithUs));
  const output: OutputBuffer = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  return { child, output };
}

/** Starts an engine and waits for its ready line. @throws Error with what it said when it ends or stays silent */
export async function startEngine(options: EngineOptions): Promise<EngineProcess> {
  const started = performance.now();
  const { child, output } = spawnEngine(options);
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (what: string) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`dip-engine ${what}:\n${output.stdout}\n${output.stderr}`));
    };
    const timer = setTimeout(() => fail('was not ready in time'), options.readyTimeoutMs ?? 20_000);
    const onExit = (code: number | null, signal: string | null) =>
      fail(`ended before it was ready (${code ?? signal})`);
    child.once('exit', onExit);
    child.once('error', (error) => fail(error.message));
    child.stdout?.on('data', () => {
      const address = READY_LINE.exec(output.stdout)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      child.removeListener('exit', onExit);
      resolve(address);
    });
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('dip-engine has no process id');
  return new EngineProcess(child, { url, pid, readyMs: performance.now() - started, output, options });
}

function waitForEnd(child: ChildProcess): Promise<EngineEnd> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve({ exitCode: child.exitCode, signal: child.signalCode });
  }
  return new Promise((resolve) => child.once('close', (exitCode, signal) => resolve({ exitCode, signal })));
}
