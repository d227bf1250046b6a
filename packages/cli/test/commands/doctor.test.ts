import { writeFile } from 'node:fs/promises';
import { SCOPES } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { createCertificateAuthority } from '../../../../test/support/tls-certificates.ts';
import { createDoctor } from '../../src/commands/doctor/run-doctor.ts';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { createFakeClient, type FakeClientOptions } from '../support/fake-client.ts';
import { runDip } from '../support/run-dip.ts';
import { type Script, withScriptedServer } from '../support/scripted-server.ts';
import { createTestContext, withFolder } from '../support/test-context.ts';

const SECRET = 'canary-client-secret';
const NOW = '2026-01-01T12:00:00.000Z';

/** A healthy engine of the version that the doctor is told. */
const HEALTHY: Script = {
  '/readyz': { body: { status: 'ready', parts: [] } },
  '/livez': { headers: { date: new Date(NOW).toUTCString() } },
  '/openapi.json': { body: { info: { version: '1.2.9' } } },
  '/oauth/token': { body: { access_token: 'canary-token', token_type: 'Bearer', scope: SCOPES.join(' ') } },
  '/api/v1/integrations/connectors': {
    body: { items: [], nextCursor: null },
    headers: { 'ratelimit-policy': '"write";q=50;w=1' },
  },
};

interface DoctorRun {
  readonly exitCode: number;
  readonly text: string;
  of(check: string): { readonly status: string; readonly found: string; readonly hint: string | null };
}

interface DoctorOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly client?: FakeClientOptions;
  readonly files?: Readonly<Record<string, string>>;
  readonly limitMs?: number;
}

async function diagnose(script: Script, options: DoctorOptions = {}): Promise<DoctorRun> {
  return await withScriptedServer(
    script,
    async (port) =>
      await withFolder(options.files ?? {}, async (cwd) => {
        const context = createTestContext({
          cwd,
          env: {
            CXONE_BASE_URL: `http://127.0.0.1:${port}`,
            CXONE_CLIENT_ID: 'client-1',
            CXONE_CLIENT_SECRET: SECRET,
            ...options.env,
          },
          terminal: { format: 'json' },
          client: createFakeClient(options.client),
        });
        const exitCode = await createDoctor('1.2.3', options.limitMs)(context, {});
        const text = context.terminal.out();
        const { checks }: { checks: { check: string; status: string; found: string; hint: string | null }[] } =
          JSON.parse(text);
        const of: DoctorRun['of'] = (check) => {
          const found = checks.find((verdict) => verdict.check === check);
          if (found === undefined) throw new Error(`no check ${check} in ${text}`);
          return found;
        };
        return { exitCode, text: text + context.terminal.err(), of };
      }),
  );
}

