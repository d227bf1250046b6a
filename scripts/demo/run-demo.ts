import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEngine } from '../../test/support/engine-process.ts';
import { createDemoShell } from './commands.ts';
import { startCustomersDatabase } from './customers-database.ts';
import type { Printer } from './printer.ts';

const CONNECTOR_FILE = 'examples/customers/dipswitch.yaml';
const SAMPLE_SQL = 'examples/customers/customers.sql';
const SCOPES = 'integrations:read integrations:write dataactions:read dataactions:write dataactions:execute audit:read';
const ACTION = 'customer-by-ani';
const KNOWN_NUMBER = '+15550007919';
const UNKNOWN_NUMBER = '+15550000001';

export interface DemoOptions {
  /** Everything the demo writes goes here. */
  readonly folder: string;
  readonly printer: Printer;
  readonly onTerminal: boolean;
  /** Takes what has to be stopped when the demo ends, however it ends. */
  readonly resources: AsyncDisposableStack;
  /** After it no further step is started. */
  readonly signal: AbortSignal;
}

export interface DemoPlace {
  readonly engineUrl: string;
  /** Shell lines that set what `dip` needs. */
  readonly environmentFile: string;
}

/** The demo's steps. @throws when one fails; what was started is in `resources` then too */
export async function runDemo({ folder, printer, onTerminal, resources, signal }: DemoOptions): Promise<DemoPlace> {
  const step = <Result>(title: string, work: () => Promise<Result>) => {
    signal.throwIfAborted();
    return printer.step(title, work);
  };
  const dataFolder = join(folder, 'engine');

  const database = await step('A real PostgreSQL with sample customers', async () => {
    const started = await startCustomersDatabase(SAMPLE_SQL);
    resources.defer(() => started.server.close());
    const { server, serverVersion, customers } = started;
    printer.detail(`PostgreSQL ${serverVersion} on ${server.host}:${server.port}, ${customers} customers`);
    return started;
  });

  const { engine, client } = await step('The Integration Engine on its embedded state', async () => {
    printer.command('npx dip-engine start');
    const started = await startEngine({ dataFolder });
    resources.defer(async () => {
      await started.stop();
    });
    printer.detail(started.stdout.trim());
    printer.command(`npx dip-engine client create --tenant default --scope "${SCOPES}" --json`);
    const created = await started.createClient(SCOPES);
    printer.detail(`client ${created.clientId}; its secret goes to dip only`);
    return { engine: started, client: created };
  });

  const environment = {
    CXONE_BASE_URL: engine.url,
    CXONE_CLIENT_ID: client.clientId,
    CXONE_CLIENT_SECRET: client.clientSecret,
    CUSTOMERS_DB_PORT: String(database.server.port),
    DIP_AUDIT_FILE: join(folder, 'audit.jsonl'),
  };
  const shell = createDemoShell(printer, environment, onTerminal);

  await step("Put the database login into the engine's vault", async () => {
    for (const [name, value] of [
      ['CUSTOMERS_DB_USERNAME', database.username],
      ['CUSTOMERS_DB_PASSWORD', database.password],
    ] as const) {
      printer.command(`npx dip-engine secret set ${name}   # value from standard input`);
      await engine.setSecret(name, value);
    }
  });

  await step('Check the file, and see what would change', async () => {
    await shell.dip(['validate', '-f', CONNECTOR_FILE]);
    // Exit code 2 is the plan's way to say that there is something to do.
    await shell.dip(['plan', '-f', CONNECTOR_FILE], [2]);
  });

  await step('Apply the plan, and wait until the connector is HEALTHY', () =>
    shell.dip(['apply', '-f', CONNECTOR_FILE, '--yes', '--wait-healthy', '30']),
  );

  await step('What the engine says about its health; a second plan finds nothing to do', async () => {
    await shell.dip(['health', 'customers']);
    await shell.dip(['plan', '-f', CONNECTOR_FILE]);
  });

  const lookUp = (number: string, expected?: readonly number[]) =>
    shell.dip(['action', 'run', ACTION, '--input', `ani=${number}`], expected);

  await step('A look-up while a caller waits: a known number, then an unknown one', async () => {
    await lookUp(KNOWN_NUMBER);
    await lookUp(UNKNOWN_NUMBER);
  });

  await step('The database is stopped: the caller still gets an answer in time, labelled as a fallback', async () => {
    await database.server.stop();
    printer.detail('PostgreSQL is stopped');
    // Exit code 1: the look-up could not do its job.
    await lookUp(KNOWN_NUMBER, [1]);
    await database.server.start();
    printer.detail('PostgreSQL is started again');
  });

  await step('Both audit trails verify: who did what, in an unbroken chain', async () => {
    await shell.dip(['audit', 'verify', environment.DIP_AUDIT_FILE]);
    await shell.dip(['audit', 'verify', join(dataFolder, 'audit', 'audit.jsonl')]);
  });

  return { engineUrl: engine.url, environmentFile: await writeEnvironmentFile(folder, environment) };
}

async function writeEnvironmentFile(folder: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const file = join(folder, 'env');
  const lines = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'\n`);
  await writeFile(file, lines.join(''), { mode: 0o600 });
  return file;
}
