import { randomBytes } from 'node:crypto';
import type { ConnectorHealth } from '@dipswitch/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderConnectorEntry } from '../support/connector-bodies.ts';
import { createDatabaseAccount, type DatabaseAccount } from '../support/database-accounts.ts';
import { Product } from '../support/product.ts';
import { listRealDatabases, listStateVariants } from '../support/product-variants.ts';
import { waitFor } from '../support/wait-for.ts';

const cases = listStateVariants().flatMap((variant) =>
  listRealDatabases().map((database) => ({ ...variant, ...database })),
);

describe.each(cases)('from a file to HEALTHY: $kind with $state', ({ kind, url, options }) => {
  const id = `db-${kind}-01`;
  let product: Product;
  let account: DatabaseAccount;

  const healthOf = async () => (await product.api(`/api/v1/integrations/connectors/${id}/health`)).json;
  const waitForStatus = (status: string) =>
    waitFor(`${id} to be ${status}`, async () => {
      const health = await healthOf();
      return health.status === status && health;
    });
  const writeFile = (changes: Partial<DatabaseAccount> & { healthIntervalSeconds?: number } = {}) =>
    product.write(
      'dipswitch.yaml',
      `project: e2e\nconnectors:\n${renderConnectorEntry(
        { ...account, ...changes },
        { id, username: 'DB_USER', password: 'DB_PASSWORD', healthIntervalSeconds: changes.healthIntervalSeconds ?? 2 },
      )}`,
    );

  beforeAll(async () => {
    account = await createDatabaseAccount(kind, url, `e2e_${randomBytes(4).toString('hex')}`);
    product = await Product.start(options);
    await product.engine.setSecret('DB_USER', account.username);
    await product.engine.setSecret('DB_PASSWORD', account.password);
  });

  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
    await account?.drop();
  });

  it('plans one creation before, and says so by its exit code', async () => {
    await writeFile();
    const outcome = await product.dip(['plan', '-o', 'json']);
    expect(outcome.exitCode, outcome.stderr).toBe(2);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ summary: { create: 1, update: 0, delete: 0 } });
  });

  it('applies the file and waits until the connector is HEALTHY', async () => {
    const outcome = await product.dip(['apply', '--yes', '--wait-healthy', '20', '-o', 'json']);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      ok: true,
      summary: { created: 1, failed: 0 },
      health: [{ connectorId: id, reached: true, status: 'HEALTHY' }],
    });
  });

  it('shows the real driver and server, and holds sessions on the real database', async () => {
    const { stdout } = await product.dip(['health', id, '-o', 'json']);
    const health: ConnectorHealth = JSON.parse(stdout);
    expect(health).toMatchObject({ status: 'HEALTHY', revision: 1, servingRevision: 1, errorClass: null });
    expect(health.driver).toMatch(kind === 'postgresql' ? /^pg \d/ : /^mysql2 \d/);
    expect(health.serverVersion).toMatch(/\d+\.\d+/);
    expect(health.latencyMs).toBeGreaterThan(0);
    await waitFor('a session on the server', async () => (await account.countSessions()) > 0);
  });

  it('finds nothing to do the second time and keeps the revision', async () => {
    const plan = await product.dip(['plan']);
    expect(plan.exitCode, plan.stdout + plan.stderr).toBe(0);
    const again = await product.dip(['apply', '--yes', '-o', 'json']);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout).summary).toMatchObject({ created: 0, updated: 0, unchanged: 1 });
    expect((await healthOf()).revision).toBe(1);
  });

  it('goes on serving the last good configuration when its replacement does not work', async () => {
    await writeFile({ port: 1 });
    const outcome = await product.dip(['apply', '--yes', '-o', 'json']);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    const broken = await waitFor('the new pool to be tried', async () => {
      const health = await healthOf();
      return health.revision === 2 && health.errorClass !== null && health;
    });
    expect(broken).toMatchObject({ servingRevision: 1, errorClass: 'UNREACHABLE' });
    expect(await account.countSessions()).toBeGreaterThan(0);
  });

  it('is HEALTHY on the new revision once the file is fixed', async () => {
    await writeFile({ healthIntervalSeconds: 3 });
    const outcome = await product.dip(['apply', '--yes', '--wait-healthy', '20']);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(await healthOf()).toMatchObject({ revision: 3, servingRevision: 3 });
  });

  it('is DISABLED while paused and HEALTHY again after', async () => {
    await using client = product.createClient();
    await client.connectors.pause(id);
    expect((await healthOf()).status).toBe('DISABLED');
    await client.connectors.resume(id);
    await waitForStatus('HEALTHY');
  });

  it('is gone after dip delete, and its sessions with it', async () => {
    const outcome = await product.dip(['delete', 'connectors', id, '--yes']);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect((await product.api(`/api/v1/integrations/connectors/${id}`)).status).toBe(404);
    await waitFor('the sessions to end', async () => (await account.countSessions()) === 0);
  });
});

describe.each(listRealDatabases())('a wrong password: $kind', ({ kind, url }) => {
  let product: Product;
  let account: DatabaseAccount;

  beforeAll(async () => {
    account = await createDatabaseAccount(kind, url, `e2e_${randomBytes(4).toString('hex')}`);
    product = await Product.start();
    await product.engine.setSecret('DB_USER', account.username);
    await product.engine.setSecret('DB_PASSWORD', 'certainly-not-this-one');
    await product.write(
      'dipswitch.yaml',
      `connectors:\n${renderConnectorEntry(account, {
        id: 'db',
        username: 'DB_USER',
        password: 'DB_PASSWORD',
        healthIntervalSeconds: 2,
      })}`,
    );
  });

  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
    await account?.drop();
  });

  it('registers, then is UNHEALTHY with AUTHENTICATION_FAILED, and apply says so', async () => {
    const outcome = await product.dip(['apply', '--yes', '--wait-healthy', '3', '-o', 'json']);
    expect(outcome.exitCode).toBe(1);
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      ok: false,
      summary: { created: 1 },
      health: [{ connectorId: 'db', reached: false, errorClass: 'AUTHENTICATION_FAILED' }],
    });
    expect(outcome.stdout + outcome.stderr).not.toContain('certainly-not-this-one');
    const { json } = await product.api('/api/v1/integrations/connectors/db/health');
    expect(json).toMatchObject({ status: 'UNHEALTHY', errorClass: 'AUTHENTICATION_FAILED', servingRevision: null });
  });

  it('is HEALTHY after the right one is put into the vault, without a new registration', async () => {
    await product.engine.setSecret('DB_PASSWORD', account.password);
    await waitFor(
      'the connector to recover',
      async () => {
        const { json } = await product.api('/api/v1/integrations/connectors/db/health');
        return json.status === 'HEALTHY';
      },
      { timeoutMs: 30_000 },
    );
  });

  it('is told apart from a database that does not exist', async () => {
    await product.write(
      'dipswitch.yaml',
      `connectors:\n${renderConnectorEntry(
        { ...account, database: 'no_such_database' },
        { id: 'db-missing', username: 'DB_USER', password: 'DB_PASSWORD' },
      )}`,
    );
    await product.dip(['apply', '--yes']);
    const { json } = await product.api('/api/v1/integrations/connectors/db-missing/health-checks', { method: 'POST' });
    expect(json).toMatchObject({ status: 'UNHEALTHY' });
    expect(['DATABASE_NOT_FOUND', 'PERMISSION_DENIED']).toContain(json.errorClass);
  });
});
