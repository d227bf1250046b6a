import type { DatabaseKind } from '../database-catalogue.ts';

/** What a property's value must be after percent-decoding. `choice` matches in any case and is kept as spelt here. */
export type PropertyValueRule =
  | { readonly form: 'choice'; readonly choices: readonly string[] }
  | { readonly form: 'integer'; readonly min: number; readonly max: number }
  | { readonly form: 'text'; readonly pattern: RegExp; readonly expected: string };

export interface ConnectionProperty {
  /** Canonical spelling: the vendor's own. */
  readonly name: string;
  readonly value: PropertyValueRule;
}

const BOOLEAN: PropertyValueRule = { form: 'choice', choices: ['true', 'false'] };
const ON_OFF: PropertyValueRule = { form: 'choice', choices: ['on', 'off', 'yes', 'no', 'true', 'false'] };
const SECONDS: PropertyValueRule = { form: 'integer', min: 1, max: 300 };
const MILLISECONDS: PropertyValueRule = { form: 'integer', min: 1, max: 300_000 };
const LABEL: PropertyValueRule = {
  form: 'text',
  pattern: /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/,
  expected: 'letters, digits and . _ : / -, 64 characters at most',
};

/** Everything a connection string may carry beside `driverVersion`, per database kind. Anything else is refused. */
export const ALLOWED_PROPERTIES: Readonly<Record<DatabaseKind, readonly ConnectionProperty[]>> = {
  postgresql: [
    { name: 'sslmode', value: { form: 'choice', choices: ['require', 'verify-ca', 'verify-full'] } },
    { name: 'ApplicationName', value: LABEL },
    { name: 'connectTimeout', value: SECONDS },
    { name: 'socketTimeout', value: { form: 'integer', min: 1, max: 86_400 } },
    {
      name: 'currentSchema',
      value: {
        form: 'text',
        pattern: /^[A-Za-z_$][A-Za-z0-9_$]{0,62}(?:,[A-Za-z_$][A-Za-z0-9_$]{0,62}){0,15}$/,
        expected: 'schema names separated by commas',
      },
    },
    {
      name: 'targetServerType',
      value: { form: 'choice', choices: ['any', 'primary', 'secondary', 'preferPrimary', 'preferSecondary'] },
    },
    { name: 'readOnly', value: BOOLEAN },
  ],
  mysql: [
    { name: 'sslMode', value: { form: 'choice', choices: ['REQUIRED', 'VERIFY_CA', 'VERIFY_IDENTITY'] } },
    { name: 'connectTimeout', value: MILLISECONDS },
    { name: 'socketTimeout', value: { form: 'integer', min: 1, max: 86_400_000 } },
    {
      name: 'characterEncoding',
      value: { form: 'text', pattern: /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/, expected: 'the name of a character set' },
    },
    {
      name: 'serverTimezone',
      value: {
        form: 'text',
        pattern: /^[A-Za-z0-9+-][A-Za-z0-9_+:/-]{0,63}$/,
        expected: 'a time zone such as UTC or Europe/Berlin',
      },
    },
  ],
  sqlserver: [
    { name: 'encrypt', value: { form: 'choice', choices: ['true', 'strict', 'false'] } },
    { name: 'loginTimeout', value: SECONDS },
    { name: 'applicationName', value: LABEL },
    { name: 'applicationIntent', value: { form: 'choice', choices: ['ReadOnly', 'ReadWrite'] } },
    { name: 'multiSubnetFailover', value: BOOLEAN },
  ],
  // The keywords Oracle lists for an Easy Connect string, without wallet, proxy and pool, and without those that route
  // through further hosts (source_route) or weaken the check of the server's name.
  oracle: [
    { name: 'connect_timeout', value: SECONDS },
    { name: 'transport_connect_timeout', value: SECONDS },
    { name: 'recv_timeout', value: { form: 'integer', min: 1, max: 86_400 } },
    { name: 'retry_count', value: { form: 'integer', min: 0, max: 20 } },
    { name: 'retry_delay', value: { form: 'integer', min: 0, max: 60 } },
    { name: 'expire_time', value: { form: 'integer', min: 0, max: 1440 } },
    { name: 'sdu', value: { form: 'integer', min: 512, max: 2_097_152 } },
    { name: 'recv_buf_size', value: { form: 'integer', min: 1024, max: 16_777_216 } },
    { name: 'send_buf_size', value: { form: 'integer', min: 1024, max: 16_777_216 } },
    { name: 'enable', value: { form: 'choice', choices: ['broken'] } },
    { name: 'failover', value: ON_OFF },
    { name: 'load_balance', value: ON_OFF },
    { name: 'compression', value: ON_OFF },
    { name: 'use_sni', value: ON_OFF },
    { name: 'ssl_server_dn_match', value: { form: 'choice', choices: ['on', 'yes', 'true'] } },
  ],
};

