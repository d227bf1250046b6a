import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { open, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { canonicalJson, chainAuditRecord } from '@dipswitch/contract';
import { afterEach, describe, expect, it } from 'vitest';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  type FakeEngine,
  type FakeEngineOptions,
  startFakeEngine,
} from './support/fake-engine.ts';
import { DIP_PROGRAM, runDip, startDip } from './support/run-dip.ts';
import { VALID_ACTIONS, VALID_FILE, withFolder } from './support/test-context.ts';

const ID = 'db-prod-analytics-01';
const DIP = [process.execPath, DIP_PROGRAM, 'validate', '-o', 'json'];
const engines: FakeEngine[] = [];

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

async function withEngine<Result>(
  files: Readonly<Record<string, string>>,
  use: (options: { cwd: string; env: Record<string, string> }, engine: FakeEngine) => Promise<Result>,
  options: FakeEngineOptions = {},
): Promise<Result> {
  const engine = await startFakeEngine(options);
  engines.push(engine);
  const env = { CXONE_BASE_URL: engine.url, CXONE_CLIENT_ID: CLIENT_ID, CXONE_CLIENT_SECRET: CLIENT_SECRET };
  return await withFolder(files, (cwd) => use({ cwd, env }, engine));
}

/** A hole of that size with one record at its end: only the end is read before the next record. */
async function writeAuditFileOf(file: string, sizeBytes: number): Promise<void> {
  const event = {
    timestamp: '2026-11-23T10:00:00.000Z',
    eventType: 'CONNECTOR_CREATED',
    status: 'SUCCESS',
    latencyMs: 1,
    details: {},
    actor: 'tester',
    tenant: '',
    requestId: 'request-1',
  } as const;
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const record = chainAuditRecord(event, null, sha256);
  await using handle = await open(file, 'w');
  await handle.truncate(sizeBytes);
  await handle.write(`\n${canonicalJson(record)}\n`, sizeBytes);
}

const manyConnectors = (count: number): string =>
  `connectors:\n${Array.from({ length: count }, (_unused, index) =>
    VALID_FILE.split('\n').slice(2).join('\n').replace(ID, `db-${index}`),
  ).join('')}`;

