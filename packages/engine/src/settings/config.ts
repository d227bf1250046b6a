import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import {
  ContractError,
  DATABASE_CATALOGUE,
  type DatabaseCatalogue,
  extendCatalogue,
  ID_PATTERN,
  isLoopbackHost,
  isNetwork,
  Secret,
} from '@dipswitch/contract';
import { parseMasterKey } from '../seal/master-key.ts';
import { START_OPTIONS, type StateOptionName } from './config-options.ts';
import {
  type Environment,
  type GivenOptions,
  type GivenValue,
  type ReadOptions,
  readOptions,
  UsageError,
} from './read-options.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What every command needs in order to open the state. */
export interface StateConfig {
  /** Absolute. */
  readonly dataDir: string;
  readonly databaseUrl: Secret | undefined;
  /** Undefined: the one of the data folder. */
  readonly masterKey: Secret | undefined;
}

export interface EngineConfig extends StateConfig {
  readonly host: string;
  readonly port: number;
  /** Whether `host` is loopback: then loopback databases and webhooks are allowed. */
  readonly listensOnLoopback: boolean;
  readonly publicUrl: string | undefined;
  readonly writesPerSecond: number;
  readonly connectionsPerAddress: number;
  readonly allowedNetworks: readonly string[];
  readonly allowPlaintextDatabases: boolean;
  readonly envSecretTenants: readonly string[];
  readonly fileSecretTenants: readonly string[];
  readonly secretsDir: string;
  readonly catalogue: DatabaseCatalogue;
  readonly logLevel: LogLevel;
  readonly shutdownGraceMs: number;
  readonly bootstrapClient: { readonly clientId: string; readonly clientSecret: Secret } | undefined;
}

const DEFAULT_HOST = '127.0.0.1';
const MAX_WRITES_PER_SECOND = 100_000;

/**
 * Reads the settings of `dip-engine start`.
 * @throws UsageError with every problem at once
 */
export async function loadConfig(argv: readonly string[], environment: Environment): Promise<EngineConfig> {
  const read = readOptions(START_OPTIONS, argv, environment);
  const settings = new Settings(read);
  for (const extra of read.positionals) settings.problem(`start takes no argument, but got ${JSON.stringify(extra)}`);
  const host = settings.one('host', toHost, DEFAULT_HOST);
  const config: EngineConfig = {
    ...toStateConfig(settings),
    host,
    port: settings.one('port', toPort, 8080),
    listensOnLoopback: isLoopbackHost(host),
    publicUrl: settings.one('publicUrl', toPublicUrl, undefined),
    writesPerSecond: settings.one('rateLimit', toRate, 50),
    connectionsPerAddress: settings.one('maxConnectionsPerAddress', toConnections, 1_000),
    allowedNetworks: settings.many('allowEgress', toNetwork),
    allowPlaintextDatabases: settings.one('allowPlaintextDatabases', toSwitch, false),
    envSecretTenants: settings.many('envSecretTenants', toTenant),
    fileSecretTenants: settings.many('fileSecretTenants', toTenant),
    secretsDir: settings.one('secretsDir', toPath, '/run/secrets'),
    catalogue: await settings.oneAsync('catalogueFile', loadCatalogue, DATABASE_CATALOGUE),
    logLevel: settings.one('logLevel', toLogLevel, 'info'),
    shutdownGraceMs: settings.one('shutdownGrace', toGraceMs, 20_000),
    bootstrapClient: toBootstrapClient(settings),
  };
  settings.assertNoProblems();
  return config;
}

/**
 * Picks the settings of the state from what a command read.
 * @throws UsageError with every problem at once
 */
export function loadStateConfig(read: ReadOptions<StateOptionName>): StateConfig {
  const settings = new Settings(read);
  const config = toStateConfig(settings);
  settings.assertNoProblems();
  return config;
}

/** A parser answers the value, or what is wrong in words that fit behind the name of the setting. */
type Parsed<Value> = { readonly value: Value } | { readonly problem: string };

/** Reads settings one by one and keeps what is wrong with them. */
class Settings<Name extends string> {
  readonly #given: GivenOptions<Name>;
  readonly #problems: string[] = [];

  constructor(read: Pick<ReadOptions<Name>, 'given'>) {
    this.#given = read.given;
  }

  problem(text: string): void {
    this.#problems.push(text);
  }

  isGiven(name: Name): boolean {
    return this.#given.has(name);
  }

  one<Value, Default>(name: Name, parse: (text: string) => Parsed<Value>, byDefault: Default): Value | Default {
    const given = this.#given.get(name);
    const [text] = given?.values ?? [];
    return given === undefined || text === undefined ? byDefault : this.#take(given, parse(text), byDefault);
  }

  async oneAsync<Value>(name: Name, parse: (text: string) => Promise<Parsed<Value>>, byDefault: Value): Promise<Value> {
    const given = this.#given.get(name);
    const [text] = given?.values ?? [];
    return given === undefined || text === undefined ? byDefault : this.#take(given, await parse(text), byDefault);
  }