describe('dip doctor', () => {
  it('finds nothing where everything works', async () => {
    const { exitCode, of, text } = await diagnose(HEALTHY);
    expect(exitCode).toBe(EXIT_CODES.done);
    for (const check of ['settings', 'server', 'clock', 'token', 'audit file', 'versions']) {
      expect([check, of(check).status]).toEqual([check, 'ok']);
    }
    for (const scope of SCOPES) expect(of(`scope ${scope}`).status).toBe('ok');
    expect(of('rate limit').found).toBe('"write";q=50;w=1');
    expect(of('versions').found).toMatch(/^dip 1\.2\.3, Node \d+.*, engine 1\.2\.9$/);
    expect(text).not.toContain('canary');
  });

  it('looks at what it can when settings are missing', async () => {
    const { exitCode, of } = await diagnose(HEALTHY, { env: { CXONE_CLIENT_SECRET: '' } });
    expect(exitCode).toBe(EXIT_CODES.findings);
    expect(of('settings')).toMatchObject({ status: 'failed', found: expect.stringContaining('CXONE_CLIENT_SECRET') });
    expect(of('server').status).toBe('ok');
    expect(of('token').status).toBe('skipped');
    const { of: ofNothing } = await diagnose(HEALTHY, { env: { CXONE_BASE_URL: '' } });
    expect(ofNothing('server')).toMatchObject({ status: 'skipped', found: 'no address' });
  });

  it.each<[string, Script, string, string, RegExp]>([
    [
      'parts that are not ready',
      {
        '/readyz': {
          status: 503,
          body: { status: 'not-ready', parts: [{ name: 'state', ok: false, reason: 'down' }] },
        },
      },
      'server',
      'failed',
      /not ready: state \(down\)/,
    ],
    [
      'a page that is no engine',
      { '/readyz': { body: '<html>login</html>' } },
      'server',
      'warning',
      /not as an engine/,
    ],
    ['a redirect', { '/readyz': { status: 302, headers: { location: 'http://x/' } } }, 'server', 'failed', /redirects/],
    [
      'a clock 20 s behind',
      { '/livez': { headers: { date: 'Thu, 01 Jan 2026 12:00:20 GMT' } } },
      'clock',
      'warning',
      /20 s behind/,
    ],
    [
      'a clock 10 min ahead',
      { '/livez': { headers: { date: 'Thu, 01 Jan 2026 11:50:00 GMT' } } },
      'clock',
      'failed',
      /600 s ahead/,
    ],
    [
      'another version',
      { '/openapi.json': { body: { info: { version: '2.0.0' } } } },
      'versions',
      'warning',
      /engine 2\.0\.0/,
    ],
    ['no version', { '/openapi.json': { status: 404 } }, 'versions', 'ok', /the server tells none/],
    [
      'a missing scope for writing',
      { '/oauth/token': { body: { access_token: 't', token_type: 'Bearer', scope: 'integrations:read' } } },
      'scope integrations:write',
      'warning',
      /without it no apply/,
    ],
    [
      'a missing scope for reading',
      { '/oauth/token': { body: { access_token: 't', token_type: 'Bearer', scope: 'audit:read' } } },
      'scope integrations:read',
      'failed',
      /nothing works/,
    ],
    [
      'a scope that only a request shows to be missing',
      {
        '/oauth/token': { body: { access_token: 't', token_type: 'Bearer' } },
        '/api/v1/integrations/connectors': { status: 403, body: { code: 'INSUFFICIENT_SCOPE' } },
      },
      'scope integrations:read',
      'failed',
      /403 INSUFFICIENT_SCOPE/,
    ],
    [
      'a limit that is reached',
      { '/api/v1/integrations/connectors': { status: 429, headers: { 'retry-after': '7' } } },
      'rate limit',
      'warning',
      /again in 7 s/,
    ],
  ])('sees %s', async (_case, script, check, status, found) => {
    const run = await diagnose({ ...HEALTHY, ...script });
    expect(run.of(check)).toMatchObject({ status, found: expect.stringMatching(found) });
    expect(run.exitCode).toBe(status === 'failed' ? EXIT_CODES.findings : EXIT_CODES.done);
    if (status !== 'ok') expect(run.of(check).hint).toMatch(/\w/);
  });

  it('says why no token is given, as the library does', async () => {
    const error = Object.assign(new Error('the token endpoint refused: invalid_client'), {
      code: 'AUTH_REJECTED',
      hint: 'Check CXONE_CLIENT_ID and CXONE_CLIENT_SECRET.',
    });
    const { exitCode, of } = await diagnose({ ...HEALTHY, '/oauth/token': { status: 401 } }, { client: { error } });
    expect(exitCode).toBe(EXIT_CODES.findings);
    expect(of('token')).toMatchObject({
      status: 'failed',
      hint: error.hint,
      found: expect.stringContaining('AUTH_REJECTED'),
    });
    expect(of('scopes').status).toBe('skipped');
  });

  it('bounds every check by itself when the server never answers', async () => {
    const script = {
      ...HEALTHY,
      '/readyz': { hangs: true },
      '/livez': { hangs: true },
      '/oauth/token': { hangs: true },
    };
    const startedAt = performance.now();
    const { of } = await diagnose(script, { limitMs: 300 });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(of('server')).toMatchObject({ status: 'failed', found: 'no answer within 0.3 s' });
    expect(of('clock').status).toBe('failed');
    expect(of('versions').status).toBe('ok');
    expect(of('audit file').status).toBe('ok');
  });

  it('tells a refused connection from an unknown host', async () => {
    const closedPort = await withScriptedServer({}, async (port) => port);
    const refused = await diagnose(HEALTHY, { env: { CXONE_BASE_URL: `http://127.0.0.1:${closedPort}` } });
    expect(refused.of('server').found).toContain('ECONNREFUSED');
    const unknown = await diagnose(HEALTHY, { env: { CXONE_BASE_URL: 'https://host.invalid' }, limitMs: 4_000 });
    expect(unknown.of('dns').status).toBe('failed');
  });

  it.each([
    [200, 'ok', /active/],
    [503, 'failed', /sealed/],
    [404, 'failed', /not a vault/],
  ])('asks the vault for its health: %s', async (status, verdict, found) => {
    await withScriptedServer({ '/v1/sys/health': { status } }, async (port) => {
      const { of } = await diagnose(HEALTHY, { env: { VAULT_ADDR: `http://127.0.0.1:${port}` } });
      expect(of('vault')).toMatchObject({ status: verdict, found: expect.stringMatching(found) });
    });
  });

  it('tries the vault that secrets go to', async () => {
    const vault = { VAULT_TOKEN: 'canary-vault-token', DIP_VAULT: 'vault' };
    await withScriptedServer({ '/v1/sys/health': { status: 200 } }, async (port) => {
      const { exitCode, of, text } = await diagnose(HEALTHY, {
        env: { ...vault, VAULT_ADDR: `http://127.0.0.1:${port}` },
        limitMs: 4_000,
      });
      expect(exitCode).toBe(EXIT_CODES.done);
      expect(of('vault access')).toMatchObject({ status: 'ok', found: 'lists 0 secrets' });
      expect(text).not.toContain('canary');
    });
    const unknown = await diagnose(HEALTHY, { env: { DIP_VAULT: 'nope' } });
    expect(unknown.of('vault access')).toMatchObject({ status: 'failed', hint: expect.stringContaining('aws') });
    expect((await diagnose(HEALTHY)).of('vault access').status).toBe('skipped');
  });

  it('sees notices that are unsigned or cannot be signed', async () => {
    const url = { VAULT_WEBHOOK_URL: 'https://vault.example.com/hook' };
    expect((await diagnose(HEALTHY, { env: url })).of('vault notice').status).toBe('warning');
    const malformed = await diagnose(HEALTHY, { env: { ...url, VAULT_WEBHOOK_SECRET: 'canary-short' } });
    expect(malformed.of('vault notice').status).toBe('failed');
    expect(malformed.text).not.toContain('canary');
  });

  it('sees an audit file that is broken, or could not be written', async () => {
    const broken = await diagnose(HEALTHY, { files: { 'a.jsonl': 'rubbish\n' }, env: { DIP_AUDIT_FILE: 'a.jsonl' } });
    expect(broken.of('audit chain')).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('a.jsonl:1 UNPARSEABLE'),
    });
    const below = await diagnose(HEALTHY, { files: { file: '' }, env: { DIP_AUDIT_FILE: 'file/audit.jsonl' } });
    expect(below.of('audit file')).toMatchObject({ status: 'failed', found: expect.stringContaining('ENOTDIR') });
  });

  it('shows people each check with what to do about it', async () => {
    const context = createTestContext({ env: {}, cwd: '/nonexistent' });
    expect(await createDoctor('1.2.3')(context, {})).toBe(EXIT_CODES.findings);
    expect(context.terminal.out()).toMatch(/^failed {3}settings {6}Settings are missing:\n {23}CXONE_BASE_URL/);
    expect(context.terminal.out()).toMatch(/^ {23}> Set them in the environment/m);
    expect(context.terminal.err()).toMatch(/1 problem, 0 warnings, \d+ fine/);
  });

  it('ends at once when it is interrupted', async () => {
    await withScriptedServer({ '/readyz': { hangs: true } }, async (port) => {
      const context = createTestContext({ env: { CXONE_BASE_URL: `http://127.0.0.1:${port}` } });
      const run = createDoctor('1.2.3')(context, {});
      context.interrupts.press();
      await expect(run).rejects.toMatchObject({ exitCode: EXIT_CODES.interrupted });
    });
  });
});

