import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/settings/config.ts';
import { START_OPTIONS } from '../../src/settings/config-options.ts';
import { UsageError } from '../../src/settings/read-options.ts';

const MASTER_KEY = Buffer.alloc(32, 5).toString('base64');

async function problemsOf(argv: string[], environment: Record<string, string> = {}): Promise<readonly string[]> {
  const error = await loadConfig(argv, environment).catch((caught: unknown) => caught);
  if (error instanceof UsageError) return error.problems;
  throw new Error(`expected a UsageError, got ${String(error)}`);
}

describe('loadConfig', () => {
  it('listens on loopback, keeps its state in .dipswitch and allows 50 writes a second by default', async () => {
    expect(await loadConfig([], {})).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      listensOnLoopback: true,
      dataDir: resolve('.dipswitch'),
      databaseUrl: undefined,
      masterKey: undefined,
      publicUrl: undefined,
      writesPerSecond: 50,
      connectionsPerAddress: 1000,
      allowedNetworks: [],
      allowPlaintextDatabases: false,
      envSecretTenants: [],
      fileSecretTenants: [],
      logLevel: 'info',
      bootstrapClient: undefined,
    });
  });

  it('reads every flag', async () => {
    const config = await loadConfig(
      [
        ...['--host', '0.0.0.0', '--port', '0', '--data-dir', '/d', '--database-url', 'postgres://u:p@h/d'],
        ...['--public-url', 'https://dip.example/engine/', '--rate-limit', '7/s'],
        ...['--max-connections-per-address', '20'],
        ...['--allow-egress', '10.0.0.0/8', '--allow-egress', 'fd00::/8', '--allow-plaintext-databases'],
        ...['--allow-env-secrets', 'acme', '--allow-file-secrets', 'acme', '--secrets-dir', '/s'],
        ...['--log-level', 'warn', '--shutdown-grace', '3'],
      ],
      {},
    );
    expect({ ...config, databaseUrl: config.databaseUrl?.expose(), catalogue: undefined }).toEqual({
      host: '0.0.0.0',
      port: 0,
      listensOnLoopback: false,
      dataDir: '/d',
      databaseUrl: 'postgres://u:p@h/d',
      masterKey: undefined,
      publicUrl: 'https://dip.example/engine',
      writesPerSecond: 7,
      connectionsPerAddress: 20,
      allowedNetworks: ['10.0.0.0/8', 'fd00::/8'],
      allowPlaintextDatabases: true,
      envSecretTenants: ['acme'],
      fileSecretTenants: ['acme'],
      secretsDir: '/s',
      catalogue: undefined,
      logLevel: 'warn',
      shutdownGraceMs: 3000,
      bootstrapClient: undefined,
    });
  });

  it('reads the environment twins; lists are separated by commas, and a flag wins', async () => {
    const config = await loadConfig(['--port', '1'], {
      DIP_PORT: '2',
      DIP_ALLOW_EGRESS: '10.0.0.0/8, 192.168.0.0/16',
      DIP_ALLOW_PLAINTEXT_DATABASES: 'false',
      DIP_MASTER_KEY: MASTER_KEY,
      DIP_BOOTSTRAP_CLIENT_ID: 'boot',
      DIP_BOOTSTRAP_CLIENT_SECRET: 'secret',
      DIP_DATABASE_URL: '',
    });
    expect(config).toMatchObject({
      port: 1,
      allowedNetworks: ['10.0.0.0/8', '192.168.0.0/16'],
      allowPlaintextDatabases: false,
      databaseUrl: undefined,
    });
    expect(config.masterKey?.expose()).toBe(MASTER_KEY);
    expect(config.bootstrapClient?.clientSecret.expose()).toBe('secret');
  });

  it.each([
    ['127.0.0.1', true],
    ['::1', true],
    ['[::1]', true],
    ['localhost', true],
    ['127.8.8.8', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.1.2.3', false],
    ['dip.internal', false],
  ])('says of host %s that it is loopback: %s', async (host, isLoopback) => {
    expect((await loadConfig(['--host', host], {})).listensOnLoopback).toBe(isLoopback);
  });

  it('lists every problem at once, by its source and without its value', async () => {
    const problems = await problemsOf(['--port', 'canary-1', '--rate-limit', '0/s'], {
      DIP_HOST: 'canary 2',
      DIP_MAX_CONNECTIONS_PER_ADDRESS: 'canary-0',
      DIP_DATABASE_URL: 'mysql://root:canary-3@h/d',
      DIP_MASTER_KEY: 'canary-4',
      DIP_PUBLIC_URL: 'https://u:canary-5@h',
      DIP_ALLOW_EGRESS: '10.0.0.0/99,canary-6',
      DIP_ALLOW_PLAINTEXT_DATABASES: 'canary-7',
      DIP_ALLOW_ENV_SECRETS: '../canary-8',
      DIP_LOG_LEVEL: 'canary-9',
      DIP_SHUTDOWN_GRACE: 'canary-10',
      DIP_BOOTSTRAP_CLIENT_ID: 'canary 11',
      DIP_CATALOGUE_FILE: '/nowhere/canary-12',
    });
    expect(problems.map((problem) => problem.split(' ', 1)[0]).sort()).toEqual(
      [
        '--port',
        '--rate-limit',
        'DIP_HOST',
        'DIP_MAX_CONNECTIONS_PER_ADDRESS',
        'DIP_DATABASE_URL',
        'DIP_MASTER_KEY',
        'DIP_PUBLIC_URL',
        'DIP_ALLOW_EGRESS',
        'DIP_ALLOW_EGRESS',
        'DIP_ALLOW_PLAINTEXT_DATABASES',
        'DIP_ALLOW_ENV_SECRETS',
        'DIP_LOG_LEVEL',
        'DIP_SHUTDOWN_GRACE',
        'DIP_BOOTSTRAP_CLIENT_ID',
        'DIP_BOOTSTRAP_CLIENT_ID',
        'DIP_CATALOGUE_FILE',
      ].sort(),
    );
    expect(problems.join()).not.toContain('canary');
  });

  it.each([
    [['--no-such-flag'], /Unknown option/],
    [['--port'], /--port/],
    [['--port', '--host', '::1'], /^[^\n]*--port[^\n]*$/],
    [['--port', '1', '--port', '2'], /more than once/],
    [['extra'], /takes no argument/],
    [['--allow-plaintext-databases=yes'], /does not take an argument/],
  ])('refuses the command line %j', async (argv, expected) => {
    expect((await problemsOf(argv)).join()).toMatch(expected);
  });

  it.each(['65536', '-1', '80.5', '', '0x50', '1e3'])('refuses port %j', async (port) => {
    expect(await problemsOf([`--port=${port}`])).toHaveLength(1);
  });

  it.each(['0', '-1', '1e3', '1000000', ''])('refuses %j connections of an address', async (count) => {
    expect(await problemsOf([`--max-connections-per-address=${count}`])).toHaveLength(1);
  });

  it.each(['50', '50/m', '0/s', '-1/s', '1.5/s', '100001/s'])('refuses the rate limit %j', async (rate) => {
    expect(await problemsOf([`--rate-limit=${rate}`])).toHaveLength(1);
  });

  describe('with a catalogue file', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'dip-config-'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    it('extends the catalogue', async () => {
      const path = join(folder, 'catalogue.json');
      await writeFile(path, JSON.stringify({ postgresql: { driverVersions: ['42.7.4'], maxPoolSize: 99 } }));
      const { catalogue } = await loadConfig(['--catalogue-file', path], {});
      expect(catalogue.postgresql.driverVersions).toContain('42.7.4');
      expect(catalogue.postgresql.maxPoolSize).toBe(99);
    });

    it.each(['not json', '{"postgresql":{"maxPoolSize":0}}', '{"db2":{}}'])(
      'refuses the content %j',
      async (content) => {
        const path = join(folder, 'catalogue.json');
        await writeFile(path, content);
        expect(await problemsOf(['--catalogue-file', path])).toHaveLength(1);
      },
    );
  });
});

describe('the table of options', () => {
  it('has one flag and one environment name for each', () => {
    const options = Object.values(START_OPTIONS);
    const flags = options.map((option) => option.flag).filter((flag) => flag !== null);
    expect(new Set(flags).size).toBe(flags.length);
    expect(new Set(options.map((option) => option.environment)).size).toBe(options.length);
    expect(options.every((option) => /^DIP_[A-Z_]+$/.test(option.environment))).toBe(true);
  });

  it('keeps keys and secrets off the command line', () => {
    const onCommandLine = Object.values(START_OPTIONS).filter((option) => option.flag !== null);
    expect(onCommandLine.map((option) => option.environment)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/MASTER_KEY|CLIENT_SECRET/)]),
    );
  });
});