describe('the dip process', { timeout: 60_000 }, () => {
  it('prints help and version on stdout and exits 0', async () => {
    const help = await runDip(['--help'], { cwd: '/' });
    expect(help).toMatchObject({ exitCode: 0, err: '' });
    expect(help.out).toContain('validate');
    const version = await runDip(['--version'], { cwd: '/' });
    expect(version.out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    ['no command', [], 'Usage: dip'],
    ['an unknown command', ['vaildate'], 'Did you mean validate?'],
    ['an unknown option', ['plan', '--nope'], "unknown option '--nope'"],
    ['a bad number', ['apply', '--concurrency', '0'], 'from 1 to 64'],
    ['a secret on the command line', ['plan', '--client-secret', 'x'], "unknown option '--client-secret'"],
    ['missing settings', ['get'], 'CXONE_CLIENT_SECRET'],
    ['apply without consent', ['apply'], 'Add --yes'],
  ])('exits 64 for %s and says so on stderr alone', async (_case, args, said) => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (cwd) => {
      const { exitCode, out, err } = await runDip(args, { cwd });
      expect(exitCode).toBe(64);
      expect(out).toBe('');
      expect(err).toContain(said);
      expect(err).not.toMatch(/^\s+at /m);
    });
  });

  it('goes from init to validate without any settings', async () => {
    await withFolder({}, async (cwd) => {
      expect((await runDip(['init'], { cwd })).exitCode).toBe(0);
      expect((await runDip(['validate'], { cwd })).exitCode).toBe(0);
      expect((await runDip(['init'], { cwd })).exitCode).toBe(64);
    });
  });

  it('validates standard input and gives parseable JSON', async () => {
    const input = VALID_FILE.replace('42.6.0', '41.0.0');
    const { exitCode, out } = await runDip(['validate', '-f', '-', '-o', 'json'], { cwd: '/', input });
    expect(exitCode).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      valid: false,
      findings: [expect.objectContaining({ file: '-', line: 8 })],
    });
  });

  it('plans, applies, plans nothing more, gets, shows health, deletes and verifies the audit', async () => {
    await withEngine({ 'dipswitch.yaml': VALID_FILE }, async (options, engine) => {
      expect((await runDip(['plan'], options)).exitCode).toBe(2);
      const applied = await runDip(
        ['apply', '--yes', '--wait-healthy', '10', '-o', 'json', '--report', 'r.json'],
        options,
      );
      expect(applied.exitCode).toBe(0);
      expect(JSON.parse(applied.out)).toMatchObject({ ok: true, summary: { created: 1 }, health: [{ reached: true }] });
      expect(JSON.parse(await readFile(path.join(options.cwd, 'r.json'), 'utf8'))).toEqual(JSON.parse(applied.out));
      expect(engine.stored.get(ID)?.body.connectorName).toBe('Production Analytics PostgreSQL');
      expect((await runDip(['plan'], options)).exitCode).toBe(0);
      expect((await runDip(['get', '-o', 'json'], options)).out).toContain(ID);
      expect((await runDip(['health'], options)).exitCode).toBe(0);
      expect((await runDip(['delete', 'connectors', ID, '--yes'], options)).exitCode).toBe(0);
      expect(engine.stored.size).toBe(0);
      const verified = await runDip(['audit', 'verify'], options);
      expect(verified).toMatchObject({ exitCode: 0, out: expect.stringContaining('intact') });
    });
  });

  it('puts an audit file of 64 MiB away before it writes to it', async () => {
    await withEngine({ 'dipswitch.yaml': VALID_FILE }, async ({ cwd, env }) => {
      await writeAuditFileOf(path.join(cwd, 'audit.jsonl'), 64 * 1024 * 1024);
      const options = { cwd, env: { ...env, DIP_AUDIT_FILE: 'audit.jsonl' } };
      expect(await runDip(['apply', '--yes'], options)).toMatchObject({ exitCode: 0 });
      expect((await readdir(cwd)).filter((name) => name.startsWith('audit.')).sort()).toEqual([
        'audit.0001.jsonl',
        'audit.jsonl',
      ]);
      const [record] = (await readFile(path.join(cwd, 'audit.jsonl'), 'utf8')).split('\n');
      expect(JSON.parse(record ?? '')).toMatchObject({ sequence: 2, eventType: 'CONNECTOR_CREATED' });
    });
  });

  it('drafts, tests, publishes, runs, counts, rolls back and deletes a data action', async () => {
    await withEngine({ 'dipswitch.yaml': VALID_FILE + VALID_ACTIONS }, async (options, engine) => {
      const dip = async (line: string) => await runDip(line.split(' '), options);
      const drafted = await dip('apply --draft --yes');
      expect(drafted).toMatchObject({ exitCode: 0, out: expect.stringContaining('done: 2 created') });
      expect(drafted.err).toContain('version 1 stays a draft');
      expect((await dip('plan --draft')).exitCode).toBe(0);
      const planned = await dip('plan');
      expect(planned).toMatchObject({ exitCode: 2, out: expect.stringContaining('^ publish action customer-by-ani') });
      const tested = await dip('action test customer-by-ani --input ani=canary-4711');
      expect(tested).toMatchObject({ exitCode: 0, out: expect.stringContaining('Index Scan') });
      expect((await dip('action run customer-by-ani --input ani=1')).err).toContain('[NOT_PUBLISHED]');
      expect(await dip('apply --yes')).toMatchObject({ exitCode: 0, out: expect.stringContaining('1 published') });
      const ran = await dip('action run customer-by-ani --input ani=canary-4711 --debug');
      expect(ran).toMatchObject({ exitCode: 0, out: expect.stringContaining('Ada Lovelace') });
      expect([...engine.dataActions.executed.values()]).toEqual([{ ani: 'canary-4711' }]);
      expect((await dip('action stats customer-by-ani -o json')).out).toContain('"executions": 10');
      expect((await dip('action list')).out).toMatch(/customer-by-ani .* version 1/);
      expect(await dip('action rollback customer-by-ani')).toMatchObject({ exitCode: 1 });
      expect(await dip('action publish customer-by-ani --version 1 -o json')).toMatchObject({ exitCode: 0 });
      const refused = await dip('delete actions customer-by-ani --yes');
      expect(refused).toMatchObject({ exitCode: 1, err: expect.stringContaining('--force') });
      expect((await dip('delete actions customer-by-ani --yes --force')).exitCode).toBe(0);
      expect(engine.dataActions.stored.size).toBe(0);
      const { out } = await dip('audit export');
      expect(out).toContain('ACTION_PUBLISHED');
      expect(`${out}${tested.out}${tested.err}${ran.out}${ran.err}`).not.toContain('canary-4711');
    });
  });

  it('applies the rest when one is refused, exits 1 and gives code and request id', async () => {
    await withEngine(
      { 'dipswitch.yaml': manyConnectors(3) },
      async (options, engine) => {
        const { exitCode, err } = await runDip(['apply', '--yes'], options);
        expect(exitCode).toBe(1);
        expect(engine.stored.size).toBe(2);
        expect(err).toContain('[ID_TAKEN]');
        expect(err).toContain('req-42');
      },
      { takenIds: ['db-1'] },
    );
  });

  it('exits 1 with what to do when the server is not there', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (cwd) => {
      const env = { CXONE_BASE_URL: 'http://127.0.0.1:1', CXONE_CLIENT_ID: CLIENT_ID, CXONE_CLIENT_SECRET: 'wrong' };
      const { exitCode, out, err } = await runDip(['get', 'connectors', 'x'], { cwd, env });
      expect(exitCode).toBe(1);
      expect(out).toBe('');
      expect(err).toMatch(/error: .*\[[A-Z_]+\]/);
      expect(err).toContain('hint:');
      expect(err).not.toMatch(/^\s+at /m);
    });
  });

  it('refuses a bad secret without showing it', async () => {
    await withEngine({}, async (options) => {
      const env = { ...options.env, CXONE_CLIENT_SECRET: 'canary-wrong-secret' };
      const { exitCode, out, err } = await runDip(['get', '--debug'], { ...options, env });
      expect(exitCode).toBe(1);
      expect(err).toContain('[AUTH_REJECTED]');
      expect(out + err).not.toContain('canary-wrong-secret');
    });
  });

  it('reads settings from .env and the secret from a file', async () => {
    await withEngine({ secret: `${CLIENT_SECRET}\n` }, async ({ cwd, env }, engine) => {
      await withFolder(
        { '.env': `CXONE_BASE_URL=${engine.url}\nCXONE_CLIENT_ID=${env.CXONE_CLIENT_ID}\n` },
        async (folder) => {
          const run = await runDip(['get', '--client-secret-file', path.join(cwd, 'secret')], { cwd: folder });
          expect(run.exitCode).toBe(0);
        },
      );
    });
  });

  it.each([
    ['validate', ['validate']],
    ['validate -o json', ['validate', '-o', 'json']],
    ['plan --debug', ['plan', '--debug']],
    ['apply', ['apply', '--yes', '-f', 'good.yaml', '--debug', '-o', 'yaml']],
  ])('shows no canary in any output of %s', async (_case, args) => {
    const leaky = VALID_FILE.replace('VAULT_DB_PASSWORD', '"canary password 1"').replace(
      'analytics_dw',
      'crm?password=canary-2',
    );
    await withEngine({ 'dipswitch.yaml': leaky, 'good.yaml': VALID_FILE }, async (options) => {
      const { out, err } = await runDip(args, options);
      expect(out + err).not.toBe('');
      expect(out + err).not.toContain('canary');
    });
  });

  it('colours nothing into a pipe unless told to', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (cwd) => {
      expect((await runDip(['validate'], { cwd })).out).not.toContain('\u001b[');
      expect((await runDip(['validate'], { cwd, env: { FORCE_COLOR: '1' } })).out).toContain('\u001b[');
      expect((await runDip(['validate', '--no-color'], { cwd, env: { FORCE_COLOR: '1' } })).out).not.toContain(
        '\u001b[',
      );
    });
  });
});

