import { randomBytes } from 'node:crypto';
import type { DataActionBody } from '@dipswitch/contract';
import pg from 'pg';
import { createConnectorBody } from './connector-bodies.ts';
import { createDatabaseAccount, type DatabaseAccount } from './database-accounts.ts';
import { type ApiAnswer, type ApiRequest, Product, type ProductOptions } from './product.ts';
import { waitFor } from './wait-for.ts';

export interface ActionProductOptions extends ProductOptions {
  /** Of the PostgreSQL that the actions use, a superuser's. */
  readonly postgresUrl: string;
  /** Where the connector goes when a proxy stands before that server. */
  readonly port?: number;
  /** Default 2. */
  readonly healthIntervalSeconds?: number;
}

const CONNECTOR = 'db';
const HEALTH = `/api/v1/integrations/connectors/${CONNECTOR}/health`;

/**
 * A real engine with one HEALTHY connector, whose login owns an empty table `notes (note text)` in a schema of its own.
 * Dispose of it after use.
 */
export class ActionProduct implements AsyncDisposable {
  readonly product: Product;
  readonly account: DatabaseAccount;
  /** A superuser's session next to the engine. */
  readonly admin: pg.Client;
  /** Name of the schema, and of its login. */
  readonly schema: string;
  readonly #resources: AsyncDisposableStack;

  private constructor(
    product: Product,
    facts: { account: DatabaseAccount; admin: pg.Client; schema: string; resources: AsyncDisposableStack },
  ) {
    this.product = product;
    this.account = facts.account;
    this.admin = facts.admin;
    this.schema = facts.schema;
    this.#resources = facts.resources;
  }

  static async start({
    postgresUrl,
    port,
    healthIntervalSeconds = 2,
    ...options
  }: ActionProductOptions): Promise<ActionProduct> {
    await using resources = new AsyncDisposableStack();
    const schema = `actions_${randomBytes(4).toString('hex')}`;
    const admin = new pg.Client(postgresUrl);
    await admin.connect();
    resources.defer(() => admin.end());
    const account = await createDatabaseAccount('postgresql', postgresUrl, schema);
    resources.defer(() => account.drop());
    await createNotes(admin, schema);
    resources.defer(() => admin.query(`drop schema ${schema} cascade`).then(() => {}));
    const product = await Product.start(options);
    resources.use(product);
    await product.engine.setSecret('DB_USER', account.username);
    await product.engine.setSecret('DB_PASSWORD', account.password);
    const place = { ...account, port: port ?? account.port };
    const secrets = { username: 'DB_USER', password: 'DB_PASSWORD' };
    const body = createConnectorBody(place, { id: CONNECTOR, ...secrets, healthIntervalSeconds });
    const stored = await product.api(`/api/v1/integrations/connectors/${CONNECTOR}`, { method: 'PUT', body });
    if (stored.status !== 200) throw new Error(stored.text);
    const started = new ActionProduct(product, { account, admin, schema, resources: resources.move() });
    await started.waitForHealth('HEALTHY');
    return started;
  }

  /** Stores an action of the connector and publishes it. @throws Error with the answer when it is refused */
  async publish(action: Omit<DataActionBody, 'connectorId'>): Promise<void> {
    const path = `/api/v1/dataactions/${action.actionId}`;
    const body = { ...action, connectorId: CONNECTOR };
    const stored = await this.product.api(path, { method: 'PUT', body });
    if (stored.status !== 200) throw new Error(stored.text);
    const published = await this.product.api(`${path}/publish`, { method: 'POST', body: {} });
    if (published.status !== 200) throw new Error(published.text);
  }

  execute(actionId: string, body: unknown, request: ApiRequest = {}): Promise<ApiAnswer> {
    return this.product.api(`/api/v1/dataactions/${actionId}/execute`, { method: 'POST', body, ...request });
  }

  async health(): Promise<Record<string, unknown>> {
    return (await this.product.api(HEALTH)).json;
  }

  waitForHealth(status: string): Promise<Record<string, unknown>> {
    return waitFor(`the connector to be ${status}`, async () => {
      const seen = await this.health();
      return seen.status === status && seen;
    });
  }

  /** How often `note` is in the table. */
  async countNotes(note: string): Promise<number> {
    const { rows } = await this.admin.query(`select count(*)::int as n from ${this.schema}.notes where note = $1`, [
      note,
    ]);
    return rows[0].n;
  }

  async readMetric(name: string): Promise<number> {
    const { text } = await this.product.api('/metrics', { token: null });
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

/** The schema and its table, for a login that is there. */
export async function createNotes(admin: pg.Client, schema: string): Promise<void> {
  await admin.query(`create schema ${schema} authorization ${schema}`);
  await admin.query(`create table ${schema}.notes (note text)`);
  await admin.query(`alter table ${schema}.notes owner to ${schema}`);
}
