import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApp } from '../../src/app/app.ts';
import { CLIENT_COMMANDS } from '../../src/commands/client-commands.ts';
import { KEY_COMMANDS } from '../../src/commands/key-commands.ts';
import { MIGRATE_COMMAND } from '../../src/commands/migrate-command.ts';
import { runProgram } from '../../src/commands/run-program.ts';
import { SECRET_COMMANDS } from '../../src/commands/secret-commands.ts';
import { createStartCommand } from '../../src/commands/start-command.ts';
import { WEBHOOK_COMMANDS } from '../../src/commands/webhook-commands.ts';
import { loadConfig } from '../../src/settings/config.ts';
import { silentLogger } from '../../src/util/logger.ts';

describe('dip-engine', () => {
  let dataDir: string;
  let stop: () => void;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'dip-program-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  async function run(argv: readonly string[], { stdin = '', environment = {} } = {}) {
    let [stdout, stderr] = ['', ''];
    const stopRequested = new Promise<string>((resolve) => {
      stop = () => resolve('SIGTERM');
    });
    const commands = [
      createStartCommand({
        version: '0',
        openEngine: openApp,
        createLogger: () => silentLogger,
        stopRequested: () => stopRequested,
      }),
      ...CLIENT_COMMANDS,
      ...KEY_COMMANDS,
      ...SECRET_COMMANDS,
      ...WEBHOOK_COMMANDS,
      MIGRATE_COMMAND,
    ];
    const exitCode = await runProgram(argv, commands, {
      environment: { DIP_DATA_DIR: dataDir, ...environment },
      print: (text) => {
        stdout += text;
        if (text.startsWith('dip-engine listening')) stop();
      },
      explain: (text) => {
        stderr += text;
      },
      readStandardInput: async () => stdin,
    });
    return { exitCode, stdout, stderr };
  }

  const json = async (argv: readonly string[], stdin?: string) => {
    const { exitCode, stdout, stderr } = await run([...argv, '--json'], stdin === undefined ? {} : { stdin });
    if (exitCode !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  };

  it('prints one line with the address when it listens, and exits 0 when asked to stop', async () => {
    const { exitCode, stdout } = await run(['start', '--port', '0']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^dip-engine listening on http:\/\/127\.0\.0\.1:\d+\n$/);
  });

  it('refuses a bad configuration with 64 and every problem, and makes no file', async () => {
    const { exitCode, stdout, stderr } = await run(['start', '--port', 'x'], { environment: { DIP_RATE_LIMIT: 'y' } });
    expect([exitCode, stdout]).toEqual([64, '']);
    expect(stderr).toContain('--port');
    expect(stderr).toContain('DIP_RATE_LIMIT');
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('says in one line why it cannot start when the state database does not answer, without its address', async () => {
    const { exitCode, stderr } = await run(['start'], {
      environment: { DIP_DATABASE_URL: 'postgres://user:canary@127.0.0.1:1/db' },
    });
    expect(exitCode).toBe(1);
    expect(stderr).toBe('dip-engine start: the state database is not available (ECONNREFUSED)\n');
  });

  it('says that the master key is another one', async () => {
    await run(['start', '--port', '0']);
    const environment = { DIP_MASTER_KEY: Buffer.alloc(32, 9).toString('base64') };
    const { exitCode, stderr } = await run(['start', '--port', '0'], { environment });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('master key')]);
  });

  it('makes, lists and revokes clients', async () => {
    const made = await json(['client', 'create', '--tenant', 'acme', '--scope', 'integrations:read audit:read']);
    expect(made).toEqual({
      clientId: expect.stringMatching(/^dipc-/),
      clientSecret: expect.stringMatching(/^dips_[\w-]{49}$/),
    });
    await json(['client', 'revoke', made.clientId]);
    const [listed] = await json(['client', 'list', '--tenant', 'acme']);
    expect(listed).toMatchObject({
      clientId: made.clientId,
      tenant: 'acme',
      scopes: ['integrations:read', 'audit:read'],
      revokedAt: expect.any(String),
    });
    expect(JSON.stringify(listed)).not.toMatch(/secret/i);
    expect((await run(['client', 'revoke', made.clientId])).exitCode).toBe(1);
  });

  it('lists as a table for a reader', async () => {
    await json(['client', 'create', '--scope', 'audit:read', '--description', 'auditor']);
    const { stdout } = await run(['client', 'list']);
    expect(stdout.split('\n')[0]).toMatch(/^CLIENT +TENANT +SCOPES +CREATED +REVOKED +DESCRIPTION$/);
    expect(stdout.split('\n')[1]).toMatch(/^dipc-\w+ +default +audit:read +\S+ +- +auditor$/);
  });

  it('makes, lists and revokes static keys', async () => {
    const made = await json(['key', 'create', '--tenant', 'acme']);
    expect(made).toEqual({ keyId: expect.stringMatching(/^dipk-/), apiKey: expect.stringMatching(/^dipk_[\w-]{49}$/) });
    await json(['key', 'revoke', made.keyId]);
    const [listed] = await json(['key', 'list']);
    expect(listed).toMatchObject({ keyId: made.keyId, revokedAt: expect.any(String) });
    expect(JSON.stringify(listed)).not.toContain(made.apiKey);
  });

  it('stores a secret from standard input without its last line end, and never shows it', async () => {
    expect(await json(['secret', 'set', 'DB_PASSWORD'], 'canary\n')).toEqual({ name: 'DB_PASSWORD', version: 1 });
    expect(await json(['secret', 'set', 'DB_PASSWORD'], 'canary-2')).toEqual({ name: 'DB_PASSWORD', version: 2 });
    const listed = await json(['secret', 'list']);
    expect(listed).toMatchObject([{ name: 'DB_PASSWORD', version: 2 }]);
    expect(JSON.stringify(listed)).not.toContain('canary');
    expect(await json(['secret', 'delete', 'DB_PASSWORD'])).toEqual({ name: 'DB_PASSWORD', deleted: true });
    expect((await run(['secret', 'delete', 'DB_PASSWORD'])).exitCode).toBe(1);
  });

  it('rotates the key that signs tokens', async () => {
    const { kid } = await json(['signing-key', 'rotate']);
    expect(await json(['signing-key', 'list'])).toMatchObject([{ kid, retiredAt: null }]);
    await json(['signing-key', 'rotate']);
    expect(await json(['signing-key', 'list'])).toMatchObject([
      { kid, retiredAt: expect.any(String) },
      { retiredAt: null },
    ]);
  });

  it('shows the signing secret of a webhook once and makes another on demand', async () => {
    const url = 'https://vault.example/hook';
    const { secret } = await json(['webhook', 'secret', url]);
    expect(secret).toMatch(/^whsec_/);
    expect((await run(['webhook', 'secret', url])).exitCode).toBe(1);
    expect((await json(['webhook', 'rotate', url])).secret).not.toBe(secret);
    expect(await json(['webhook', 'list'])).toMatchObject([{ webhookUrl: url, pendingDeliveries: 0 }]);
  });

  it('brings the schema up to date by itself or on demand', async () => {
    expect(await run(['migrate'])).toMatchObject({ exitCode: 0, stdout: 'the schema is up to date\n' });
  });

  it.each([
    [['client', 'create'], /--scope is needed/],
    [['client', 'create', '--scope', 'integrations:admin'], /--scope is needed/],
    [['client', 'create', '--scope', 'audit:read', '--tenant', '../x'], /--tenant/],
    [['client', 'create', 'extra', '--scope', 'audit:read'], /takes no argument/],
    [['client', 'revoke'], /ID is missing/],
    [['client', 'revoke', 'a', 'b'], /only one ID/],
    [['secret', 'set', 'NAME'], /standard input is empty/],
    [['secret', 'set'], /NAME is missing/],
    [['key', 'create', '--nonsense'], /Unknown option/],
    [['client'], /client create/],
    [['nonsense'], /no such command/],
    [[], /Usage: dip-engine/],
  ])('exits 64 for %j and says why', async (argv, expected) => {
    const { exitCode, stdout, stderr } = await run(argv);
    expect([exitCode, stdout]).toEqual([64, '']);
    expect(stderr).toMatch(expected);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it.each([[['--help']], [['help']], [['start', '--help']], [['client', '--help']], [['secret', 'set', '-h']]])(
    'prints help with examples for %j',
    async (argv) => {
      const { exitCode, stdout } = await run(argv);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^Usage: dip-engine[\s\S]*Examples:\n {2}\S/);
    },
  );

  it('makes a client that a running engine knows at once, whose making that engine then audits', async () => {
    const config = await loadConfig(['--port', '0', '--data-dir', dataDir], {});
    const open = () => openApp({ ...config, version: '0', environment: {}, logger: silentLogger });
    const running = await open();
    const url = await running.listen();
    const { clientId, clientSecret } = await json(['client', 'create', '--scope', 'audit:read']);
    const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const answer = await fetch(`${url}/oauth/token`, { method: 'POST', body: new URLSearchParams(fields) });
    expect(answer.status).toBe(200);
    await running.close();

    const restarted = await open();
    await restarted.listen();
    await restarted.close();
    const trail = await readFile(join(dataDir, 'audit', 'audit.jsonl'), 'utf8');
    const events = trail.trimEnd().split('\n');
    expect(events.map((line) => JSON.parse(line))).toMatchObject([
      { eventType: 'CLIENT_CREATED', actor: 'operator', tenant: 'default', details: { clientId } },
    ]);
    expect(trail).not.toContain(clientSecret);
  });
});