describe('the output of the dip process', { timeout: 60_000 }, () => {
  // More than a pipe holds.
  const LINES = 4_000;
  const unsound = `connectors:\n${Array.from({ length: LINES }, (_unused, index) => `  - {id: c${index}}\n`).join('')}`;

  it('arrives whole at a reader that is slow', async () => {
    await withFolder({ 'dipswitch.yaml': unsound }, async (cwd) => {
      const { child, done } = startDip(['validate', '-o', 'json'], { cwd });
      child.stdout.pause();
      setTimeout(() => child.stdout.resume(), 1_500);
      const { exitCode, out, err } = await done;
      expect({ exitCode, err }).toEqual({ exitCode: 2, err: '' });
      expect(out.length).toBeGreaterThan(256 * 1024);
      expect(JSON.parse(out)).toMatchObject({ valid: false });
    });
  });

  it.skipIf(process.platform === 'win32')('may be left by its reader, which changes no exit code', async () => {
    await withFolder({ 'dipswitch.yaml': unsound }, async (cwd) => {
      const { stdout, stderr } = spawnSync('sh', ['-c', `{ "$0" "$@"; echo "exit $?" >&2; } | head -n 1`, ...DIP], {
        cwd,
        encoding: 'utf8',
      });
      expect({ stdout, stderr }).toEqual({ stdout: '{\n', stderr: 'exit 2\n' });
    });
  });

  it.skipIf(process.platform !== 'linux')('that finds no space ends with 1 and the reason', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (cwd) => {
      const { status, stderr } = spawnSync('sh', ['-c', '"$0" "$@" > /dev/full', ...DIP], { cwd, encoding: 'utf8' });
      expect(status).toBe(1);
      expect(stderr).toContain('ENOSPC');
    });
  });
});

