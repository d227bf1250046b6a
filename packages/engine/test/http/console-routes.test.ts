import { fileURLToPath } from 'node:url';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registerConsoleRoutes } from '../../src/http/console-routes.ts';

const FOLDER = fileURLToPath(new URL('../../../console/static/', import.meta.url));

describe('console routes', () => {
  let app: FastifyInstance;
  beforeEach(async () => {
    app = Fastify();
    await registerConsoleRoutes(app, FOLDER);
  });
  afterEach(() => app.close());

  it('serve the page under a policy that lets it load from and ask the engine alone', async () => {
    const answer = await app.inject('/console/');
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
  });

  it('serve every file that the page names, and the page has no script or style in itself', async () => {
    const { body } = await app.inject('/console/');
    const named = [...body.matchAll(/(?:src|href)="([^"/][^"]*)"/g)].map((match) => match[1]);
    expect(named.sort()).toEqual(['status.css', 'status.js']);
    for (const name of named) expect((await app.inject(`/console/${name}`)).statusCode).toBe(200);
    expect(body).not.toMatch(/<style|\bstyle=|\bon[a-z]+=|<script(?![^>]*\bsrc=)/);
  });

  it('answer 304 to a browser that has the file', async () => {
    const { etag } = (await app.inject('/console/')).headers;
    const answer = await app.inject({ url: '/console/', headers: { 'if-none-match': String(etag) } });
    expect([answer.statusCode, answer.body]).toEqual([304, '']);
  });

  it('redirect to the folder', async () => {
    const answer = await app.inject('/console');
    expect([answer.statusCode, answer.headers.location]).toEqual([308, '/console/']);
  });

  it.each(['/console/../package.json', '/console/%2e%2e/package.json', '/console/..%2fpackage.json', '/console/none'])(
    'serve nothing at %s',
    async (url) => {
      expect((await app.inject(url)).statusCode).toBe(404);
    },
  );
});
