import { describe, expect, it } from 'vitest';
import { createCanary, findCanaries } from '../canary/canaries.ts';

const canary = createCanary('password');
const special = { name: 'special', value: `${createCanary('').value}"\\é /+` };
const base64Of = (text: string) => Buffer.from(text).toString('base64');

describe('findCanaries', () => {
  it.each([
    ['plain', canary, `x${canary.value}x`],
    ['lower case', canary, canary.value.toLowerCase()],
    ['JSON', special, JSON.stringify({ password: special.value })],
    ['JSON in JSON', canary, JSON.stringify(JSON.stringify({ password: canary.value }))],
    ['a URL', special, `https://x/?p=${encodeURIComponent(special.value)}`],
    ['percent, every byte', canary, [...Buffer.from(canary.value)].map((b) => `%${b.toString(16)}`).join('')],
    ['hex', special, Buffer.from(special.value).toString('hex').toUpperCase()],
    ['base64 at the start', canary, base64Of(`${canary.value}:x`)],
    ['base64 one byte in', canary, base64Of(`:${canary.value}:x`)],
    ['base64 two bytes in', canary, base64Of(`u:${canary.value}`)],
    ['base64url', special, Buffer.from(`ab:${special.value}`).toString('base64url')],
  ])('finds it in %s', (_form, planted, content) => {
    const found = findCanaries([canary, special], [{ name: 'log', content }]);
    expect(found[0]).toMatchObject({ canary: planted.name, surface: 'log' });
    expect(found.every((sighting) => sighting.canary === planted.name)).toBe(true);
  });

  it('finds it in bytes that are no text', () => {
    const content = Buffer.concat([Buffer.from([0xff, 0x00, 0xfe]), Buffer.from(special.value), Buffer.from([0x80])]);
    expect(findCanaries([special], [{ name: 'file', content }])).toHaveLength(1);
  });

  it('finds nothing where there is nothing', () => {
    const other = createCanary('other');
    expect(findCanaries([canary], [{ name: 'log', content: other.value + base64Of(other.value) }])).toEqual([]);
  });
});
