import { describe, expect, it } from 'vitest';
import { type EgressPolicy, isEgressAllowed } from '../../../src/drivers/egress/egress-policy.ts';

const DATABASE: EgressPolicy = {
  purpose: 'database',
  allowLoopback: false,
  allowedNetworks: [],
  forbiddenEndpoints: [],
};
const WEBHOOK: EgressPolicy = { ...DATABASE, purpose: 'webhook' };

describe('isEgressAllowed', () => {
  it.each<[string, boolean, boolean]>([
    // address, database, webhook
    ['8.8.8.8', true, true],
    ['2a00:1450::1', true, true],
    ['10.0.0.5', true, false],
    ['192.168.1.1', true, false],
    ['172.16.0.1', true, false],
    ['fd12:3456::1', true, false],
    ['100.64.0.1', true, false],
    ['127.0.0.1', false, false],
    ['127.9.9.9', false, false],
    ['::1', false, false],
    ['::ffff:127.0.0.1', false, false],
    ['169.254.1.1', false, false],
    ['169.254.169.254', false, false],
    ['::ffff:169.254.169.254', false, false],
    ['fd00:ec2::254', false, false],
    ['fe80::1', false, false],
    ['0.0.0.0', false, false],
    ['::', false, false],
    ['224.0.0.1', false, false],
    ['ff02::1', false, false],
    ['240.0.0.1', false, false],
    ['64:ff9b::a9fe:a9fe', false, false],
    ['2002:7f00:1::', false, false],
    ['2130706433', false, false],
    ['0x7f.1', false, false],
    ['localhost', false, false],
  ])('%s: databases %s, webhooks %s', (address, database, webhook) => {
    expect(isEgressAllowed(DATABASE, address, 5432)).toBe(database);
    expect(isEgressAllowed(WEBHOOK, address, 443)).toBe(webhook);
  });

  it('opens loopback where the engine listens on loopback only', () => {
    expect(isEgressAllowed({ ...DATABASE, allowLoopback: true }, '127.0.0.1', 5432)).toBe(true);
    expect(isEgressAllowed({ ...WEBHOOK, allowLoopback: true }, '::1', 443)).toBe(true);
  });

  it('opens the networks that the operator names, and no more', () => {
    const policy = { ...WEBHOOK, allowedNetworks: ['10.1.0.0/16', '169.254.7.0/24'] };
    expect(isEgressAllowed(policy, '10.1.2.3', 443)).toBe(true);
    expect(isEgressAllowed(policy, '169.254.7.7', 443)).toBe(true);
    expect(isEgressAllowed(policy, '10.2.2.3', 443)).toBe(false);
  });

  it('keeps metadata, unspecified and multicast shut even for a network of everything', () => {
    const policy = { ...DATABASE, allowedNetworks: ['0.0.0.0/0', '::/0'] };
    for (const address of ['169.254.169.254', '100.100.100.200', 'fd00:ec2::254', '0.0.0.0', '::', '224.0.0.1']) {
      expect(isEgressAllowed(policy, address, 80)).toBe(false);
    }
    expect(isEgressAllowed(policy, '127.0.0.1', 80)).toBe(true);
  });

  it('never dials the own listener or the state database, whatever is allowed', () => {
    const policy: EgressPolicy = {
      ...DATABASE,
      allowLoopback: true,
      allowedNetworks: ['0.0.0.0/0', '::/0'],
      forbiddenEndpoints: [
        { address: '127.0.0.1', port: 8080 },
        { address: '0.0.0.0', port: 9090 },
        { address: '10.0.0.7', port: 5432 },
        { address: '2001:db8::7', port: 5432 },
      ],
    };
    const forbidden: [string, number][] = [
      ['127.0.0.1', 8080],
      ['127.3.2.1', 8080],
      ['::1', 8080],
      ['::ffff:127.0.0.1', 8080],
      ['127.0.0.1', 9090],
      ['10.0.0.7', 5432],
      ['::ffff:10.0.0.7', 5432],
      ['2001:db8:0::7', 5432],
    ];
    for (const [address, port] of forbidden) expect(isEgressAllowed(policy, address, port)).toBe(false);
    expect(isEgressAllowed(policy, '127.0.0.1', 5433)).toBe(true);
    expect(isEgressAllowed(policy, '10.0.0.7', 5433)).toBe(true);
  });

  it('tells the state database from its neighbours on a server that both share', () => {
    const policy: EgressPolicy = {
      ...DATABASE,
      allowLoopback: true,
      forbiddenEndpoints: [{ address: '127.0.0.1', port: 5432, database: 'dip' }],
    };
    expect(isEgressAllowed(policy, '127.0.0.1', 5432, 'dip')).toBe(false);
    expect(isEgressAllowed(policy, '::1', 5432, 'dip')).toBe(false);
    expect(isEgressAllowed(policy, '127.0.0.1', 5432, 'crm')).toBe(true);
    expect(isEgressAllowed(policy, '127.0.0.1', 5433, 'dip')).toBe(true);
    // A request to cancel, or another protocol, names no database and reads none.
    expect(isEgressAllowed(policy, '127.0.0.1', 5432)).toBe(true);
  });
});
