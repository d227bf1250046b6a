/** One setting of the engine, as the command line, the environment and the reference know it. */
export interface ConfigOption {
  /** Long flag without dashes; null for what must not appear in a list of processes. */
  readonly flag: string | null;
  readonly environment: string;
  /** What stands for the value in help; null for a switch that takes none. */
  readonly placeholder: string | null;
  /** The flag repeats; the environment twin separates by commas. */
  readonly repeatable: boolean;
  readonly defaultText: string;
  readonly description: string;
}

const option = (
  flag: string | null,
  environment: string,
  placeholder: string | null,
  defaultText: string,
  description: string,
  repeatable = false,
): ConfigOption => ({ flag, environment, placeholder, defaultText, description, repeatable });

/** Settings that every command takes: where the state is and what opens it. */
export const STATE_OPTIONS = {
  dataDir: option(
    'data-dir',
    'DIP_DATA_DIR',
    'PATH',
    '.dipswitch',
    'Folder of the embedded state, the audit trail and the generated master key; made with mode 0700.',
  ),
  databaseUrl: option(
    'database-url',
    'DIP_DATABASE_URL',
    'URL',
    'the embedded state',
    'postgres:// address of a PostgreSQL that holds the state, for several engines. Prefer the environment: flags are visible in the list of processes.',
  ),
  masterKey: option(
    null,
    'DIP_MASTER_KEY',
    'KEY',
    'generated in the data folder',
    'Key of 32 bytes in base64 or hex that seals secrets and signing keys. Engines that share a state need the same one.',
  ),
} as const satisfies Record<string, ConfigOption>;

/** Settings of `dip-engine start`, in the order of the reference. */
export const START_OPTIONS = {
  host: option(
    'host',
    'DIP_HOST',
    'ADDRESS',
    '127.0.0.1',
    'Address to listen on. Anything but loopback switches loopback databases and webhooks off unless --allow-egress opens them.',
  ),
  port: option('port', 'DIP_PORT', 'PORT', '8080', 'Port to listen on; 0 takes a free one.'),
  ...STATE_OPTIONS,
  publicUrl: option(
    'public-url',
    'DIP_PUBLIC_URL',
    'URL',
    'the address it listens on',
    'Address under which clients reach the engine: issuer and audience of access tokens. Engines that share a state need the same one.',
  ),
  rateLimit: option(
    'rate-limit',
    'DIP_RATE_LIMIT',
    'N/s',
    '50/s',
    'Writes each client may make in a second, with a burst of one second.',
  ),
  maxConnectionsPerAddress: option(
    'max-connections-per-address',
    'DIP_MAX_CONNECTIONS_PER_ADDRESS',
    'N',
    '1000',
    'Open connections that one address may hold; more are closed at once. Raise it behind a proxy, which is one address.',
  ),
  allowEgress: option(
    'allow-egress',
    'DIP_ALLOW_EGRESS',
    'CIDR',
    'none',
    'Network that databases and webhooks may be reached in beyond the rule.',
    true,
  ),
  allowPlaintextDatabases: option(
    'allow-plaintext-databases',
    'DIP_ALLOW_PLAINTEXT_DATABASES',
    null,
    'off',
    'Accepts sslMode: false to databases beyond loopback.',
  ),
  envSecretTenants: option(
    'allow-env-secrets',
    'DIP_ALLOW_ENV_SECRETS',
    'TENANT',
    'none',
    'Tenant whose references may read the environment of the engine (env://NAME).',
    true,
  ),
  fileSecretTenants: option(
    'allow-file-secrets',
    'DIP_ALLOW_FILE_SECRETS',
    'TENANT',
    'none',
    'Tenant whose references may read files below the secrets folder (file://PATH).',
    true,
  ),
  secretsDir: option(
    'secrets-dir',
    'DIP_SECRETS_DIR',
    'PATH',
    '/run/secrets',
    'Folder that file:// references are confined to.',
  ),
  catalogueFile: option(
    'catalogue-file',
    'DIP_CATALOGUE_FILE',
    'PATH',
    'the built-in catalogue',
    'JSON file that extends the database catalogue: pool ceilings, driver versions, advisories.',
  ),
  logLevel: option('log-level', 'DIP_LOG_LEVEL', 'LEVEL', 'info', 'debug, info, warn, error or silent.'),
  shutdownGrace: option(
    'shutdown-grace',
    'DIP_SHUTDOWN_GRACE',
    'SECONDS',
    '20',
    'Time that requests in flight have to finish after SIGTERM.',
  ),
  bootstrapClientId: option(
    null,
    'DIP_BOOTSTRAP_CLIENT_ID',
    'ID',
    'none',
    'Id of a client with every scope in tenant default, made at start; for containers and tests.',
  ),
  bootstrapClientSecret: option(
    null,
    'DIP_BOOTSTRAP_CLIENT_SECRET',
    'SECRET',
    'none',
    'Secret of that client; needed with the id. A changed one replaces the stored one at the next start.',
  ),
} as const satisfies Record<string, ConfigOption>;

export type StateOptionName = keyof typeof STATE_OPTIONS;
