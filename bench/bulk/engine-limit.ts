import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDipswitchClient } from '@dipswitch/client';
import type { ConnectorBody } from '@dipswitch/contract';
import type { BulkFigures } from './figures.ts';

const ENGINE = join(import.meta.dirname, '../../packages/engine/bin/dip-engine.mjs');
const CLIENT = { id: 'bench', secret: 'bench-secret-of-no-value' };
const WORKERS = 16;

/** Our client at our engine, whose own headers it paces by; the engine's burst is one second's worth. */
export async function measureEngine(bodies: readonly ConnectorBody[], rate: number): Promise<BulkFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'dip-bench-'));
  const args = ['start', '--port', '0', '--data-dir', folder, '--rate-limit', `${rate}/s`];
  const child = spawn(process.execPath, [ENGINE, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH, DIP_BOOTSTRAP_CLIENT_ID: CLIENT.id, DIP_BOOTSTRAP_CLIENT_SECRET: CLIENT.secret },
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    const baseUrl = await new Promise<string>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the engine ended with ${code} before it listened`)));
      child.stdout.on('data', (chunk) => {
        const address = /listening on (\S+)/.exec(String(chunk))?.[1];
        if (address !== undefined) resolve(address);
      });
    });
    await using client = createDipswitchClient({ baseUrl, clientId: CLIENT.id, clientSecret: CLIENT.secret });
    await client.authenticate();
    const startedAtMs = performance.now();
    const queue = bodies.values();
    const revisions: number[] = [];
    const worker = async (): Promise<void> => {
      for (const body of queue) revisions.push((await client.connectors.put(body)).revision);
    };
    await Promise.all(Array.from({ length: WORKERS }, worker));
    const elapsedMs = performance.now() - startedAtMs;
    return {
      timeOverIdeal: elapsedMs / ((1000 * (bodies.length - rate)) / rate),
      wastedPercent: (100 * client.stats().rateLimited) / bodies.length,
      lost: bodies.length - revisions.length,
      duplicated: revisions.filter((revision) => revision !== 1).length,
    };
  } finally {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}
