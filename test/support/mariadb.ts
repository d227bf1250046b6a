import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  findFreePort,
  findServerUser,
  makeServerFolder,
  removeFolder,
  runServerTool,
  type StartedServer,
  startServer,
} from './server-process.ts';

export interface MariadbOptions {
  /** Server settings beyond ours, without the leading dashes, e.g. `{ 'ssl-cert': '...' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Files put into the server's folder (mode 0600) before the start; a setting names them by `{folder}/NAME`. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A real MariaDB of our own, on loopback. `url` names a user with all rights and the database `dip`. */
export interface Mariadb {
  readonly url: string;
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly user: 'dip';
  readonly password: string;
  readonly folder: string;
  readonly pid: number;
  /** Stops and starts again on the same port; `SIGKILL` is the crash. */
  restart(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  close(): Promise<void>;
}

const MISSING = `no MariaDB server is installed and DIP_TEST_MYSQL_URL is not set.
  On Debian or Ubuntu: apt-get install mariadb-server (npm test does it by itself as root).
  Or name a server: DIP_TEST_MYSQL_URL=mysql://user:password@host:3306/database
  Or leave it out: ENGINES=postgresql npm test`;

/** Makes a new data folder and starts the server there; about two seconds. */
export async function startMariadb(options: MariadbOptions = {}): Promise<Mariadb> {
  const server = findProgram(['mariadbd', 'mysqld']);
  const installer = findProgram(['mariadb-install-db', 'mysql_install_db']);
  if (server === undefined || installer === undefined) throw new Error(MISSING);
  const user = findServerUser(['mysql', 'nobody']);
  const folder = await makeServerFolder('dip-mariadb-', user);
  try {
    const dataFolder = join(folder, 'data');
    const install = ['--no-defaults', `--datadir=${dataFolder}`, '--auth-root-authentication-method=normal'];
    // The installer names its temporary tables by its own count: two at once in one folder delete each other's.
    runServerTool(installer, [...install, '--skip-test-db', `--tmpdir=${folder}`], { user, cwd: folder });
    const password = randomBytes(18).toString('base64url');
    const files: Record<string, string> = { ...options.files, 'init.sql': createInitSql(password) };
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(folder, name), content, { mode: 0o600 });
      if (user) await chown(join(folder, name), user.uid, user.gid);
    }
    const port = await findFreePort();
    const args = createArguments(folder, dataFolder, port, options.settings ?? {});
    const start = () =>
      startServer(server, args, { user, cwd: folder, readyText: 'ready for connections', timeoutMs: 60_000 });
    return new RunningMariadb(await start(), start, { port, password, folder });
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

class RunningMariadb implements Mariadb {
  readonly host = '127.0.0.1';
  readonly user = 'dip';
  readonly port: number;
  readonly password: string;
  readonly folder: string;
  readonly url: string;
  readonly #start: () => Promise<StartedServer>;
  #server: StartedServer;

  constructor(
    server: StartedServer,
    start: () => Promise<StartedServer>,
    place: { port: number; password: string; folder: string },
  ) {
    this.#server = server;
    this.#start = start;
    this.port = place.port;
    this.password = place.password;
    this.folder = place.folder;
    this.url = `mysql://dip:${place.password}@127.0.0.1:${place.port}/dip`;
  }

  get pid(): number {
    return this.#server.pid;
  }

  async restart(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await this.#server.stop(signal);
    this.#server = await this.#start();
  }

  async close(): Promise<void> {
    await this.#server.stop('SIGTERM');
    await removeFolder(this.folder);
  }
}

function createArguments(
  folder: string,
  dataFolder: string,
  port: number,
  settings: Readonly<Record<string, string>>,
): string[] {
  const all: Record<string, string> = {
    datadir: dataFolder,
    tmpdir: folder,
    socket: join(folder, 'server.sock'),
    'pid-file': join(folder, 'server.pid'),
    port: String(port),
    'bind-address': '127.0.0.1',
    'init-file': join(folder, 'init.sql'),
    'max-connections': '300',
    'innodb-flush-log-at-trx-commit': '0',
    'innodb-buffer-pool-size': '64M',
    'character-set-server': 'utf8mb4',
    ...settings,
  };
  const args = ['--no-defaults', '--skip-name-resolve', '--skip-log-bin'];
  for (const [name, value] of Object.entries(all)) args.push(`--${name}=${value.replaceAll('{folder}', folder)}`);
  return args;
}

/** Our user in, the passwordless ones of a fresh installation out. One statement a line, as --init-file wants it. */
function createInitSql(password: string): string {
  return [
    `CREATE USER IF NOT EXISTS 'dip'@'%' IDENTIFIED BY '${password}';`,
    "GRANT ALL PRIVILEGES ON *.* TO 'dip'@'%' WITH GRANT OPTION;",
    "DELETE FROM mysql.global_priv WHERE User IN ('', 'root');",
    'FLUSH PRIVILEGES;',
    'CREATE DATABASE IF NOT EXISTS dip CHARACTER SET utf8mb4;',
    '',
  ].join('\n');
}

function findProgram(names: readonly string[]): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/usr/bin'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}
