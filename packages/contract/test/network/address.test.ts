import { classifyAddress, isAddressInNetworks, isNetwork } from '@dipswitch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('classifyAddress', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.0', 'public'],
    ['192.168.1.1', 'private'],
    ['169.254.1.1', 'link-local'],
    ['169.254.169.254', 'metadata'],
    ['100.100.100.200', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['192.0.0.192', 'metadata'],
    ['192.0.0.1', 'reserved'],
    ['100.64.0.1', 'cgnat'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'reserved'],
    ['192.0.2.1', 'documentation'],
    ['198.51.100.7', 'documentation'],
    ['203.0.113.9', 'documentation'],
    ['198.19.0.1', 'benchmark'],
    ['192.88.99.1', 'translated'],
    ['224.0.0.1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['2606:4700::1111', 'public'],
    ['::1', 'loopback'],
    ['::', 'unspecified'],
    ['::127.0.0.1', 'reserved'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:a9fe:a9fe', 'metadata'],
    ['0:0:0:0:0:ffff:10.0.0.1', 'private'],
    ['64:ff9b::a9fe:a9fe', 'translated'],
    ['64:ff9b:1::1', 'translated'],
    ['2002:7f00:1::', 'translated'],
    ['2001:0:1::', 'translated'],
    ['2001:db8::1', 'documentation'],
    ['3fff:0fff::1', 'documentation'],
    ['100::1', 'reserved'],
    ['5f00::1', 'reserved'],
    ['fd12::1', 'unique-local'],
    ['fd00:ec2::254', 'metadata'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['[::1]', 'loopback'],
    ['fec0::1', 'private'],
    ['ff02::1', 'multicast'],
  ] as const)('%s is %s', (address, expected) => {
    expect(classifyAddress(address)).toBe(expected);
  });

  it.each([
    'db.internal.net',
    '127.1',
    '0x7f.0.0.1',
    '010.0.0.1',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '',
    '1::2::3',
    ':::',
    '::g',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '[::1',
    '::1.2.3',
    '127.0.0.1%eth0',
    ' 127.0.0.1',
  ])('"%s" is no literal address', (text) => {
    expect(classifyAddress(text)).toBeNull();
  });

  it('judges an IPv4 address and its mapped IPv6 form alike', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(classifyAddress(`::ffff:${address}`)).toBe(classifyAddress(address));
      }),
    );
  });

  it('knows every text that is an IPv6 address', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(classifyAddress(address)).not.toBeNull();
      }),
    );
  });
});

describe('isAddressInNetworks', () => {
  it.each([
    ['10.1.2.3', ['10.0.0.0/8'], true],
    ['11.1.2.3', ['10.0.0.0/8'], false],
    ['10.1.2.3', ['192.168.0.0/16', '10.1.2.3/32'], true],
    ['10.1.2.4', ['10.1.2.3/32'], false],
    ['172.17.0.1', ['172.16.0.0/12'], true],
    ['172.32.0.1', ['172.16.0.0/12'], false],
    ['::ffff:10.1.2.3', ['10.0.0.0/8'], true],
    ['fd00::1', ['fd00::/8'], true],
    ['fd00::1', ['10.0.0.0/8'], false],
    ['8.8.8.8', ['0.0.0.0/0'], true],
    ['db.internal.net', ['0.0.0.0/0'], false],
    ['10.1.2.3', [], false],
  ] as const)('%s in %j is %s', (address, networks, expected) => {
    expect(isAddressInNetworks(address, networks)).toBe(expected);
  });

  it('refuses a block that is not CIDR', () => {
    expect(() => isAddressInNetworks('10.0.0.1', ['10.0.0.0'])).toThrow(RangeError);
    expect(['10.0.0.0/33', '10.0.0.0/', 'x/8', '10.0.0.0/-1', '::/129'].filter(isNetwork)).toEqual([]);
    expect(['10.0.0.0/8', '::/0', 'fd00::/8'].every(isNetwork)).toBe(true);
  });
});
