import { createConnection } from 'mysql2/promise';
import pg from 'pg';

export type RealKind = 'postgresql' | 'mysql';

/** A login of its own on a real server, for one connector. */
export interface DatabaseAccount {
  readonly kind: RealKind;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  setPassword(password: string): Promise<void>;
  /** Sessions that the server shows for this login. */
  countSessions(): Promise<number>;
  drop(): Promise<void>;
}

/** Makes the login `name` on the server of `url` (a superuser's). Names and passwords are the test's own, so not quoted. */
export async function createDatabaseAccount(
  kind: RealKind,
  url: string,
  name: string,
  password = `${name}-password`,
): Promise<DatabaseAccount> {
  const { hostname, port, pathname } = new URL(url);
  const run = kind === 'postgresql' ? runOnPostgres : runOnMysql;
  const sql = STATEMENTS[kind];
  for (const statement of sql.create(name, password)) await run(url, statement);
  return {
    kind,
    host: hostname,
    port: Number(port),
    database: pathname.slice(1),
    username: name,
    password,
    async setPassword(next) {
      await run(url, sql.setPassword(name, next));
    },
    async countSessions() {
      return Number(await run(url, sql.countSessions(name)));
    },
    async drop() {
      for (const statement of sql.drop(name)) await run(url, statement);
    },
  };
}

const STATEMENTS = {
  postgresql: {
    create: (name: string, password: string) => [`create role ${name} login password '${password}'`],
    setPassword: (name: string, password: string) => `alter role ${name} password '${password}'`,
    countSessions: (name: string) => `select count(*) from pg_stat_activity where usename = '${name}'`,
    drop: (name: string) => [
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${name}'`,
      `drop role ${name}`,
    ],
  },
  mysql: {
    create: (name: string, password: string) => [
      `create user '${name}'@'%' identified by '${password}'`,
      `grant select on *.* to '${name}'@'%'`,
    ],
    setPassword: (name: string, password: string) => `alter user '${name}'@'%' identified by '${password}'`,
    countSessions: (name: string) => `select count(*) from information_schema.processlist where user = '${name}'`,
    drop: (name: string) => [`drop user '${name}'@'%'`],
  },
} as const;

async function runOnPostgres(url: string, statement: string): Promise<unknown> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query({ text: statement, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

async function runOnMysql(url: string, statement: string): Promise<unknown> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query({ sql: statement, rowsAsArray: true });
    return Array.isArray(rows) && Array.isArray(rows[0]) ? rows[0][0] : undefined;
  } finally {
    await connection.end();
  }
}
