import {
  ConnectionStringError,
  type ConnectorEntry,
  connectorEntrySchema,
  OWNERSHIP_LABEL,
  projectFileJsonSchema,
  readProjectFile,
  toConnectorBody,
  toEntryPath,
  validateConnector,
} from '@dipswitch/contract';
import { wireExchange } from '@dipswitch/contract/fixtures';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

/** The example of the contract, section 5, as it stands. */
const EXAMPLE = `
# dipswitch.yaml   (any number of files; --file/-f repeats, a folder, or - for standard input)
project: crm                        # optional: ownership label, needed for --prune
connectors:
  - id: db-prod-analytics-01
    name: Production Analytics PostgreSQL
    type: postgresql
    host: db.internal.net
    port: 5432                      # default by type
    database: analytics_dw
    driverVersion: 42.6.0
    credentials: {username: VAULT_DB_USERNAME, password: VAULT_DB_PASSWORD}   # references only
    pool: {min: 2, max: 15, connectionTimeoutSeconds: 25}
    security: {sslMode: true, sslVerification: full, caCertificateFile: ./ca.pem}   # parameterized queries are always on
    health: {query: SELECT 1, intervalSeconds: 60, timeoutSeconds: 5}
    events: [{type: CONFIG_UPDATED, webhookUrl: "https://vault-sync.internal/webhooks/cxone-config"}]
dataActions:
  - id: customer-by-ani
    connector: db-prod-analytics-01
    statement: select id, full_name from customers where phone = :ani limit 1
    # access, input, output, limits, cache, fallback as in section 3
`;

const ACTION = {
  id: 'customer-by-ani',
  connector: 'db-prod-analytics-01',
  name: 'Customer by calling number',
  statement: 'select id, full_name, tier, balance from customers where phone = :ani limit 1',
  access: 'read',
  input: {
    type: 'object',
    required: ['ani'],
    properties: { ani: { type: 'string', maxLength: 20, 'x-sensitive': true } },
  },
  output: {
    type: 'object',
    properties: { id: { type: 'integer' }, tier: { type: 'string', maxLength: 16, default: 'NONE' } },
  },
  limits: { deadlineMs: 3000, maxRows: 1, maxBytes: 32768, maxConcurrency: 20, ratePerSecond: 200 },
  cache: { ttlSeconds: 0, staleIfErrorSeconds: 0 },
  fallback: { tier: 'NONE' },
};

const minimal: ConnectorEntry = connectorEntrySchema.parse({
  id: 'crm',
  type: 'oracle',
  host: 'db.internal.net',
  database: 'CRM',
  driverVersion: '21.9.0',
  credentials: { username: 'CRM_USER', password: 'vault://secret/crm#password' },
});

function read(text: string) {
  const reading = readProjectFile(parse(text));
  if (!reading.valid) throw new Error(JSON.stringify(reading.findings));
  return reading.file;
}

function refusals(document: unknown): string[] {
  const reading = readProjectFile(document);
  return reading.valid ? [] : reading.findings.map(({ code, path }) => `${code} ${path}`);
}

