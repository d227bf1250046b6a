import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { DriverError } from '../driver.ts';

/** Turns a host name into literal addresses. Raises DriverError `host-not-found` or `unreachable`. */
export type ResolveHost = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

export interface ResolveHostOptions {
  readonly hostsFile?: string;
  readonly resolverFile?: string;
  /** DNS servers instead of the system's, e.g. `127.0.0.1:5353`. */
  readonly servers?: readonly string[];
}

const WINDOWS_HOSTS = 'C:\\Windows\\System32\\drivers\\etc\\hosts';
const ATTEMPT_TIMEOUT_MS = 2_000;
const ATTEMPTS = 3;

/** c-ares codes that say "there is no such name"; every other failure is the name service's own trouble. */
const NO_SUCH_NAME: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME']);

/**
 * Creates a resolver on c-ares. `dns.lookup` is not used: getaddrinfo blocks one of the four threads that file system
 * and crypto share, so four slow names would stop the engine's audit log. What getaddrinfo adds is done here: literal
 * addresses, `localhost` (RFC 6761 section 6.3), the hosts file, and the search list of resolv.conf that short names
 * inside a cluster need. Other name services of the system (mDNS, LDAP) are not asked.
 */
export function createResolveHost(options: ResolveHostOptions = {}): ResolveHost {
  const hostsFile = options.hostsFile ?? (process.platform === 'win32' ? WINDOWS_HOSTS : '/etc/hosts');
  const resolverFile = options.resolverFile ?? '/etc/resolv.conf';
  return async (host, signal) => {
    const name = host.toLowerCase().replace(/\.$/, '');
    if (isIP(name) !== 0) return [name];
    if (name === 'localhost' || name.endsWith('.localhost')) return ['127.0.0.1', '::1'];
    const fromFile = findInHostsFile(await readText(hostsFile), name);
    if (fromFile.length > 0) return fromFile;
    const candidates = host.endsWith('.') ? [name] : expandName(name, parseSearchList(await readText(resolverFile)));
    return queryCandidates(candidates, options.servers, signal);
  };
}

async function queryCandidates(
  candidates: readonly string[],
  servers: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  // One resolver a dial: `cancel` ends all queries of a resolver, and one dial must not end another's.
  const resolver = new Resolver({ timeout: ATTEMPT_TIMEOUT_MS, tries: ATTEMPTS });
  if (servers) resolver.setServers(servers);
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    let trouble: unknown;
    for (const candidate of candidates) {
      signal.throwIfAborted();
      const answers = await Promise.allSettled([resolver.resolve4(candidate), resolver.resolve6(candidate)]);
      const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      if (addresses.length > 0) return addresses;
      for (const answer of answers) {
        if (answer.status === 'rejected' && !isNoSuchName(answer.reason)) trouble ??= answer.reason;
      }
    }
    if (trouble === undefined) throw new DriverError('host-not-found', 'The host name is not known');
    throw new DriverError('unreachable', 'The name service did not answer', { cause: trouble });
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

function isNoSuchName(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && NO_SUCH_NAME.has(error.code);
}

/** Addresses that a hosts file gives a name, in file order. */
export function findInHostsFile(text: string, name: string): readonly string[] {
  const addresses: string[] = [];
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*$/, '').trim().split(/\s+/);
    if (address === undefined || isIP(address) === 0) continue;
    if (names.some((candidate) => candidate.toLowerCase() === name)) addresses.push(address);
  }
  return addresses;
}

export interface SearchList {
  readonly domains: readonly string[];
  /** A name with at least so many dots is tried as it stands first. */
  readonly dots: number;
}

/** Reads `search`, `domain` and `options ndots:N` of a resolv.conf; the last of `search` and `domain` counts. */
export function parseSearchList(text: string): SearchList {
  let domains: readonly string[] = [];
  let dots = 1;
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'search' || keyword === 'domain') domains = values.map((domain) => domain.replace(/^\.|\.$/g, ''));
    if (keyword !== 'options') continue;
    for (const value of values) {
      const match = /^ndots:(\d{1,2})$/.exec(value);
      if (match) dots = Number(match[1]);
    }
  }
  return { domains: domains.filter((domain) => domain !== ''), dots };
}

/** The names to ask for, in order. */
export function expandName(name: string, search: SearchList): readonly string[] {
  const expanded = search.domains.map((domain) => `${name}.${domain}`);
  const dots = name.split('.').length - 1;
  return dots >= search.dots ? [name, ...expanded] : [...expanded, name];
}

/** An absent or unreadable file says nothing; that is the normal case off Linux. */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}
