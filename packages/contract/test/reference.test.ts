import { readFileSync } from 'node:fs';
import {
  API_OPERATIONS,
  AUDIT_DEFECTS,
  FINDING_CODES,
  HEALTH_ERROR_CLASSES,
  openApiDocument,
  PROBLEM_CODES,
} from '@dipswitch/contract';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

const REFERENCE = readFileSync(new URL('../../../docs/reference/errors.md', import.meta.url), 'utf8');

/** The codes that one section of the reference lists, in order. */
function codesOf(section: string): string[] {
  const text = REFERENCE.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? '';
  return [...text.matchAll(/^(?:\| |- )`([A-Z_]+)`/gm)].map((match) => match[1] ?? '');
}

describe('the error reference', () => {
  it.each([
    ['Problems', Object.keys(PROBLEM_CODES)],
    ['Findings', Object.keys(FINDING_CODES)],
    ['Health error classes', [...HEALTH_ERROR_CLASSES]],
    ['Audit defects', Object.keys(AUDIT_DEFECTS)],
  ])('lists under %s every code that exists and no other', (section, codes) => {
    expect(codesOf(section)).toEqual(codes);
  });

  it('prints the status of every problem', () => {
    for (const [code, { status }] of Object.entries(PROBLEM_CODES))
      expect(REFERENCE).toContain(`| \`${code}\` | ${status} |`);
  });
});

describe('openApiDocument', () => {
  const document = JSON.parse(JSON.stringify(openApiDocument()));

  it('carries the version of the package', () => {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect(document.info.version).toBe(manifest.version);
  });

  it('describes every route once', () => {
    const routes = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(routes.sort()).toEqual(
      ['post /oauth/token', ...API_OPERATIONS.map(({ method, path }) => `${method} ${path}`)].sort(),
    );
    const ids = API_OPERATIONS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refers only to components that exist, and every component is valid JSON Schema', () => {
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      (match) => match[1] ?? '',
    );
    expect(references.length).toBeGreaterThan(20);
    // A reference into a component would be looked for at the root of the document.
    expect([...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)]).toHaveLength(references.length);
    for (const reference of references) expect(Object.keys(document.components.schemas)).toContain(reference);
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema(document, 'openapi');
    for (const name of Object.keys(document.components.schemas))
      expect(() => ajv.compile({ $ref: `openapi#/components/schemas/${name}` })).not.toThrow();
  });

  it('tells an answer of an execution from a problem with the same status', () => {
    const { responses, security } = document.paths['/api/v1/dataactions/{actionId}/execute'].post;
    expect(Object.keys(responses[429].content)).toEqual(['application/json', 'application/problem+json']);
    expect(responses[429].description).toContain('BUSY');
    expect(responses[429].headers).toHaveProperty('Retry-After');
    expect(Object.keys(responses[504].content)).toEqual(['application/json']);
    expect(security).toEqual([{ oauth: ['dataactions:execute'] }, { apiKey: [] }]);
  });

  it('names a scope for every route below /api', () => {
    for (const { path, scope } of API_OPERATIONS)
      expect([path, scope !== undefined]).toEqual([path, path.startsWith('/api/')]);
  });
});