/** Names that carry a credential, whatever the kind. Compared without case, `_` and `-`. */
export const CREDENTIAL_PROPERTIES: readonly string[] = [
  'user',
  'username',
  'uid',
  'userid',
  'login',
  'logon',
  'password',
  'passwd',
  'pass',
  'pwd',
  'secret',
  'token',
  'accesstoken',
  'apikey',
  'credential',
  'credentials',
  'password1',
  'password2',
  'password3',
];

/**
 * Properties refused by name, because they load classes, read or write files, run code, change who is dialled or who
 * is trusted. The allow-list refuses them anyway; naming them gives the clearer message. A trailing `*` is a prefix.
 */
export const FORBIDDEN_PROPERTIES: Readonly<Record<DatabaseKind, readonly string[]>> = {
  postgresql: [
    'socketFactory*',
    'sslfactory*',
    'sslhostnameverifier',
    'sslpasswordcallback',
    'authenticationPluginClassName',
    'connectExecutor*',
    'classLoaderStrategy',
    'xmlFactoryFactory',
    'loggerFile',
    'loggerLevel',
    'sslcert',
    'sslkey',
    'sslrootcert',
    'sslpassword',
    'sslcrl*',
    'sslnegotiation',
    'service',
    'options',
    'localSocketAddress',
    'jaas*',
    'gss*',
    'kerberosServerName',
    'sspiServiceClass',
    'useSpnego',
    'preferQueryMode',
    'passfile',
    'host',
    'hostaddr',
    'port',
  ],
  mysql: [
    'autoDeserialize',
    'queryInterceptors',
    'statementInterceptors',
    'exceptionInterceptors',
    'connectionLifecycleInterceptors',
    'detectCustomCollations',
    'allowLoadLocalInfile*',
    'allowUrlInLocalInfile',
    'allowMultiQueries',
    'allowPublicKeyRetrieval',
    'serverRSAPublicKeyFile',
    'socketFactory*',
    'socksProxy*',
    'propertiesTransform',
    'authenticationPlugins',
    'defaultAuthenticationPlugin',
    'disabledAuthenticationPlugins',
    'clientInfoProvider',
    'trustCertificateKeyStore*',
    'clientCertificateKeyStore*',
    'namedPipePath',
    'logger',
    'useConfigs',
    'loadBalance*',
    'ha.loadBalanceStrategy',
    'serverAffinityOrder',
    'xdevapi.*',
    'queryInfoCacheFactory',
    'serverConfigCacheFactory',
    'parseInfoCacheFactory',
    'passwordCharacterEncoding',
    'useSSL',
    'requireSSL',
    'verifyServerCertificate',
    'enabledSSLCipherSuites',
    'enabledTLSProtocols',
    'tlsVersions',
    'tlsCiphersuites',
    'localSocketAddress',
    'pluginPath',
    'defaultPlugin',
    'profileSQL',
    'profilerEventHandler',
    'flags',
    'ssl',
    'socketPath',
  ],
  sqlserver: [
    'socketFactory*',
    'trustManager*',
    'trustStore*',
    'trustServerCertificate',
    'keyStore*',
    'keyVault*',
    'clientCertificate',
    'clientKey*',
    'accessTokenCallback*',
    'authentication*',
    'integratedSecurity',
    'jaasConfigurationName',
    'useDefaultJaasConfig',
    'gsscredential',
    'domain',
    'instanceName',
    'instance',
    'failoverPartner',
    'serverName',
    'server',
    'serverSpn',
    'serverCertificate',
    'hostNameInCertificate',
    'columnEncryptionSetting',
    'enclaveAttestation*',
    'msiClientId',
    'AADSecurePrincipal*',
    'realm',
    'ipAddressPreference',
    'portNumber',
    'port',
    'workstationID',
  ],
  oracle: [
    'TNS_ADMIN',
    'IFILE',
    'wallet_location',
    'my_wallet_directory',
    'https_proxy*',
    'socks_proxy*',
    'source_route',
    'pool_*',
    'config-*',
    'ldap*',
    'oracle.net.*',
    'oracle.jdbc.*',
    'oracle.security.*',
    'javax.*',
    'java.*',
    'ssl_server_cert_dn',
    'ssl_allow_weak_dn_match',
    'security',
    'authentication_service',
    'token_auth',
    'token_location',
    'protocol',
    'host',
    'port',
    'address*',
    'description*',
    'connect_data',
    'program',
    'args',
    'argv0',
    'envs',
  ],
};