describe('toConnectorBody', () => {
  it('makes the body of the contract from the file of the contract', () => {
    const [entry] = read(EXAMPLE).connectors ?? [];
    expect(entry && toConnectorBody(entry)).toEqual(wireExchange('connector-created').request.body);
  });

  it('writes the defaults out', () => {
    expect(toConnectorBody(minimal)).toEqual({
      connectorId: 'crm',
      connectorName: 'crm',
      connectorType: 'DATABASE_ORACLE',
      configuration: {
        connectionString: 'jdbc:oracle://db.internal.net:1521/CRM?driverVersion=21.9.0',
        credentials: {},
        credentialMasking: { username: 'CRM_USER', password: 'vault://secret/crm#password' },
        poolSettings: { minPoolSize: 0, maxPoolSize: 10, connectionTimeoutSeconds: 25 },
        securitySettings: { enableParameterizedQueries: true, sslMode: true },
      },
      healthCheck: { enabled: true, query: 'SELECT 1 FROM DUAL', intervalSeconds: 60, timeoutSeconds: 5 },
    });
    expect(validateConnector(toConnectorBody(minimal)).valid).toBe(true);
  });

  it('adds the ownership label next to the others', () => {
    const body = toConnectorBody({ ...minimal, labels: { team: 'care' } }, { project: 'crm' });
    expect(body.labels).toEqual({ team: 'care', [OWNERSHIP_LABEL]: 'crm' });
    expect(toConnectorBody(minimal).labels).toBeUndefined();
  });

  it('carries the certificate and a verification other than the default', () => {
    const entry: ConnectorEntry = { ...minimal, security: { sslVerification: 'ca', caCertificate: 'PEM' } };
    expect(toConnectorBody(entry).configuration.securitySettings).toEqual({
      enableParameterizedQueries: true,
      sslMode: true,
      sslVerification: 'ca',
      caCertificate: 'PEM',
    });
    const given = toConnectorBody(entry, { caCertificate: 'OTHER' }).configuration.securitySettings;
    expect(given.caCertificate).toBe('OTHER');
  });

  it.each<readonly [string, Partial<ConnectorEntry>, string]>([
    [
      'a SID',
      { database: undefined, sid: 'ORCL' } as Partial<ConnectorEntry>,
      'jdbc:oracle:thin:@db.internal.net:1521:ORCL?driverVersion=21.9.0',
    ],
    [
      'properties in any case and as YAML reads them',
      { properties: { RETRY_COUNT: 3, FailOver: 'ON' } },
      'jdbc:oracle://db.internal.net:1521/CRM?driverVersion=21.9.0&retry_count=3&failover=on',
    ],
    ['an IPv6 host', { host: '2001:DB8::1' }, 'jdbc:oracle://[2001:db8::1]:1521/CRM?driverVersion=21.9.0'],
    [
      'several hosts',
      { type: 'mysql', host: undefined, hosts: [{ host: 'a' }, { host: 'b', port: 3307 }] } as Partial<ConnectorEntry>,
      'jdbc:mysql://a:3306,b:3307/CRM?driverVersion=21.9.0',
    ],
  ])('writes %s', (_name, change, text) => {
    expect(toConnectorBody({ ...minimal, ...change }).configuration.connectionString).toBe(text);
  });

  it('refuses a property that no connection string may carry', () => {
    expect(() => toConnectorBody({ ...minimal, properties: { TNS_ADMIN: '/tmp' } })).toThrow(ConnectionStringError);
    expect(() => toConnectorBody({ ...minimal, driverVersion: '1&TNS_ADMIN=x' })).toThrow(ConnectionStringError);
  });
});

describe('readProjectFile', () => {
  it('takes data actions with every member of the contract', () => {
    expect(refusals({ dataActions: [ACTION] })).toEqual([]);
    expect(read(EXAMPLE).dataActions).toHaveLength(1);
  });

  it('takes an empty document as an empty project', () => {
    expect(readProjectFile(null)).toEqual({ valid: true, file: {} });
    expect(readProjectFile(undefined)).toEqual({ valid: true, file: {} });
  });

  const entry = { ...minimal };
  it.each<readonly [string, object, readonly string[]]>([
    ['an unknown type', { type: 'db2' }, ['INVALID_FORMAT /connectors/0/type']],
    ['a bad port', { port: 70_000 }, ['INVALID_PORT /connectors/0/port']],
    ['a port that is a text', { port: '5432x' }, ['INVALID_TYPE /connectors/0/port']],
    ['a host that is a number in disguise', { host: '0x7f.1' }, ['INVALID_FORMAT /connectors/0/host']],
    ['a host with more in it', { host: 'a/b?socketFactory=x' }, ['INVALID_FORMAT /connectors/0/host']],
    ['no host', { host: undefined }, ['REQUIRED /connectors/0/host']],
    ['host and hosts', { hosts: [{ host: 'a' }] }, ['INVALID_FORMAT /connectors/0/hosts']],
    [
      'two hosts for Oracle',
      { host: undefined, hosts: [{ host: 'a' }, { host: 'b' }] },
      ['INVALID_FORMAT /connectors/0/hosts'],
    ],
    ['no database', { database: undefined }, ['REQUIRED /connectors/0/database']],
    ['database and sid', { sid: 'X' }, ['INVALID_FORMAT /connectors/0/sid']],
    ['a database with more in it', { database: 'a?x=y' }, ['INVALID_FORMAT /connectors/0/database']],
    ['no driver version', { driverVersion: undefined }, ['REQUIRED /connectors/0/driverVersion']],
    [
      'a driver version that YAML read as a number',
      { driverVersion: 42.6 },
      ['INVALID_TYPE /connectors/0/driverVersion'],
    ],
    [
      'a plaintext password',
      { credentials: { username: 'A', password: 'canary p4ss!' } },
      ['INVALID_SECRET_REFERENCE /connectors/0/credentials/password'],
    ],
    ['no credentials', { credentials: undefined }, ['REQUIRED /connectors/0/credentials']],
    ['an unknown member', { parameterizedQueries: false }, ['UNKNOWN_FIELD /connectors/0/parameterizedQueries']],
    [
      'both certificates',
      { security: { caCertificate: 'x', caCertificateFile: 'y' } },
      ['INVALID_FORMAT /connectors/0/security'],
    ],
    ['a label that is no name', { labels: { '-x': 'y' } }, ['INVALID_FORMAT /connectors/0/labels/-x']],
    [
      'a driver version that is none',
      { driverVersion: 'latest' },
      ['UNSUPPORTED_DRIVER_VERSION /connectors/0/driverVersion'],
    ],
    [
      'properties that may not be',
      { properties: { TNS_ADMIN: '/tmp', foo: 1, password: 'canary', sdu: 'canary' } },
      [
        'FORBIDDEN_CONNECTION_PROPERTY /connectors/0/properties/TNS_ADMIN',
        'UNKNOWN_CONNECTION_PROPERTY /connectors/0/properties/foo',
        'CREDENTIAL_IN_CONNECTION_STRING /connectors/0/properties/password',
        'INVALID_CONNECTION_PROPERTY_VALUE /connectors/0/properties/sdu',
      ],
    ],
    [
      'a negative pool',
      { pool: { min: -1, max: 0 } },
      ['OUT_OF_RANGE /connectors/0/pool/min', 'OUT_OF_RANGE /connectors/0/pool/max'],
    ],
  ])('refuses %s', (_name, change, expected) => {
    const document = { connectors: [{ ...entry, ...change }] };
    expect(refusals(document)).toEqual(expected);
    const reading = readProjectFile(document);
    expect(JSON.stringify(reading.valid ? [] : reading.findings)).not.toContain('canary');
  });

  it('tells the problems of several entries at once', () => {
    expect(
      refusals({
        project: '-',
        connectors: [
          { ...entry, port: 0 },
          { ...entry, id: '.' },
        ],
        extra: 1,
        dataActions: [{}],
      }),
    ).toEqual([
      'INVALID_FORMAT /project',
      'INVALID_PORT /connectors/0/port',
      'INVALID_FORMAT /connectors/1/id',
      'REQUIRED /dataActions/0/id',
      'REQUIRED /dataActions/0/connector',
      'REQUIRED /dataActions/0/statement',
      'UNKNOWN_FIELD /extra',
    ]);
  });
});

