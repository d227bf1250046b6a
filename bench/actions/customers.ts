import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../test/support/embedded-postgres.ts';

export const CUSTOMERS = 100_000;
/** What every server answers one request with: one row of an indexed look-up. */
export const LOOK_UP = 'select id, full_name, tier, balance::float8 as balance from customers where phone = $1 limit 1';

/** A real PostgreSQL with a table of customers, numbered by phone. */
export async function startCustomers(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ settings: { shared_buffers: '128MB' } });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(`create table customers (id int primary key, phone text not null unique, full_name text not null,
    tier text not null, balance numeric(12,2) not null)`);
  await client.query(
    `insert into customers select n, '+49' || (3000000000 + n), 'Customer ' || n, (array['gold','silver','none'])[n % 3 + 1],
      (n * 7919 % 100000) / 100.0 from generate_series(1, ${CUSTOMERS}) as n`,
  );
  await client.query('vacuum analyze customers');
  await client.end();
  return server;
}

/** The phone of a customer, numbered from 1. */
export function phoneOf(customer: number): string {
  return `+49${3_000_000_000 + customer}`;
}