  many<Value>(name: Name, parse: (text: string) => Parsed<Value>): readonly Value[] {
    const given = this.#given.get(name);
    if (given === undefined) return [];
    return given.values.flatMap((text) => this.#take(given, listed(parse(text)), []));
  }

  assertNoProblems(): void {
    if (this.#problems.length > 0) throw new UsageError(this.#problems);
  }

  #take<Value, Default>(given: GivenValue, parsed: Parsed<Value>, byDefault: Default): Value | Default {
    if ('value' in parsed) return parsed.value;
    this.#problems.push(`${given.source} ${parsed.problem}`);
    return byDefault;
  }
}

function listed<Value>(parsed: Parsed<Value>): Parsed<Value[]> {
  return 'value' in parsed ? { value: [parsed.value] } : parsed;
}

function toStateConfig<Name extends string>(settings: Settings<Name | StateOptionName>): StateConfig {
  return {
    dataDir: settings.one('dataDir', toPath, resolve('.dipswitch')),
    databaseUrl: settings.one('databaseUrl', toDatabaseUrl, undefined),
    masterKey: settings.one('masterKey', toMasterKey, undefined),
  };
}

function toBootstrapClient<Name extends string>(
  settings: Settings<Name | 'bootstrapClientId' | 'bootstrapClientSecret'>,
): EngineConfig['bootstrapClient'] {
  const clientId = settings.one('bootstrapClientId', toClientId, undefined);
  const clientSecret = settings.one('bootstrapClientSecret', toClientSecret, undefined);
  if (settings.isGiven('bootstrapClientId') !== settings.isGiven('bootstrapClientSecret')) {
    settings.problem('DIP_BOOTSTRAP_CLIENT_ID and DIP_BOOTSTRAP_CLIENT_SECRET are needed together');
  }
  return clientId === undefined || clientSecret === undefined ? undefined : { clientId, clientSecret };
}

function toHost(text: string): Parsed<string> {
  const host = text.replace(/^\[(.*)\]$/, '$1');
  const isName = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;
  return isIP(host) !== 0 || isName.test(host) ? { value: host } : { problem: 'must be an IP address or a host name' };
}

function toPort(text: string): Parsed<number> {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? { value: port } : { problem: 'must be a whole number from 0 to 65535' };
}

function toPath(text: string): Parsed<string> {
  return text.includes('\0') || text.trim() === '' ? { problem: 'must be a path' } : { value: resolve(text) };
}

function toDatabaseUrl(text: string): Parsed<Secret> {
  if (!URL.canParse(text) || !['postgres:', 'postgresql:'].includes(new URL(text).protocol)) {
    return { problem: 'must be a postgres:// address' };
  }
  return { value: new Secret(text) };
}

function toMasterKey(text: string): Parsed<Secret> {
  if (parseMasterKey(text) === null) return { problem: 'must be 32 bytes in base64 or 64 hex digits' };
  return { value: new Secret(text) };
}

function toPublicUrl(text: string): Parsed<string> {
  const problem = { problem: 'must be an http:// or https:// address without query, fragment and credentials' };
  if (!URL.canParse(text)) return problem;
  const url = new URL(text);
  if (!['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '') return problem;
  if (url.search !== '' || url.hash !== '') return problem;
  // Issuers are compared letter by letter (RFC 8414 section 3.3), and addresses are made by adding a path to it.
  return { value: url.href.replace(/\/+$/, '') };
}

function toRate(text: string): Parsed<number> {
  const rate = Number(/^(\d{1,6})\/s$/.exec(text)?.[1] ?? Number.NaN);
  if (rate >= 1 && rate <= MAX_WRITES_PER_SECOND) return { value: rate };
  return { problem: `must be of the form N/s with N from 1 to ${MAX_WRITES_PER_SECOND}` };
}

function toConnections(text: string): Parsed<number> {
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return count >= 1 ? { value: count } : { problem: 'must be a whole number from 1 to 999999' };
}

function toNetwork(text: string): Parsed<string> {
  return isNetwork(text) ? { value: text } : { problem: 'must be networks in CIDR form, such as 10.0.0.0/8' };
}

function toTenant(text: string): Parsed<string> {
  if (ID_PATTERN.test(text)) return { value: text };
  return { problem: 'must be tenants: letters, digits, dots, dashes and underscores' };
}

function toSwitch(text: string): Parsed<boolean> {
  if (['true', '1', 'yes', 'on'].includes(text.toLowerCase())) return { value: true };
  if (['false', '0', 'no', 'off'].includes(text.toLowerCase())) return { value: false };
  return { problem: 'must be true or false' };
}

function toLogLevel(text: string): Parsed<LogLevel> {
  const level = LOG_LEVELS.find((known) => known === text);
  return level === undefined ? { problem: `must be one of ${LOG_LEVELS.join(', ')}` } : { value: level };
}

function toGraceMs(text: string): Parsed<number> {
  const seconds = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return seconds <= 3600 ? { value: seconds * 1000 } : { problem: 'must be a whole number of seconds up to 3600' };
}

function toClientId(text: string): Parsed<string> {
  return ID_PATTERN.test(text)
    ? { value: text }
    : { problem: 'must be 1 to 128 letters, digits, dots, dashes and underscores' };
}

function toClientSecret(text: string): Parsed<Secret> {
  // RFC 6749 appendix A.2 allows no more.
  return /^[\x20-\x7e]{1,256}$/.test(text)
    ? { value: new Secret(text) }
    : { problem: 'must be 1 to 256 printable ASCII characters' };
}

async function loadCatalogue(path: string): Promise<Parsed<DatabaseCatalogue>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return { problem: 'names a file that cannot be read' };
  }
  try {
    return { value: extendCatalogue(DATABASE_CATALOGUE, JSON.parse(text)) };
  } catch (error) {
    return {
      problem: error instanceof ContractError ? `does not fit: ${error.message}` : 'names a file that is not JSON',
    };
  }
}