export type PropertyVerdict =
  | { readonly kind: 'allowed'; readonly property: ConnectionProperty }
  | { readonly kind: 'forbidden'; readonly name: string }
  | { readonly kind: 'credential' }
  | { readonly kind: 'unknown' };

/** Finds an allowed property by its name in any case. */
export function findAllowedProperty(kind: DatabaseKind, name: string): ConnectionProperty | undefined {
  return ALLOWED_BY_NAME[kind].get(name.toLowerCase());
}

/** Looks a decoded property name up, in any case. */
export function judgeProperty(kind: DatabaseKind, name: string): PropertyVerdict {
  const folded = name.toLowerCase();
  const property = findAllowedProperty(kind, folded);
  if (property !== undefined) return { kind: 'allowed', property };
  if (CREDENTIAL_NAMES.has(folded.replaceAll(/[-_]/g, ''))) return { kind: 'credential' };
  for (const forbidden of FORBIDDEN_FOLDED[kind]) {
    const matches = forbidden.prefix ? folded.startsWith(forbidden.name) : folded === forbidden.name;
    if (matches) return { kind: 'forbidden', name: forbidden.spelling.replace('*', '') };
  }
  return { kind: 'unknown' };
}

/** Puts a decoded value into its canonical form; null when the rule refuses it. */
export function toCanonicalValue(rule: PropertyValueRule, value: string): string | null {
  switch (rule.form) {
    case 'choice': {
      const folded = value.toLowerCase();
      return rule.choices.find((choice) => choice.toLowerCase() === folded) ?? null;
    }
    case 'integer': {
      if (!/^(?:0|[1-9]\d{0,8})$/.test(value)) return null;
      const number = Number(value);
      return number >= rule.min && number <= rule.max ? value : null;
    }
    case 'text':
      return rule.pattern.test(value) ? value : null;
  }
}

/** Says what a rule wants, for messages. */
export function describeRule(rule: PropertyValueRule): string {
  switch (rule.form) {
    case 'choice':
      return `one of: ${rule.choices.join(', ')}`;
    case 'integer':
      return `a whole number from ${rule.min} to ${rule.max}`;
    case 'text':
      return rule.expected;
  }
}

const CREDENTIAL_NAMES: ReadonlySet<string> = new Set(CREDENTIAL_PROPERTIES);

const ALLOWED_BY_NAME = mapKinds(
  (kind) => new Map(ALLOWED_PROPERTIES[kind].map((property) => [property.name.toLowerCase(), property])),
);

const FORBIDDEN_FOLDED = mapKinds((kind) =>
  FORBIDDEN_PROPERTIES[kind].map((spelling) => {
    const prefix = spelling.endsWith('*');
    return { spelling, prefix, name: (prefix ? spelling.slice(0, -1) : spelling).toLowerCase() };
  }),
);

function mapKinds<Value>(make: (kind: DatabaseKind) => Value): Readonly<Record<DatabaseKind, Value>> {
  return {
    postgresql: make('postgresql'),
    oracle: make('oracle'),
    sqlserver: make('sqlserver'),
    mysql: make('mysql'),
  };
}
