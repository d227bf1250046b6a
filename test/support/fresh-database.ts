import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A new empty database on the server of `url`, for one engine's state. */
export interface FreshDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** `url` is a superuser's; the database belongs to a login of its own, with `password` (letters and digits). */
export async function createFreshDatabase(
  url: string,
  password = randomBytes(12).toString('hex'),
): Promise<FreshDatabase> {
  const name = `dip_${randomBytes(6).toString('hex')}`;
  const run = async (statement: string) => {
    const client = new pg.Client(url);
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await run(`create role ${name} login password '${password}'`);
  await run(`create database ${name} owner ${name}`);
  const own = new URL(url);
  own.username = name;
  own.password = password;
  own.pathname = `/${name}`;
  return {
    url: own.href,
    async drop() {
      await run(`drop database ${name} with (force)`);
      await run(`drop role ${name}`);
    },
  };
}
