import { isProjectFile, readProjectFile } from '@dipswitch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const FILE = {
  project: 'crm',
  defaults: {
    labels: { team: 'crm' },
    port: 6432,
    driverVersion: '42.6.0',
    credentials: { username: 'USER' },
    security: { caCertificateFile: 'ca.pem' },
    pool: { max: 10 },
  },
  connectors: [
    {
      id: 'a',
      name: 'A',
      description: 'text',
      labels: { team: 'crm' },
      type: 'postgresql',
      hosts: [{ host: 'db.example.com' }, { host: '::1', port: 5432 }],
      database: 'd',
      driverVersion: '42.6.0',
      properties: { connectTimeout: 10, ApplicationName: 'dip' },
      credentials: { username: 'USER', password: 'vault://kv/db#password' },
      pool: { min: 2, max: 15, connectionTimeoutSeconds: 25 },
      security: { sslMode: true, sslVerification: 'full', caCertificate: 'text' },
      health: { enabled: true, query: 'SELECT 1', intervalSeconds: 60, timeoutSeconds: 5 },
      events: [{ type: 'CONFIG_UPDATED', webhookUrl: 'https://example.com/x' }],
    },
    {
      id: 'b',
      type: 'oracle',
      host: 'db.example.com',
      port: 1521,
      sid: 'ORCL',
      driverVersion: '21.9.0',
      credentials: { username: 'USER', password: 'PASSWORD' },
    },
  ],
  dataActions: [
    {
      id: 'x',
      connector: 'a',
      statement: 'select 1',
      access: 'read',
      input: { type: 'object', required: ['ani'], properties: { ani: { type: 'string' } } },
      limits: { maxRows: 1, ratePerSecond: 0.5 },
      cache: { ttlSeconds: 0 },
      fallback: { tier: { deep: [1, null] } },
    },
  ],
};

type Step = string | number;

function listPaths(value: unknown, at: readonly Step[] = []): (readonly Step[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  const children: [Step, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [at, ...children.flatMap(([key, child]) => listPaths(child, [...at, key])), [...at, 'extra']];
}

function put(value: unknown, [step, ...rest]: readonly Step[], leaf: unknown): unknown {
  if (step === undefined) return leaf;
  const copy: Record<Step, unknown> = Array.isArray(value) ? [...value] : Object.assign({}, value);
  const inner = put(copy[step], rest, leaf);
  if (inner === undefined && !Array.isArray(copy)) delete copy[step];
  else copy[step] = inner;
  return copy;
}

describe('isProjectFile', () => {
  it('accepts a file that uses everything, and an empty one', () => {
    expect(readProjectFile(FILE)).toMatchObject({ valid: true });
    expect([isProjectFile(FILE), isProjectFile({})]).toEqual([true, true]);
  });

  it('judges as the schema does, whatever is changed', () => {
    const leaf = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom('', 0, -1, 1.5, 70_000, 1e9, null, true, {}, [], 'a\0', 'a b', 'x'.repeat(3000), 'mysql', '1.0'),
    );
    const change = fc.tuple(fc.constantFrom(...listPaths(FILE)), fc.option(leaf, { nil: undefined }));
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
        const value = changes.reduce<unknown>((file, [path, given]) => put(file, path, given), FILE);
        const isAccepted = isProjectFile(value);
        if (isAccepted) accepted += 1;
        if (value !== undefined && value !== null) {
          expect([value, isAccepted]).toEqual([value, readProjectFile(value).valid]);
        }
      }),
      { numRuns: 3_000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});