describe('toEntryPath', () => {
  it.each([
    ['/configuration/poolSettings/minPoolSize', 'POOL_MIN_ABOVE_MAX', '/pool/min'],
    ['/configuration/poolSettings/connectionTimeoutSeconds', 'OUT_OF_RANGE', '/pool/connectionTimeoutSeconds'],
    ['/configuration/securitySettings/sslMode', 'TLS_REQUIRED', '/security/sslMode'],
    ['/configuration/credentialMasking/password', 'INVALID_SECRET_REFERENCE', '/credentials/password'],
    ['/configuration/connectionString', 'UNSUPPORTED_DRIVER_VERSION', '/driverVersion'],
    ['/configuration/connectionString', 'ADDRESS_REFUSED', '/host'],
    ['/configuration/connectionString', 'INVALID_CONNECTION_STRING', ''],
    ['/healthCheck/query', 'HEALTH_QUERY_WRITES', '/health/query'],
    ['/eventSubscriptions/2/webhookUrl', 'WEBHOOK_NOT_HTTPS', '/events/2/webhookUrl'],
    ['/eventSubscriptions/0/eventType', 'INVALID_FORMAT', '/events/0/type'],
    ['/connectorId', 'INVALID_ID', '/id'],
    ['/labels/a', 'TOO_LONG', '/labels/a'],
    ['', 'INVALID_TYPE', ''],
  ] as const)('%s (%s) comes from %s', (bodyPath, code, entryPath) => {
    expect(toEntryPath(bodyPath, code)).toBe(entryPath);
  });
});

describe('the JSON Schema of the project file', () => {
  const validate = new Ajv({ strict: false }).compile(projectFileJsonSchema());

  it('accepts the example and a file with variables', () => {
    expect([validate(parse(EXAMPLE)), validate.errors]).toEqual([true, null]);
    const text = EXAMPLE.replace('port: 5432', `port: \${DB_PORT}`).replace('sslMode: true', `sslMode: "\${DB_TLS}"`);
    expect([validate(parse(text)), validate.errors]).toEqual([true, null]);
    expect(validate({ dataActions: [ACTION] })).toBe(true);
  });

  it('refuses what readProjectFile refuses', () => {
    expect(validate({ connectors: [{ ...minimal, port: 0 }] })).toBe(false);
    expect(validate({ connectors: [{ ...minimal, type: 'db2' }] })).toBe(false);
    expect(validate({ connector: [] })).toBe(false);
  });
});
