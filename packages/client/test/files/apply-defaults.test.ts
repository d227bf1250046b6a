import { describe, expect, it } from 'vitest';
import { applyDefaults } from '../../src/files/apply-defaults.ts';
import { parseYaml } from '../../src/files/parse-yaml.ts';
import { locate, type SourceNode, toValue } from '../../src/files/source-tree.ts';

function apply(text: string): SourceNode {
  const { root, findings } = parseYaml(text, 'f.yaml');
  expect(findings).toEqual([]);
  if (root === null) throw new Error('the document is empty');
  return applyDefaults(root);
}

describe('applyDefaults', () => {
  it('lays defaults under each entry, member by member', () => {
    const root = apply(`defaults: {driverVersion: 42.6.0, pool: {min: 1, max: 9}}
connectors:
  - {id: a, pool: {max: 20}}
  - {id: b, driverVersion: 42.5.0}
`);
    expect(toValue(root)).toMatchObject({
      connectors: [
        { id: 'a', driverVersion: '42.6.0', pool: { min: 1, max: 20 } },
        { id: 'b', driverVersion: '42.5.0', pool: { min: 1, max: 9 } },
      ],
    });
    expect(locate(root, '/connectors/0/pool/min')).toMatchObject({ line: 1, column: 47 });
    expect(locate(root, '/connectors/0/pool/max')).toMatchObject({ line: 3, column: 25 });
    expect(locate(root, '/connectors/1/nothing')).toMatchObject({ line: 4, column: 5 });
  });

  it('replaces lists as a whole, and removes what the entry sets to null', () => {
    const root = apply(`defaults: {events: [{type: CONFIG_UPDATED}], health: {enabled: false, timeoutSeconds: 2}}
connectors:
  - {id: a, events: [], health: {timeoutSeconds: null}}
  - {id: b, health: null, name: null}
`);
    expect(toValue(root)).toMatchObject({ connectors: [{ events: [], health: { enabled: false } }, { name: null }] });
    expect(JSON.stringify(toValue(root))).not.toContain('"timeoutSeconds":null');
    expect(JSON.stringify(toValue(root))).not.toContain('"health":null');
  });

  it('gives way where the entry says the same in another way', () => {
    const root = apply(`defaults: {port: 6432, security: {caCertificateFile: ca.pem}}
connectors:
  - {id: a, hosts: [{host: x}], security: {caCertificate: text}}
`);
    expect(toValue(root)).toMatchObject({ connectors: [{ id: 'a', security: { caCertificate: 'text' } }] });
    expect(JSON.stringify(toValue(root)).replace(/^.*connectors/, '')).not.toMatch(/port|caCertificateFile/);
  });

  it('leaves a document without defaults, and entries that are no maps, as they are', () => {
    const { root } = parseYaml('connectors: [a, {id: b}]', 'f.yaml');
    expect(root === null ? null : applyDefaults(root)).toBe(root);
    expect(toValue(apply('defaults: {port: 1}\nconnectors: [a, {id: b}]'))).toMatchObject({
      connectors: ['a', { id: 'b', port: 1 }],
    });
  });
});
