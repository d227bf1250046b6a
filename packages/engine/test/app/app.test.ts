import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApiDocument } from '@dipswitch/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, openApp } from '../../src/app/app.ts';
import { loadConfig } from '../../src/settings/config.ts';
import { silentLogger } from '../../src/util/logger.ts';

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH'] as const;
const { paths }: { paths?: Readonly<Record<string, object>> } = openApiDocument();
const operations = Object.entries(paths ?? {}).flatMap(([path, item]) =>
  METHODS.filter((method) => method.toLowerCase() in item).map((method) => [method, path] as const),
);

describe('the composed engine', () => {
  let dataDir: string;
  let app: App;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'dip-app-'));
    const config = await loadConfig(['--data-dir', dataDir], {});
    app = await openApp({ ...config, version: '0', environment: {}, logger: silentLogger });
  });
  afterAll(async () => {
    await app.close();
    await rm(dataDir, { recursive: true });
  });

  it.each(operations)('serves %s %s as the contract documents it', async (method, path) => {
    const url = path.replaceAll(/\{[^}]+\}/g, 'some-id');
    const answer = await app.server.app.inject({ url, method });
    const isRefusedByRouter =
      [404, 405].includes(answer.statusCode) && /at this address|This address/.test(answer.body);
    expect([isRefusedByRouter, answer.statusCode < 500]).toEqual([false, true]);
  });

  it('documents every route of the API', () => {
    const documented = new Set(operations.map(([method, path]) => `${method} ${path}`));
    const served = listRoutes(app.server.app.printRoutes({ commonPrefix: false })).filter((route) =>
      route.includes(' /api/'),
    );
    expect(served.length).toBeGreaterThan(5);
    expect(served.filter((route) => !documented.has(route))).toEqual([]);
  });
});

/** Reads Fastify's drawing of its routes: four columns of indentation a level, `segment (METHODS)` behind. */
function listRoutes(drawing: string): string[] {
  const segments: string[] = [];
  return drawing.split('\n').flatMap((line) => {
    const match = /^([│ ]*)[├└]── ([^ ]*)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (match === null) return [];
    const [, indentation = '', segment = '', methods = ''] = match;
    segments.splice(indentation.length / 4, segments.length, segment);
    const path = segments.join('').replaceAll(/:([A-Za-z]+)/g, '{$1}');
    return methods
      .split(', ')
      .filter((method) => method !== '' && method !== 'HEAD')
      .map((method) => `${method} ${path}`);
  });
}
