import { type ChildProcess, spawn } from 'node:child_process';

/** An HTTP request without its head line and framing, the same for every customer but for the body or the path. */
export interface LookUpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A server that looks customers up. `body` and `path` hold PHONE where the number goes. */
export interface Contestant {
  readonly name: string;
  readonly port: number;
  /** The process whose CPU time is counted. */
  readonly pid: number;
  readonly request: LookUpRequest;
  /** Whether an answer holds the customer. */
  isRight(answer: string, customer: number): boolean;
  close(): Promise<void>;
}

export const PHONE = 'PHONE';

export interface StartedProgram {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a program and waits for a line that ends with its port. @throws Error with what it said when it ends first */
export async function startProgram(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string>>; timeoutMs?: number } = {},
): Promise<StartedProgram> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  child.once('exit', () => process.removeListener('exit', killWithUs));
  const port = await readPort(child, options.timeoutMs ?? 60_000);
  if (child.pid === undefined) throw new Error(`${command} has no process id`);
  return { port, pid: child.pid, stop: () => stopProgram(child) };
}

function readPort(child: ChildProcess, timeoutMs: number): Promise<number> {
  let output = '';
  return new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`${what}: ${output.slice(-2000)}`));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail('it did not listen in time');
    }, timeoutMs);
    child.once('exit', (code) => fail(`it ended with ${code} before it listened`));
    child.once('error', (error) => fail(error.message));
    const onText = (chunk: Buffer) => {
      output += chunk.toString();
      const port = /listening on \S*?(\d+)\s*$/m.exec(output)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on('data', onText);
    child.stderr?.on('data', onText);
  });
}

async function stopProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(timer);
}
