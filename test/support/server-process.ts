import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The user a database server runs as; undefined keeps our own, which is right unless we are root. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Database servers refuse to run as root. Picks the first of `candidates` that exists.
 * @throws Error when we are root and none does.
 */
export function findServerUser(candidates: readonly string[]): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of candidates) {
    try {
      const ask = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: ask('-u'), gid: ask('-g') };
    } catch {
      // No such user: try the next.
    }
  }
  throw new Error(`running as root, and none of the users ${candidates.join(', ')} exists to run the server as`);
}

/** A new folder under the system's temporary folder that belongs to `user`. */
export async function makeServerFolder(prefix: string, user: ServerUser | undefined): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  if (user) await chown(folder, user.uid, user.gid);
  return folder;
}

/** A port of the loopback interface that nobody listens on at this moment. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('the probe has no port'));
      });
    });
  });
}

/** Runs a set-up program of a database server to its end. @throws Error with its output when it fails. */
export function runServerTool(
  command: string,
  args: readonly string[],
  options: { user: ServerUser | undefined; cwd: string; env?: NodeJS.ProcessEnv },
): void {
  const result = spawnSync(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    encoding: 'utf8',
    ...options.user,
  });
  if (result.error) throw new Error(`${command} could not be run: ${result.error.message}`, { cause: result.error });
  if (result.status !== 0) {
    throw new Error(`${command} failed (${result.status ?? result.signal}):\n${result.stdout}\n${result.stderr}`);
  }
}

export interface StartedServer {
  readonly pid: number;
  /** Sends `signal`, waits for the end of the process. Does nothing when it has ended. */
  stop(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a server and resolves when its standard error says `readyText`.
 * Should our own process end first, the server is killed with it.
 * @throws Error with the server's last output when it ends or stays silent for `timeoutMs`.
 */
export async function startServer(
  command: string,
  args: readonly string[],
  options: {
    user: ServerUser | undefined;
    cwd: string;
    readyText: string;
    timeoutMs: number;
    env?: NodeJS.ProcessEnv;
  },
): Promise<StartedServer> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...options.user,
  });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  child.once('exit', () => process.removeListener('exit', killWithUs));
  await waitUntilReady(child, command, options.readyText, options.timeoutMs);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} has no process id`);
  return { pid, stop: (signal) => stopChild(child, signal) };
}

function waitUntilReady(child: ChildProcess, command: string, readyText: string, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => fail(`was not ready within ${timeoutMs} ms`), timeoutMs);
    const fail = (what: string) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`${command} ${what}:\n${output.slice(-4000)}`));
    };
    const onEnd = (code: number | null, signal: string | null) => fail(`ended early (${code ?? signal})`);
    child.once('error', (error) => fail(`could not be run: ${error.message}`));
    child.once('exit', onEnd);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-16_000);
      if (!output.includes(readyText)) return;
      clearTimeout(timer);
      child.removeListener('exit', onEnd);
      child.stderr?.removeAllListeners('data').resume();
      resolve();
    });
  });
}

async function stopChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(timer);
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}
