import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileCacheEnvironment } from '../../../test/support/compile-cache.ts';
import { verifyAuditFile } from '../src/audit/verify-audit-file.ts';
import { CLIENT_SECRET } from './support/bodies.ts';
import { FakeEngine } from './support/fake-engine.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('examples/provision.ts', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'dip-example-'));
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  function run(url: string, files: readonly string[]): Promise<Outcome> {
    const env = {
      ...compileCacheEnvironment(),
      CXONE_BASE_URL: url,
      CXONE_CLIENT_ID: 'dipc_test',
      CXONE_CLIENT_SECRET: CLIENT_SECRET,
      CUSTOMERS_DB_PORT: '5433',
    };
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [join(ROOT, 'examples/provision.ts'), ...files],
        { cwd, env },
        (error, stdout, stderr) => {
          resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
        },
      );
    });
  }

  it('brings the sample customers to the server, healthy and recorded, and finds nothing to do the next time', async () => {
    await using engine = await FakeEngine.start();
    const sample = join(ROOT, 'examples/customers/dipswitch.yaml');
    const first = await run(engine.url, [sample]);
    expect(first).toMatchObject({ exitCode: 0 });
    expect(first.stdout).toContain('create customers\n');
    expect(first.stdout).toMatch(/customers HEALTHY after \d+ ms/);
    expect(await verifyAuditFile(join(cwd, '.dipswitch/audit.jsonl'))).toMatchObject({ ok: true, records: 3 });
    const second = await run(engine.url, [sample]);
    expect(second).toMatchObject({ exitCode: 0, stdout: 'no-op customers\nno-op customer-by-ani\n' });
    expect(first.stdout + first.stderr).not.toContain(CLIENT_SECRET);
  });

  it('ends with 2 for files with errors, and with 64 for none', async () => {
    await using engine = await FakeEngine.start();
    expect(await run(engine.url, ['gone.yaml'])).toMatchObject({ exitCode: 2 });
    expect(await run(engine.url, [])).toMatchObject({ exitCode: 64 });
    expect(engine.received).toEqual([]);
  });
});
