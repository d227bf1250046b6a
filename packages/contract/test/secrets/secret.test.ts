import { inspect } from 'node:util';
import { Secret } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';

describe('Secret', () => {
  const secret = new Secret('canary');

  it('gives its value by name only', () => {
    expect(secret.expose()).toBe('canary');
  });

  it.each([
    ['JSON', JSON.stringify({ secret })],
    ['a template', `${secret}`],
    ['String()', String(secret)],
    ['inspect', inspect({ secret }, { showHidden: true, depth: 5 })],
    ['concatenation', ['', secret].join('')],
    ['its own members', JSON.stringify(Object.entries(secret))],
  ])('is redacted in %s', (_name, text) => {
    expect(text).not.toContain('canary');
  });
});
