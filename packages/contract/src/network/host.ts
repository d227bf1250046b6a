import { formatIpv6, parseIpv4, parseIpv6 } from './address.ts';

const NAME_PATTERN =
  /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
// Resolvers read a name whose last label is a number as an IPv4 address: 127.1, 2130706433, 0x7f.1, 1.2.3.04.
const ENDS_IN_NUMBER = /(?:^|\.)(?:\d+|0[xX][0-9A-Fa-f]*)$/;

/**
 * Reads one host: RFC 1123 name, strict dotted IPv4, or bracketed IPv6. Returns the canonical form (lower case, no
 * brackets), or null. Short, octal, hexadecimal and decimal spellings of IPv4 are no host.
 */
export function parseHost(text: string): string | null {
  if (text.startsWith('[')) {
    const groups = text.endsWith(']') ? parseIpv6(text.slice(1, -1)) : null;
    return groups === null ? null : formatIpv6(groups);
  }
  if (text.length === 0 || text.length > 253) return null;
  if (ENDS_IN_NUMBER.test(text)) return parseIpv4(text) === null ? null : text;
  return NAME_PATTERN.test(text) ? text.toLowerCase() : null;
}

/** Writes a canonical host the way a URL carries it: IPv6 in brackets. */
export function formatHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Whether a canonical host is loopback by its literal address or by its reserved name. @see RFC 6761 section 6.3 */
export function isLocalhostName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

/** Reads a port without sign, spaces or leading zeros; null when it is not 1 to 65535. */
export function parsePort(text: string): number | null {
  if (!/^[1-9]\d{0,4}$/.test(text)) return null;
  const port = Number(text);
  return port <= 65_535 ? port : null;
}
