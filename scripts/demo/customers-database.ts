import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../test/support/embedded-postgres.ts';

/** The demo's customers: a database of their own, and a login that may read and nothing else. */
export interface CustomersDatabase {
  readonly server: EmbeddedPostgres;
  readonly serverVersion: string;
  readonly customers: number;
  readonly username: string;
  readonly password: string;
}

export async function startCustomersDatabase(sqlFile: string): Promise<CustomersDatabase> {
  const server = await startEmbeddedPostgres();
  try {
    const username = 'customers_reader';
    const password = randomBytes(18).toString('base64url');
    await withClient(server, 'postgres', async (client) => {
      await client.query(`create role ${username} login password '${password}' connection limit 20`);
      await client.query('create database customers');
    });
    const facts = await withClient(server, 'customers', async (client) => {
      await client.query(await readFile(sqlFile, 'utf8'));
      await client.query(`grant select on customers to ${username}`);
      const { rows } = await client.query<{ customers: number; version: string }>(
        "select count(*)::int as customers, current_setting('server_version') as version from customers",
      );
      return rows[0];
    });
    if (facts === undefined) throw new Error('the database counts no customers');
    return { server, serverVersion: facts.version, customers: facts.customers, username, password };
  } catch (error) {
    await server.close();
    throw error;
  }
}

async function withClient<Result>(
  server: EmbeddedPostgres,
  database: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const { host, port, user, password } = server;
  const client = new pg.Client({ host, port, user, password, database });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
