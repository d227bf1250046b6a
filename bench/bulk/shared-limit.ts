import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idealMs, sharesUntilFirstDone } from './figures.ts';
import { startServer } from './server-handle.ts';
import type { RunSettings } from './server-protocol.ts';

const DIP = join(import.meta.dirname, '../../packages/cli/bin/dip.mjs');

export interface SharedLimitFigures {
  readonly timeOverIdeal: number;
  /** Of the client that got least, until the first was done. */
  readonly smallestShare: number;
  readonly wastedPercent: number;
}

/** G5: so many `dip apply` at once, each with its own connectors, under one limit. */
export async function measureSharedLimit(
  clients: number,
  itemsEach: number,
  settings: RunSettings,
): Promise<SharedLimitFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'dip-bench-'));
  try {
    await using server = await startServer();
    await server.begin(settings);
    const names = Array.from({ length: clients }, (_, index) => `cli-${index}`);
    for (const name of names) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'dipswitch.yaml'), projectOf(name, itemsEach));
    }
    await Promise.all(names.map((name) => apply(server.url, name, join(folder, name))));
    const { arrivals } = await server.report();
    const accepted = arrivals.filter((arrival) => arrival.accepted);
    return {
      timeOverIdeal: (accepted.at(-1)?.atMs ?? Number.NaN) / idealMs(clients * itemsEach, settings),
      smallestShare: Math.min(...sharesUntilFirstDone(arrivals, itemsEach)),
      wastedPercent: (100 * (arrivals.length - accepted.length)) / accepted.length,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function projectOf(name: string, items: number): string {
  const connectors = Array.from({ length: items }, (_, index) => ({
    id: `${name}-${index}`,
    name: `Connector ${name} ${index}`,
    type: 'postgresql',
    host: 'db.example.com',
    database: 'analytics_dw',
    driverVersion: '42.6.0',
    credentials: { username: 'VAULT_DB_USERNAME', password: 'VAULT_DB_PASSWORD' },
  }));
  // JSON is YAML.
  return JSON.stringify({ connectors });
}

async function apply(url: string, name: string, folder: string): Promise<void> {
  const args = [DIP, 'apply', '--yes', '--quiet', '--concurrency', '16'];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      CXONE_BASE_URL: url,
      CXONE_CLIENT_ID: name,
      CXONE_CLIENT_SECRET: 'bench',
    },
  });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`${name}: dip apply ended with ${code}`);
}
