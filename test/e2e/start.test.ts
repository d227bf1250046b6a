import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConnectorBody } from '../support/connector-bodies.ts';
import { Product } from '../support/product.ts';
import { DIP_ENGINE, runProgram } from '../support/product-programs.ts';
import { listStateVariants } from '../support/product-variants.ts';

const CONNECTORS = '/api/v1/integrations/connectors';
const PLACE = { kind: 'postgresql', host: '127.0.0.1', port: 1, database: 'none' } as const;

describe('dip-engine start with a bad configuration', () => {
  it('lists every problem at once, refuses to start and leaves no state behind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dip-start-'));
    try {
      const outcome = await runProgram(DIP_ENGINE, ['start'], {
        cwd: folder,
        env: {
          DIP_PORT: 'eighty',
          DIP_RATE_LIMIT: 'fast',
          DIP_DATABASE_URL: 'mysql://somewhere/else',
          DIP_ALLOW_EGRESS: '10.0.0.0/99',
        },
      });
      expect(outcome.exitCode).not.toBe(0);
      expect(outcome.stdout).toBe('');
      for (const name of ['DIP_PORT', 'DIP_RATE_LIMIT', 'DIP_DATABASE_URL', 'DIP_ALLOW_EGRESS']) {
        expect(outcome.stderr).toContain(name);
      }
      expect(await readdir(folder)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('exits 64 for an option that does not exist', async () => {
    const outcome = await runProgram(DIP_ENGINE, ['start', '--no-such-option']);
    expect(outcome.exitCode).toBe(64);
  });
});

describe.each(listStateVariants())('a running engine: $state', ({ options }) => {
  let product: Product;

  beforeAll(async () => {
    product = await Product.start({ ...options, args: ['--rate-limit', '5/s'] });
  });

  afterAll(() => product?.[Symbol.asyncDispose]());

  it.each(['/livez', '/readyz'])('answers 200 on %s without a token', async (path) => {
    expect((await product.api(path, { token: null })).status).toBe(200);
  });

  it('shows its metrics in the text form of Prometheus', async () => {
    const { status, text } = await product.api('/metrics', { token: null });
    expect(status).toBe(200);
    expect(text).toMatch(/^# TYPE \S+ (counter|gauge|histogram)$/m);
  });

  it('serves its OpenAPI document, its key set and its OAuth metadata', async () => {
    const document = await product.api('/openapi.json', { token: null });
    expect(Object.keys(Object(document.json.paths))).toContain(`${CONNECTORS}/{connectorId}`);
    const keys = await product.api('/.well-known/jwks.json', { token: null });
    expect(keys.json.keys).toHaveLength(1);
    expect(keys.text).not.toContain('"d"');
    const metadata = await product.api('/.well-known/oauth-authorization-server', { token: null });
    expect(metadata.json.token_endpoint).toBe(`${product.engine.url}/oauth/token`);
  });

  it('serves the console', async () => {
    const { status, headers } = await product.api('/console/', { token: null });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(headers.get('content-security-policy')).toMatch(/default-src/);
  });

  it('answers 429 with Retry-After and the RateLimit headers beyond the write limit, and takes writes again after', async () => {
    const put = (id: string) => {
      const body = createConnectorBody(PLACE, { id, username: 'DB_USER', password: 'DB_PASSWORD' });
      return product.api(`${CONNECTORS}/${id}`, { method: 'PUT', body });
    };
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => put(`limited-${index}`)));
    const refused = answers.filter((answer) => answer.status === 429);
    expect(answers.filter((answer) => answer.status === 200).length + refused.length).toBe(30);
    expect(refused.length).toBeGreaterThan(0);
    for (const { headers, json } of refused) {
      expect(json.code).toBe('RATE_LIMITED');
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(headers.get('ratelimit')).toMatch(/r=0/);
      expect(headers.get('ratelimit-policy')).toMatch(/q=5/);
    }
    // The library honours what the engine asks for: nothing is lost.
    await using client = product.createClient();
    const bodies = Array.from({ length: 20 }, (_, index) =>
      createConnectorBody(PLACE, { id: `limited-${index}`, username: 'DB_USER_2', password: 'DB_PASSWORD' }),
    );
    const stored = await Promise.all(bodies.map((body) => client.connectors.put(body)));
    expect(stored.map((connector) => connector.configuration.credentialMasking.username)).toEqual(
      bodies.map(() => 'DB_USER_2'),
    );
  });

  it('keeps everything over a restart', async () => {
    const before = (await product.api(`${CONNECTORS}?limit=1000`)).json.items;
    await product.restart();
    const after = (await product.api(`${CONNECTORS}?limit=1000`)).json.items;
    const essence = (items: unknown) =>
      Array.isArray(items) ? items.map(({ health: _, ...connector }: Record<string, unknown>) => connector) : items;
    expect(essence(after)).toEqual(essence(before));
  });
});
