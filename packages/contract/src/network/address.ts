/** What a literal address is for; everything but `public` and (for databases) `private` is refused by some policy. */
export const ADDRESS_CLASSES = [
  'public',
  'loopback',
  'private',
  'unique-local',
  'link-local',
  'metadata',
  'unspecified',
  'cgnat',
  'multicast',
  'documentation',
  'benchmark',
  'translated',
  'reserved',
] as const;
export type AddressClass = (typeof ADDRESS_CLASSES)[number];

/** Four bytes or sixteen. IPv4-mapped IPv6 is four: what is dialled is the IPv4 address. */
type AddressBytes = readonly number[];

interface Network {
  readonly bytes: AddressBytes;
  readonly prefix: number;
}

/** First match wins, so single addresses stand before the networks that hold them. */
const NETWORK_CLASSES: readonly (readonly [string, AddressClass])[] = [
  // Instance metadata of the clouds; some lie in link-local, shared, reserved or public space.
  ['169.254.169.254/32', 'metadata'],
  ['169.254.170.2/32', 'metadata'],
  ['169.254.170.23/32', 'metadata'],
  ['100.100.100.200/32', 'metadata'],
  ['192.0.0.192/32', 'metadata'],
  ['168.63.129.16/32', 'metadata'],
  ['fd00:ec2::254/128', 'metadata'],
  ['fd00:ec2::23/128', 'metadata'],
  ['fd20:ce::254/128', 'metadata'],
  ['0.0.0.0/32', 'unspecified'],
  ['0.0.0.0/8', 'reserved'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'cgnat'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'documentation'],
  ['192.88.99.0/24', 'translated'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'benchmark'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['::/96', 'reserved'],
  ['64:ff9b::/96', 'translated'],
  ['64:ff9b:1::/48', 'translated'],
  ['100::/64', 'reserved'],
  ['100:0:0:1::/64', 'reserved'],
  ['2001::/32', 'translated'],
  ['2001:2::/48', 'benchmark'],
  ['2001:db8::/32', 'documentation'],
  ['2001::/23', 'reserved'],
  ['2002::/16', 'translated'],
  ['3fff::/20', 'documentation'],
  ['5f00::/16', 'reserved'],
  ['fc00::/7', 'unique-local'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'private'],
  ['ff00::/8', 'multicast'],
];

const IPV4_PATTERN =
  /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;
const IPV6_CHARACTERS = /^[0-9A-Fa-f:.]{2,45}$/;
const IPV6_GROUP = /^[0-9A-Fa-f]{1,4}$/;

/** Reads strict dotted decimal: four parts, no leading zeros, no octal, hexadecimal or short forms; else null. */
export function parseIpv4(text: string): number[] | null {
  const match = IPV4_PATTERN.exec(text);
  return match === null ? null : [Number(match[1]), Number(match[2]), Number(match[3]), Number(match[4])];
}

/** Reads an IPv6 literal without brackets and zone as its eight groups; else null. @see RFC 4291 section 2.2 */
export function parseIpv6(text: string): number[] | null {
  if (!IPV6_CHARACTERS.test(text) || !text.includes(':')) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  if (head === null) return null;
  if (halves.length === 1) return head.length === 8 ? head : null;
  const tail = parseGroups(halves[1] ?? '', true);
  if (tail === null || head.length + tail.length > 7) return null;
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function parseGroups(text: string, mayEndInIpv4: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const ipv4 = mayEndInIpv4 && index === parts.length - 1 ? parseIpv4(part) : null;
      if (ipv4 === null) return null;
      const [a = 0, b = 0, c = 0, d = 0] = ipv4;
      groups.push(a * 256 + b, c * 256 + d);
    } else {
      if (!IPV6_GROUP.test(part)) return null;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

/** Writes eight groups in the canonical text form. @see RFC 5952 section 4 */
export function formatIpv6(groups: readonly number[]): string {
  let bestStart = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length += 1;
    if (length > bestLength) {
      bestStart = start;
      bestLength = length;
    }
  }
  const hex = groups.map((group) => group.toString(16));
  if (bestStart < 0) return hex.join(':');
  return `${hex.slice(0, bestStart).join(':')}::${hex.slice(bestStart + bestLength).join(':')}`;
}

/**
 * Says what a literal IPv4 or IPv6 address is for; null when `text` is not a literal address. Brackets and a zone are
 * taken off, IPv4-mapped IPv6 is judged as the IPv4 address it reaches.
 */
export function classifyAddress(text: string): AddressClass | null {
  const bytes = parseAddress(text);
  if (bytes === null) return null;
  for (const [network, addressClass] of readClassTable()) if (contains(network, bytes)) return addressClass;
  return 'public';
}

/** Whether a literal address lies in one of the CIDR blocks. Text that is not an address lies in none. @throws RangeError for a block that is not CIDR. */
export function isAddressInNetworks(address: string, networks: readonly string[]): boolean {
  const bytes = parseAddress(address);
  return bytes !== null && networks.some((network) => contains(toNetwork(network), bytes));
}

/** Whether `text` is a CIDR block such as `10.0.0.0/8` or `fd00::/8`. */
export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== null;
}

function parseAddress(text: string): AddressBytes | null {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== null) return ipv4;
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const groups = parseIpv6(bare.replace(/%[A-Za-z0-9._~-]+$/, ''));
  if (groups === null) return null;
  const bytes = groups.flatMap((group) => [group >> 8, group & 255]);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return mapped ? bytes.slice(12) : bytes;
}

function parseNetwork(text: string): Network | null {
  const slash = text.lastIndexOf('/');
  const prefixText = text.slice(slash + 1);
  const bytes = slash < 0 || !/^\d{1,3}$/.test(prefixText) ? null : parseAddress(text.slice(0, slash));
  const prefix = Number(prefixText);
  return bytes === null || prefix > bytes.length * 8 ? null : { bytes, prefix };
}

function toNetwork(text: string): Network {
  const network = parseNetwork(text);
  if (network === null) throw new RangeError('a network must be a CIDR block such as 10.0.0.0/8');
  return network;
}

function contains(network: Network, address: AddressBytes): boolean {
  if (network.bytes.length !== address.length) return false;
  let bits = network.prefix;
  for (let index = 0; bits > 0; index += 1, bits -= 8) {
    const mask = bits >= 8 ? 255 : (255 << (8 - bits)) & 255;
    if (((network.bytes[index] ?? 0) & mask) !== ((address[index] ?? 0) & mask)) return false;
  }
  return true;
}

/** Read at the first literal address: a command line that meets none need not wait for it. */
const readClassTable = once(() =>
  NETWORK_CLASSES.map(([network, addressClass]) => [toNetwork(network), addressClass] as const),
);

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
