// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the project file are written this way
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadDesiredState } from '../../src/files/desired-state.ts';
import type { LoadDesiredStateOptions } from '../../src/files/desired-state-types.ts';

const GOOD = `project: crm
connectors:
  - id: db-prod-analytics-01
    name: Production Analytics PostgreSQL
    type: postgresql
    host: db.internal.net
    port: 5432
    database: analytics_dw
    driverVersion: 42.6.0
    credentials: {username: VAULT_DB_USERNAME, password: VAULT_DB_PASSWORD}
    pool: {min: 2, max: 15, connectionTimeoutSeconds: 25}
    health: {query: SELECT 1, intervalSeconds: 60, timeoutSeconds: 5}
    events: [{type: CONFIG_UPDATED, webhookUrl: "https://vault-sync.internal/webhooks/cxone-config"}]
`;
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

describe('loadDesiredState', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'dip-plan-'));
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  async function load(files: Record<string, string>, options: LoadDesiredStateOptions = {}) {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(cwd, name)), { recursive: true });
      await writeFile(join(cwd, name), text);
    }
    return loadDesiredState({ cwd, ...options });
  }

  const errors = ({ findings }: Awaited<ReturnType<typeof loadDesiredState>>) =>
    findings
      .filter(({ severity }) => severity === 'error')
      .map(({ code, source }) => `${code} ${source.file}:${source.line}:${source.column}`);

  it('tells what an entry makes of its body and no member of it breaks', async () => {
    const hosts = Array.from(
      { length: 12 },
      (_, index) => `{host: ${`${'a'.repeat(60)}.`.repeat(3)}h${index}.example}`,
    );
    const state = await load({
      'dipswitch.yaml': GOOD.replace(/ host: .*\n +port: .*/, ` hosts: [${hosts.join(', ')}]`),
    });
    expect(errors(state)).toEqual(['TOO_LONG dipswitch.yaml:3:5', 'INVALID_CONNECTION_STRING dipswitch.yaml:3:5']);
    expect(state.connectors).toEqual([]);
  });

  it("makes the contract's own body from the contract's own file", async () => {
    const state = await load({ 'dipswitch.yaml': GOOD });
    expect(errors(state)).toEqual([]);
    expect(state.projects).toEqual(['crm']);
    expect(state.connectors[0]?.source).toEqual({ file: 'dipswitch.yaml', line: 3, column: 9 });
    expect(state.connectors[0]?.body).toEqual({
      connectorId: 'db-prod-analytics-01',
      connectorName: 'Production Analytics PostgreSQL',
      connectorType: 'DATABASE_POSTGRESQL',
      labels: { 'dipswitch.project': 'crm' },
      configuration: {
        connectionString: 'jdbc:postgresql://db.internal.net:5432/analytics_dw?driverVersion=42.6.0',
        credentials: {},
        credentialMasking: { username: 'VAULT_DB_USERNAME', password: 'VAULT_DB_PASSWORD' },
        poolSettings: { minPoolSize: 2, maxPoolSize: 15, connectionTimeoutSeconds: 25 },
        securitySettings: { enableParameterizedQueries: true, sslMode: true },
      },
      healthCheck: { enabled: true, query: 'SELECT 1', intervalSeconds: 60, timeoutSeconds: 5 },
      eventSubscriptions: [
        { eventType: 'CONFIG_UPDATED', webhookUrl: 'https://vault-sync.internal/webhooks/cxone-config' },
      ],
    });
  });

  it('shows an advisory as a warning at the driver version', async () => {
    const { findings } = await load({ 'dipswitch.yaml': GOOD });
    expect(findings).toEqual([
      expect.objectContaining({
        code: 'DRIVER_ADVISORY',
        severity: 'warning',
        path: '/connectors/0/driverVersion',
        source: { file: 'dipswitch.yaml', line: 9, column: 20 },
      }),
    ]);
  });

  it.each<[string, [string, string], string]>([
    ['a pool over the limit', ['max: 15', 'max: 51'], 'POOL_LIMIT_EXCEEDED dipswitch.yaml:11:25'],
    ['min above max', ['min: 2', 'min: 20'], 'POOL_MIN_ABOVE_MAX dipswitch.yaml:11:17'],
    ['a writing health query', ['query: SELECT 1', 'query: DELETE FROM t'], 'HEALTH_QUERY_WRITES dipswitch.yaml:12:21'],
    [
      'a time-out above the interval',
      ['timeoutSeconds: 5', 'timeoutSeconds: 90'],
      'HEALTH_TIMEOUT_NOT_BELOW_INTERVAL dipswitch.yaml:12:68',
    ],
    ['an http webhook', ['https://vault', 'http://vault'], 'WEBHOOK_NOT_HTTPS dipswitch.yaml:13:49'],
    ['an unknown driver version', ['42.6.0', '1.0.0'], 'UNSUPPORTED_DRIVER_VERSION dipswitch.yaml:9:20'],
    ['an unknown kind', ['type: postgresql', 'type: postgres'], 'INVALID_FORMAT dipswitch.yaml:5:11'],
    ['a bad port', ['port: 5432', 'port: 70000'], 'INVALID_PORT dipswitch.yaml:7:11'],
    ['an unknown field', ['    port:', '    prot:'], 'UNKNOWN_FIELD dipswitch.yaml:7:5'],
    ['a missing member', ['    host: db.internal.net\n', ''], 'REQUIRED dipswitch.yaml:3:5'],
    ['a metadata address', ['db.internal.net', '169.254.169.254'], 'ADDRESS_REFUSED dipswitch.yaml:6:11'],
  ])('points at %s', async (_name, [from, to], expected) => {
    expect(GOOD).toContain(from);
    expect(errors(await load({ 'dipswitch.yaml': GOOD.replace(from, to) }))).toContain(expected);
  });

  it('refuses a plaintext credential by the name of its field, and never repeats it', async () => {
    const text = GOOD.replace('password: VAULT_DB_PASSWORD', 'password: "canary p@ss!"');
    const state = await load({ 'dipswitch.yaml': text });
    expect(errors(state)).toEqual(['INVALID_SECRET_REFERENCE dipswitch.yaml:10:58']);
    expect(state.findings[0]?.path).toBe('/connectors/0/credentials/password');
    expect(state.connectors).toEqual([]);
    expect(JSON.stringify(state)).not.toContain('canary');
  });

  it('tells what is broken in structure and what breaks a rule in one go', async () => {
    const text = GOOD.replace('port: 5432', 'port: 70000')
      .replace('max: 15', 'max: 99')
      .replace('query: SELECT 1', 'query: DELETE FROM t')
      .replace('https://vault', 'http://vault')
      .replace('    name:', '    nmae:');
    expect(
      errors(await load({ 'dipswitch.yaml': text }))
        .map((error) => error.split(' ')[0])
        .sort(),
    ).toEqual(['HEALTH_QUERY_WRITES', 'INVALID_PORT', 'POOL_LIMIT_EXCEEDED', 'UNKNOWN_FIELD', 'WEBHOOK_NOT_HTTPS']);
  });

  it.each<[string, [string, string], string]>([
    [
      'a broken host next to plaintext',
      ['    host: db.internal.net', '    security: {sslMode: false}\n    host: "a b"'],
      'INVALID_FORMAT',
    ],
    ['a broken largest pool', ['max: 15', 'max: many'], 'INVALID_TYPE'],
    ['a missing driver version', ['    driverVersion: 42.6.0\n', ''], 'REQUIRED'],
    ['a plaintext password', ['VAULT_DB_PASSWORD', '"p w"'], 'INVALID_SECRET_REFERENCE'],
    ['no type', ['    type: postgresql\n', ''], 'REQUIRED'],
  ])('says nothing about what %s leaves open', async (_name, [from, to], code) => {
    const state = await load({ 'dipswitch.yaml': GOOD.replace(from, to) });
    expect(errors(state).map((error) => error.split(' ')[0])).toEqual([code]);
    expect(state.connectors).toEqual([]);
  });

  it('tells the problems of every file and entry at once, and keeps the good ones', async () => {
    const state = await load(
      {
        'a.yaml': GOOD.replace('max: 15', 'max: 99'),
        'b.yaml': GOOD.replace('id: db-prod-analytics-01', 'id: good'),
        'c.yaml': 'connectors: [',
      },
      { files: ['a.yaml', 'b.yaml', 'c.yaml', 'd.yaml'] },
    );
    expect(errors(state).map((text) => text.split(':')[0])).toEqual([
      'YAML_SYNTAX c.yaml',
      'FILE_UNREADABLE d.yaml',
      'POOL_LIMIT_EXCEEDED a.yaml',
    ]);
    expect(state.connectors.map(({ body }) => body.connectorId)).toEqual(['good']);
  });

  it('names both places of an id given twice', async () => {
    const state = await load({ 'one.yaml': GOOD, 'two.yaml': `# moved\n${GOOD}` }, { files: ['one.yaml', 'two.yaml'] });
    expect(errors(state)).toEqual(['DUPLICATE_ID two.yaml:4:9']);
    expect(state.findings.at(-1)?.message).toContain('one.yaml:3:9');
  });

  it('reads a folder without its overlays, sorted', async () => {
    const entry = (id: string) => GOOD.replace('db-prod-analytics-01', id);
    const files = {
      'conf/b.yml': entry('b'),
      'conf/a.yaml': entry('a'),
      'conf/a.prod.yaml': 'connectors: [{id: a, host: prod.internal.net}]',
      'conf/notes.txt': 'x',
      'conf/.hidden.yaml': 'x: 1',
    };
    const state = await load(files, { files: ['conf'] });
    expect(errors(state)).toEqual([]);
    expect(state.connectors.map(({ body }) => body.connectorId)).toEqual(['a', 'b']);
    const prod = await load(files, { files: ['conf'], environment: 'prod' });
    expect(prod.connectors[0]?.body.configuration.connectionString).toContain('prod.internal.net');
    expect(prod.files).toEqual(['conf/a.yaml', 'conf/a.prod.yaml', 'conf/b.yml']);
  });

  it('says that a folder holds nothing', async () => {
    await mkdir(join(cwd, 'empty'));
    expect(errors(await load({}, { files: ['empty'] }))).toEqual(['FILE_UNREADABLE empty:1:1']);
  });

  it('points into the overlay at what the overlay breaks', async () => {
    const overlay = 'connectors:\n  - id: db-prod-analytics-01\n    pool: {max: 99}\n';
    const state = await load({ 'dipswitch.yaml': GOOD, 'dipswitch.prod.yaml': overlay }, { environment: 'prod' });
    expect(errors(state)).toEqual(['POOL_LIMIT_EXCEEDED dipswitch.prod.yaml:3:17']);
  });

  it('warns when no file has the overlay that was asked for', async () => {
    const { findings } = await load({ 'dipswitch.yaml': GOOD }, { environment: 'prod' });
    expect(findings[0]).toMatchObject({ severity: 'warning', message: 'no file has an overlay for prod' });
  });

  it('refuses an environment that would climb out of the folder', async () => {
    await expect(load({}, { environment: '../x' })).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
  });

  it('takes standard input', async () => {
    const state = await load({}, { files: ['-'], stdin: async () => GOOD });
    expect(errors(state)).toEqual([]);
    expect(state.connectors[0]?.source.file).toBe('-');
  });

  it('replaces variables, and says nothing more about a document that lacks one', async () => {
    const text = GOOD.replace('port: 5432', 'port: ${DB_PORT}').replace(
      '{min: 2, max: 15, connectionTimeoutSeconds: 25}',
      '\n      max: ${MAX}',
    );
    const state = await load({ 'dipswitch.yaml': text }, { variables: { DB_PORT: '6432', MAX: '9' } });
    expect(errors(state)).toEqual([]);
    expect(state.connectors[0]?.body.configuration.connectionString).toContain(':6432/');
    expect(errors(await load({}, { variables: { MAX: '9' } }))).toEqual(['VARIABLE_UNSET dipswitch.yaml:7:11']);
  });

  it('says that a variable in a flow map must be quoted, once', async () => {
    const state = await load({ 'dipswitch.yaml': GOOD.replace('max: 15', 'max: ${MAX}') });
    expect(errors(state)).toEqual(['YAML_SYNTAX dipswitch.yaml:11:26']);
    expect(state.findings[0]?.message).toContain('in quotes');
  });

  it('reads a certificate next to the file that names it', async () => {
    const named = (path: string) => `${GOOD}    security: {caCertificateFile: ${path}}\n`;
    const state = await load(
      { 'conf/dipswitch.yaml': named('./ca.pem'), 'conf/ca.pem': CERTIFICATE },
      { files: ['conf/dipswitch.yaml'] },
    );
    expect(errors(state)).toEqual([]);
    expect(state.connectors[0]?.body.configuration.securitySettings.caCertificate).toBe(CERTIFICATE);
    const missing = await load({ 'dipswitch.yaml': named('./gone.pem') });
    expect(errors(missing)).toEqual(['FILE_UNREADABLE dipswitch.yaml:14:35']);
    const wrong = await load({ 'dipswitch.yaml': named('./key.pem'), 'key.pem': 'canary private key' });
    expect(errors(wrong)).toEqual(['INVALID_CERTIFICATE dipswitch.yaml:14:35']);
    expect(JSON.stringify(wrong)).not.toContain('canary');
  });

  it('stops at a signal that has fired', async () => {
    await expect(load({ 'dipswitch.yaml': GOOD }, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  });

  it('loads no HTTP library', () => {
    const entry = fileURLToPath(new URL('../../src/files/desired-state.ts', import.meta.url));
    const verify = fileURLToPath(new URL('../../src/audit/verify-audit-file.ts', import.meta.url));
    const script = `
      import { registerHooks } from 'node:module';
      registerHooks({ resolve(specifier, context, next) {
        if (specifier === 'undici') throw new Error('undici is loaded by ' + context.parentURL);
        return next(specifier, context);
      } });
      await import(${JSON.stringify(entry)});
      await import(${JSON.stringify(verify)});
      process.stdout.write('light');`;
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })).toBe('light');
  });
});
