import { parseHost, parsePort } from '../network/host.ts';
import type { ConnectionStringProblem, DatabaseHost } from './connection-model.ts';

export type ParsedHosts =
  | { readonly hosts: readonly DatabaseHost[] }
  | { readonly hosts: null; readonly problem: ConnectionStringProblem };

const MAX_HOSTS = 16;

/** Reads `host[:port]` or, where `many` allows it, several separated by commas. */
export function parseHosts(text: string, defaultPort: number, many: boolean): ParsedHosts {
  if (text.includes('@')) {
    return refuse(
      'CREDENTIAL_IN_CONNECTION_STRING',
      'the connection string carries a credential before the host; use credentialMasking with secret references',
    );
  }
  const parts = many && text.includes(',') ? text.split(',') : [text];
  if (parts.length > MAX_HOSTS) return refuse('INVALID_CONNECTION_STRING', `more than ${MAX_HOSTS} hosts`);
  const hosts: DatabaseHost[] = [];
  for (const part of parts) {
    const colon = part.lastIndexOf(':');
    const hasPort = colon > part.lastIndexOf(']');
    const host = parseHost(hasPort ? part.slice(0, colon) : part);
    if (host === null) {
      return refuse(
        'INVALID_CONNECTION_STRING',
        'the host must be a name, a dotted IPv4 address or an IPv6 address in brackets',
      );
    }
    const port = hasPort ? parsePort(part.slice(colon + 1)) : defaultPort;
    if (port === null) return refuse('INVALID_PORT', 'the port must be a number from 1 to 65535');
    hosts.push({ host, port });
  }
  return { hosts };
}

function refuse(code: ConnectionStringProblem['code'], message: string): ParsedHosts {
  return { hosts: null, problem: { code, message } };
}
