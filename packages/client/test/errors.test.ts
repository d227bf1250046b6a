import { readdirSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { FINDING_CODES, PROBLEM_CODES, VERSION } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { CLIENT_ERROR_CODES } from '../src/error-codes.ts';
import { DipswitchError, isDipswitchError } from '../src/errors.ts';

describe('DipswitchError', () => {
  it('takes what is known of its code', () => {
    expect(new DipswitchError('CONNECTION_FAILED', 'x')).toMatchObject({ retryable: true });
    expect(new DipswitchError('RATE_LIMITED', 'x')).toMatchObject({ retryable: true });
    expect(new DipswitchError('NOT_FOUND', 'x')).toMatchObject({
      retryable: false,
      hint: PROBLEM_CODES.NOT_FOUND.hint,
    });
    expect(new DipswitchError('FROM_A_NEWER_SERVER', 'x')).toMatchObject({ retryable: false, hint: '' });
    expect(new DipswitchError('toString', 'x').hint).toBe('');
  });

  it('keeps request and response out of sight', () => {
    const error = new DipswitchError('NOT_FOUND', 'x', {
      request: { method: 'GET', path: '/canary-request' },
      response: { status: 404, headers: new Map([['set-cookie', 'canary-response']]) },
    });
    expect(error.response?.headers.get('set-cookie')).toBe('canary-response');
    for (const text of [inspect(error, { depth: 9 }), JSON.stringify(error), String(error)]) {
      expect(text).not.toContain('canary');
    }
  });

  it('is told apart by code', () => {
    const error: unknown = new DipswitchError('NOT_FOUND', 'x');
    expect(isDipswitchError(error)).toBe(true);
    expect(isDipswitchError(error, 'IN_USE', 'NOT_FOUND')).toBe(true);
    expect(isDipswitchError(error, 'IN_USE')).toBe(false);
    expect(isDipswitchError(new Error('x'))).toBe(false);
  });
});

describe('the codes', () => {
  it("are the client's alone, each with a meaning and a hint", () => {
    for (const [code, { meaning, hint }] of Object.entries(CLIENT_ERROR_CODES)) {
      expect(code).toMatch(/^[A-Z][A-Z_]+$/);
      expect(Object.hasOwn(PROBLEM_CODES, code) || Object.hasOwn(FINDING_CODES, code)).toBe(false);
      expect(meaning).toMatch(/\.$/);
      expect(hint).toMatch(/\.$/);
    }
  });
});

describe('each code', () => {
  const source = new URL('../src/', import.meta.url);
  const texts = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== 'error-codes.ts')
    .map((name) => readFileSync(new URL(name, source), 'utf8'))
    .join('\n');
  const reference = readFileSync(new URL('../../../docs/reference/errors.md', import.meta.url), 'utf8');
  const documented = reference.slice(reference.indexOf('## Client errors')).split('\n## ')[0] ?? '';

  it.each(Object.keys(CLIENT_ERROR_CODES))('%s is raised somewhere and documented', (code) => {
    expect(texts).toContain(`'${code}'`);
    expect(documented).toContain(`| \`${code}\` |`);
  });

  it('that is documented exists', () => {
    const codes = [...documented.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
    expect(codes).toEqual(Object.keys(CLIENT_ERROR_CODES));
  });
});

describe('version', () => {
  it('is that of the package', () => {
    expect(VERSION).toBe(manifest.version);
  });
});
