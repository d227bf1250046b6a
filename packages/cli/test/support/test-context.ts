import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DipswitchClientOptions } from '@dipswitch/client';
import { createInterruptSource, type InterruptSource } from '../../src/process/interrupts.ts';
import type { CommandContext } from '../../src/session/command-context.ts';
import { createFakeClient, type FakeClient } from './fake-client.ts';
import { createFakeTerminal, type FakeTerminal, type FakeTerminalOptions } from './fake-terminal.ts';

export interface TestContext extends CommandContext {
  readonly terminal: FakeTerminal;
  readonly interrupts: InterruptSource;
  readonly client: FakeClient;
  /** The options that each client was made with. */
  readonly clientOptions: DipswitchClientOptions[];
}

export interface TestContextOptions {
  readonly terminal?: FakeTerminalOptions;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly client?: FakeClient;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export const SERVER_ENV = {
  CXONE_BASE_URL: 'http://127.0.0.1:8080',
  CXONE_CLIENT_ID: 'client-1',
  CXONE_CLIENT_SECRET: 'canary-client-secret',
};

const NOW = Date.parse('2026-01-01T12:00:00.000Z');

export function createTestContext(options: TestContextOptions = {}): TestContext {
  const client = options.client ?? createFakeClient();
  const clientOptions: DipswitchClientOptions[] = [];
  return {
    terminal: createFakeTerminal(options.terminal),
    env: options.env ?? SERVER_ENV,
    cwd: options.cwd ?? '/nonexistent',
    interrupts: createInterruptSource(),
    now: () => NOW,
    sleep: options.sleep ?? (async () => undefined),
    client,
    clientOptions,
    createClient: async (given) => {
      clientOptions.push(given);
      return client;
    },
  };
}

/** A temporary folder with these files, gone after `use`. */
export async function withFolder<Result>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(path.join(tmpdir(), 'dip-cli-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** To be added to `VALID_FILE`. */
export const VALID_ACTIONS = `dataActions:
  - id: customer-by-ani
    connector: db-prod-analytics-01
    statement: |
      select id, full_name
      from customers
      where phone = :ani
    input:
      type: object
      required: [ani]
      properties:
        ani: {type: string, maxLength: 20, x-sensitive: true}
    output:
      type: object
      properties:
        id: {type: integer}
        full_name: {type: string, maxLength: 80}
`;

export const VALID_FILE = `project: crm
connectors:
  - id: db-prod-analytics-01
    name: Production Analytics PostgreSQL
    type: postgresql
    host: db.internal.net
    database: analytics_dw
    driverVersion: 42.6.0
    credentials: {username: VAULT_DB_USERNAME, password: VAULT_DB_PASSWORD}
`;
