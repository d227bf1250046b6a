import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConnectorBody } from '../support/connector-bodies.ts';
import { Product } from '../support/product.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';
import { waitFor } from '../support/wait-for.ts';

const CONNECTORS = '/api/v1/integrations/connectors';
/** Nothing listens there: the connectors of this test are configuration only. */
const NOWHERE = { kind: 'postgresql', host: '127.0.0.1', port: 1, database: 'none' } as const;

/** Why the fault cannot be injected here, or null; the same fault is always injected above the system call in unit tests. */
function whyNoStrace(): string | null {
  const { error, status, stderr } = spawnSync('strace', ['-f', '-qq', '-e', 'trace=none', 'true'], {
    encoding: 'utf8',
  });
  if (error !== undefined) return 'strace is not installed';
  return status === 0 ? null : `strace cannot trace here: ${stderr.trim()}`;
}

const obstacle = whyNoStrace();
if (obstacle !== null) process.stderr.write(`row 26 is not run: ${obstacle}\n`);

describe.runIf(obstacle === null)('fdatasync of the audit file fails with EIO', () => {
  let product: Product;
  let file: string;
  let log: string;
  let tracer: ChildProcess;
  const acknowledged: string[] = [];

  const put = (id: string) =>
    product.api(`${CONNECTORS}/${id}`, {
      method: 'PUT',
      body: createConnectorBody(NOWHERE, { id, username: 'DB_USER', password: 'DB_PASSWORD' }),
    });

  beforeAll(async () => {
    const random = createRandom(openFaultSeed(process.env, 'row 26'));
    // strace counts calls by thread; with one worker thread the count is that of the process.
    product = await Product.start({ env: { UV_THREADPOOL_SIZE: '1' } });
    await product.token();
    file = join(product.engineOptions.dataFolder, 'audit', 'audit.jsonl');
    log = join(product.folder, 'strace.log');
    const syncs = random.between(1, 8);
    const inject = `inject=fdatasync:error=EIO:when=${syncs}`;
    const calls = 'trace=fdatasync,fsync,write,writev,pwrite64,pwritev';
    tracer = spawn(
      'strace',
      ['-f', '-p', String(product.engine.pid), '-P', file, '-e', calls, '-e', inject, '-o', log],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let said = '';
    tracer.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await waitFor('strace to attach', () => said.includes('attached'));
    for (let index = 0; index < 12; index += 1) {
      const answer = await put(`before-${index}`);
      if (answer.status === 503) break;
      expect(answer.status, answer.text).toBe(200);
      acknowledged.push(`before-${index}`);
    }
  });

  afterAll(async () => {
    tracer?.kill();
    await product?.[Symbol.asyncDispose]();
  });

  it('refuses every change from then on and goes on serving reads', async () => {
    const refused = await put('refused');
    expect(refused.status).toBe(503);
    expect(refused.json).toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect((await product.api(`${CONNECTORS}/before-0`, { method: 'DELETE' })).json).toMatchObject({
      code: expect.stringMatching(/AUDIT_UNAVAILABLE|NOT_FOUND/),
    });
    expect((await product.api(CONNECTORS)).status).toBe(200);
    expect((await product.api('/livez', { token: null })).status).toBe(200);
  });

  it('says so loudly: log, readiness and metric', async () => {
    const ready = await product.api('/readyz', { token: null });
    expect(ready.status).toBe(503);
    expect(ready.text).toContain('audit');
    expect(product.engine.stderr + product.engine.stdout).toContain('AUDIT TRAIL BROKEN');
    expect((await product.api('/metrics', { token: null })).text).toMatch(/^dip_audit_writable(\{[^}]*\})? 0$/m);
  });

  it('neither writes nor syncs the file again', async () => {
    await put('refused-again');
    const lines = (await readFile(log, 'utf8')).trim().split('\n');
    const failed = lines.findIndex((line) => line.includes('EIO') && line.includes('INJECTED'));
    expect(failed).toBeGreaterThan(-1);
    // What follows may only be the news of threads and signals, never another call on the file.
    expect(lines.slice(failed + 1).filter((line) => /\b(fdatasync|fsync|p?writev?(64)?)\(/.test(line))).toEqual([]);
  });

  it('goes on from the last good record after a restart, with a record of every change that is stored', async () => {
    const traced = new Promise((resolve) => tracer.once('close', resolve));
    await product.restart();
    await traced;
    expect((await put('after')).status).toBe(200);
    const outcome = await product.dip(['audit', 'verify', file]);
    expect(outcome.exitCode, outcome.stdout + outcome.stderr).toBe(0);
    const records: Array<{ connectorId?: string; status: string }> = (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const recorded = records
      .filter((record) => record.status === 'SUCCESS')
      .flatMap(({ connectorId }) => connectorId ?? []);
    const { items } = (await product.api(`${CONNECTORS}?limit=100`)).json as { items: Array<{ connectorId: string }> };
    const stored = items.map((item) => item.connectorId);
    expect(stored).toEqual(expect.arrayContaining([...acknowledged, 'after']));
    expect(stored).not.toContain('refused');
    expect(stored).not.toContain('refused-again');
    for (const id of stored)
      expect(
        recorded.filter((each) => each === id),
        id,
      ).toHaveLength(1);
  });
});
