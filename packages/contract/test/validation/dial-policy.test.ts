import { validateConnector } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { change, refusals } from './connector-body.ts';

const STRING = '/configuration/connectionString';
const SECURITY = '/configuration/securitySettings';
const URL = '/eventSubscriptions/0/webhookUrl';
const WITH = (text: string): readonly [string, unknown] => [STRING, text];

describe('addresses of databases', () => {
  const at = (host: string) => change(WITH(`jdbc:postgresql://${host}/d?driverVersion=42.6.0`));
  const REFUSED = [`ADDRESS_REFUSED ${STRING}`];

  it.each([
    '10.0.0.1',
    '192.168.1.1',
    '[fd00::1]',
    '8.8.8.8',
    '100.64.0.1',
    'db.internal.net',
    '127.0.0.1',
    'localhost',
  ])('%s may be dialled', (host) => {
    expect(refusals(at(host))).toEqual([]);
  });

  it.each([
    '169.254.169.254',
    '169.254.1.1',
    '0.0.0.0',
    '[::]',
    '224.0.0.1',
    '[::ffff:169.254.169.254]',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '[64:ff9b::a9fe:a9fe]',
    '255.255.255.255',
    '168.63.129.16',
    'db.internal.net,169.254.169.254',
  ])('%s may not be dialled', (host) => {
    expect(refusals(at(host))).toEqual(REFUSED);
  });

  it.each(['127.0.0.1', 'localhost', 'db.localhost', '[::1]', '[::ffff:127.0.0.1]'])(
    '%s may be dialled only where loopback is allowed',
    (host) => {
      expect(refusals(at(host), { allowLoopback: true })).toEqual([]);
      expect(refusals(at(host), { allowLoopback: false })).toEqual(REFUSED);
      expect(refusals(at(host), { allowLoopback: false, allowedNetworks: ['127.0.0.0/8', '::1/128'] })).toEqual([]);
    },
  );

  it('no allowed network opens the way to metadata', () => {
    expect(refusals(at('169.254.169.254'), { allowedNetworks: ['0.0.0.0/0'] })).toEqual(REFUSED);
    expect(refusals(at('169.254.1.1'), { allowedNetworks: ['0.0.0.0/0'] })).toEqual([]);
  });

  it('TLS may be off for loopback, or where the operator allows it', () => {
    const plain = (host: string) =>
      change(WITH(`jdbc:postgresql://${host}/d?driverVersion=42.6.0`), [`${SECURITY}/sslMode`, false]);
    expect(refusals(plain('127.0.0.1'))).toEqual([]);
    expect(refusals(plain('localhost'))).toEqual([]);
    expect(refusals(plain('[::1]'))).toEqual([]);
    expect(refusals(plain('10.0.0.1'))).toEqual([`TLS_REQUIRED ${SECURITY}/sslMode`]);
    expect(refusals(plain('localhost,db.internal.net'))).toEqual([`TLS_REQUIRED ${SECURITY}/sslMode`]);
    expect(refusals(plain('10.0.0.1'), { allowPlaintext: true })).toEqual([]);
  });
});

describe('addresses of webhooks', () => {
  const at = (url: string) => change([URL, url]);

  it.each([
    'https://hooks.example/x',
    'https://hooks.example',
    'HTTPS://hooks.example:8443/a/b?c=d%20e',
    'https://8.8.8.8/x',
    'https://[2606:4700::1111]/x',
    'http://localhost:9000/x',
    'http://127.0.0.1:9000/x',
    'http://[::1]/x',
    'https://127.0.0.1/x',
  ])('%s is taken', (url) => {
    expect(refusals(at(url))).toEqual([]);
  });

  it.each([
    ['http://hooks.example/x', ['WEBHOOK_NOT_HTTPS']],
    ['http://10.0.0.1/x', ['WEBHOOK_NOT_HTTPS', 'ADDRESS_REFUSED']],
    ['https://10.0.0.1/x', ['ADDRESS_REFUSED']],
    ['https://169.254.169.254/latest', ['ADDRESS_REFUSED']],
    ['https://[::ffff:10.0.0.1]/x', ['ADDRESS_REFUSED']],
    ['https://[fd00::1]/x', ['ADDRESS_REFUSED']],
    ['https://100.64.0.1/x', ['ADDRESS_REFUSED']],
    ['https://0.0.0.0/x', ['ADDRESS_REFUSED']],
    ['https://user:canary@hooks.example/x', ['INVALID_WEBHOOK_URL']],
    ['https://hooks.example/x#canary', ['INVALID_WEBHOOK_URL']],
    ['https://2130706433/x', ['INVALID_WEBHOOK_URL']],
    ['https://0x7f.1/x', ['INVALID_WEBHOOK_URL']],
    ['https://hooks.example\\@evil.example/x', ['INVALID_WEBHOOK_URL']],
    ['https://hooks.example:0/x', ['INVALID_WEBHOOK_URL']],
    ['https://hooks.example:/x', ['INVALID_WEBHOOK_URL']],
    ['https://hooks.example/a b', ['INVALID_WEBHOOK_URL']],
    ['https://hooks.example/%zz', ['INVALID_WEBHOOK_URL']],
    ['https://hoоks.example/x', ['INVALID_WEBHOOK_URL']],
    ['https:///x', ['INVALID_WEBHOOK_URL']],
    ['https:hooks.example', ['INVALID_WEBHOOK_URL']],
    ['ftp://hooks.example/x', ['INVALID_WEBHOOK_URL']],
    ['javascript:alert(1)', ['INVALID_WEBHOOK_URL']],
    ['', ['INVALID_WEBHOOK_URL']],
  ])('%s is refused', (url, codes) => {
    expect(refusals(at(url))).toEqual(codes.map((code) => `${code} ${URL}`));
    expect(JSON.stringify(validateConnector(at(url)).findings)).not.toContain('canary');
  });

  it('loopback and private networks are taken where the operator allows them', () => {
    expect(refusals(at('http://127.0.0.1:9/x'), { allowLoopback: false })).toEqual([`ADDRESS_REFUSED ${URL}`]);
    expect(refusals(at('https://10.0.0.1/x'), { allowedNetworks: ['10.0.0.0/8'] })).toEqual([]);
  });
});