describe('dip doctor over TLS', { timeout: 60_000 }, () => {
  const authority = createCertificateAuthority();
  const DAY_MS = 86_400_000;

  it.each([
    ['a good certificate', ['localhost'], 100, true, 'ok', /certificate for DNS:localhost for another 9\d days/],
    ['one that ends soon', ['localhost'], 5, true, 'warning', /another [45] days/],
    ['one that ended', ['localhost'], -1, true, 'failed', /CERT_HAS_EXPIRED/],
    ['one for another host', ['other.example'], 100, true, 'failed', /ALTNAME_INVALID.*other\.example/],
    [
      'one of an authority that nobody trusts',
      ['localhost'],
      100,
      false,
      'failed',
      /not trusted \(\w+\): issued by dipswitch test/,
    ],
  ])('judges %s', async (_case, names, days, isTrusted, status, found) => {
    const certificate = authority.issue(names, {
      notBefore: new Date(Date.now() - 50 * DAY_MS),
      notAfter: new Date(Date.now() + days * DAY_MS),
    });
    await withFolder({}, async (cwd) => {
      await writeFile(`${cwd}/ca.pem`, authority.certificate);
      await withScriptedServer(
        HEALTHY,
        async (port) => {
          const env = {
            CXONE_BASE_URL: `https://localhost:${port}`,
            CXONE_CLIENT_ID: 'client-1',
            CXONE_CLIENT_SECRET: SECRET,
            ...(isTrusted ? { NODE_EXTRA_CA_CERTS: `${cwd}/ca.pem` } : {}),
          };
          const { out } = await runDip(['doctor', '-o', 'json'], { cwd, env });
          const { checks }: { checks: { check: string }[] } = JSON.parse(out);
          expect(checks.find(({ check }) => check === 'tls')).toMatchObject({
            status,
            found: expect.stringMatching(found),
          });
        },
        certificate,
      );
    });
  });

  it('tells a server that speaks plain http', async () => {
    await withFolder(
      {},
      async (cwd) =>
        await withScriptedServer(HEALTHY, async (port) => {
          const env = {
            CXONE_BASE_URL: `https://localhost:${port}`,
            CXONE_CLIENT_ID: 'c',
            CXONE_CLIENT_SECRET: SECRET,
          };
          const { exitCode, out } = await runDip(['doctor'], { cwd, env });
          expect(exitCode).toBe(EXIT_CODES.findings);
          expect(out).toMatch(/failed +tls +localhost does not speak TLS/);
        }),
    );
  });
});