describe('the dip process, cut short', { timeout: 60_000 }, () => {
  it('ends quietly when stdout is closed', async () => {
    await withEngine({ 'dipswitch.yaml': VALID_FILE }, async (options) => {
      await runDip(['apply', '--yes'], options);
      const { child, done } = startDip(['health', '--watch', '--interval', '60'], options);
      child.stdout.destroy();
      expect(await done).toMatchObject({ exitCode: 0, err: '' });
    });
  });

  it('ends a watch on Ctrl-C with 0', async () => {
    await withEngine({ 'dipswitch.yaml': VALID_FILE }, async (options) => {
      await runDip(['apply', '--yes'], options);
      const { child, done } = startDip(['health', '--watch'], options);
      await once(child.stdout, 'data');
      child.kill('SIGINT');
      expect((await done).exitCode).toBe(0);
    });
  });

  it('finishes what is in flight on the first Ctrl-C, starts nothing more, exits 130 with the report', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let arrived = (): void => undefined;
    const first = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const beforePut = async (): Promise<void> => {
      arrived();
      await held;
    };
    await withEngine(
      { 'dipswitch.yaml': manyConnectors(10) },
      async (options, engine) => {
        const { child, done } = startDip(['apply', '--yes', '--concurrency', '1', '--report', 'r.json'], options);
        await first;
        child.kill('SIGINT');
        await waitForText(child.stderr, 'Ctrl-C again');
        release();
        const { exitCode, out } = await done;
        expect(exitCode).toBe(130);
        expect(engine.stored.size).toBe(1);
        expect(out).toContain('1 created');
        expect(out).toContain('9 not started');
        const report: unknown = JSON.parse(await readFile(path.join(options.cwd, 'r.json'), 'utf8'));
        expect(report).toMatchObject({ interrupted: true, ok: false, summary: { created: 1, skipped: 9 } });
      },
      { beforePut },
    );
  });

  it('drops what is in flight on the second Ctrl-C and still sums up', async () => {
    let arrived = (): void => undefined;
    const first = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const beforePut = async (): Promise<void> => {
      arrived();
      await new Promise<never>(() => undefined);
    };
    await withEngine(
      { 'dipswitch.yaml': manyConnectors(3) },
      async (options) => {
        const { child, done } = startDip(['apply', '--yes', '--concurrency', '1', '--report', 'r.json'], options);
        await first;
        child.kill('SIGINT');
        await waitForText(child.stderr, 'Ctrl-C again');
        child.kill('SIGINT');
        const { exitCode, out } = await done;
        expect(exitCode).toBe(130);
        expect(out).toContain('0 created');
        expect(JSON.parse(await readFile(path.join(options.cwd, 'r.json'), 'utf8'))).toMatchObject({
          interrupted: true,
        });
      },
      { beforePut },
    );
  });
});

function waitForText(stream: NodeJS.ReadableStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    let seen = '';
    stream.on('data', (chunk: string) => {
      seen += chunk;
      if (seen.includes(text)) resolve();
    });
  });
}
