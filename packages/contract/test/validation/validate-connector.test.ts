import { DATABASE_CATALOGUE, extendCatalogue, parseConnectionString, validateConnector } from '@dipswitch/contract';
import { wireExchange } from '@dipswitch/contract/fixtures';
import { describe, expect, it } from 'vitest';
import { body, change, refusals } from './connector-body.ts';

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU\nAAAA==\n-----END CERTIFICATE-----\n';

const STRING = '/configuration/connectionString';
const POOL = '/configuration/poolSettings';
const SECURITY = '/configuration/securitySettings';
const MASKING = '/configuration/credentialMasking';
const WITH = (text: string): readonly [string, unknown] => [STRING, text];

describe('validateConnector', () => {
  it('accepts the body of the contract as it stands, with the advisory as a warning', () => {
    const validation = validateConnector(body);
    expect(validation).toEqual({
      valid: true,
      connector: {
        body,
        kind: 'postgresql',
        target: parseConnectionString(body.configuration.connectionString),
        healthQuery: 'SELECT 1',
      },
      findings: [
        {
          code: 'DRIVER_ADVISORY',
          severity: 'warning',
          path: STRING,
          message: expect.stringContaining('CVE-2026-42198'),
        },
      ],
    });
  });

  it('fills in the health query of the kind', () => {
    const oracle = change(
      ['/connectorType', 'DATABASE_ORACLE'],
      ['/healthCheck', undefined],
      [STRING, 'jdbc:oracle://h/x?driverVersion=21.9.0'],
    );
    expect(validateConnector(oracle)).toMatchObject({ valid: true, connector: { healthQuery: 'SELECT 1 FROM DUAL' } });
  });

  it.each<readonly [string, unknown, readonly string[]]>([
    ['null', null, ['INVALID_TYPE ']],
    ['an array', [], ['INVALID_TYPE ']],
    ['a text', 'x', ['INVALID_TYPE ']],
    [
      'an empty object',
      {},
      ['REQUIRED /connectorId', 'REQUIRED /connectorName', 'REQUIRED /connectorType', 'REQUIRED /configuration'],
    ],
    ['an unknown field', change(['/extra/a', 1]), ['UNKNOWN_FIELD /extra']],
    [
      'an unknown field whose name needs escaping',
      change(['/a', 1], ['/configuration/b~c', 1]),
      ['UNKNOWN_FIELD /a', 'UNKNOWN_FIELD /configuration/b~0c'],
    ],
    [
      'a member named __proto__',
      JSON.parse(JSON.stringify(body).replace('{', '{"__proto__":{"x":1},')),
      ['UNKNOWN_FIELD /__proto__'],
    ],
    [
      'a label named __proto__',
      { ...body, labels: JSON.parse('{"__proto__":"x"}') },
      ['INVALID_FORMAT /labels/__proto__'],
    ],
    ['a member named constructor', change(['/constructor', 1]), ['UNKNOWN_FIELD /constructor']],
    ['an unknown type', change(['/connectorType', 'DATABASE_DB2']), ['UNKNOWN_CONNECTOR_TYPE /connectorType']],
    ['a type in lower case', change(['/connectorType', 'postgresql']), ['UNKNOWN_CONNECTOR_TYPE /connectorType']],
    ['an id with a slash', change(['/connectorId', 'a/b']), ['INVALID_ID /connectorId']],
    ['an id that begins with a full stop', change(['/connectorId', '.a']), ['INVALID_ID /connectorId']],
    ['an empty id', change(['/connectorId', '']), ['INVALID_ID /connectorId']],
    ['an id of 129 characters', change(['/connectorId', 'a'.repeat(129)]), ['INVALID_ID /connectorId']],
    ['an id with a line end', change(['/connectorId', 'a\n']), ['INVALID_ID /connectorId']],
    ['an empty name', change(['/connectorName', '']), ['INVALID_FORMAT /connectorName']],
    ['a name with a null character', change(['/connectorName', 'a\0']), ['INVALID_FORMAT /connectorName']],
    ['a name with a lone surrogate', change(['/connectorName', 'a\ud800']), ['INVALID_FORMAT /connectorName']],
    ['a name that is too long', change(['/connectorName', 'a'.repeat(201)]), ['TOO_LONG /connectorName']],
    ['a name that is a number', change(['/connectorName', 5]), ['INVALID_TYPE /connectorName']],
    [
      '33 labels',
      change(['/labels', Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`l${index}`, '']))]),
      ['OUT_OF_RANGE /labels'],
    ],
    ['min above max', change([`${POOL}/minPoolSize`, 16]), [`POOL_MIN_ABOVE_MAX ${POOL}/minPoolSize`]],
    ['a negative min', change([`${POOL}/minPoolSize`, -1]), [`OUT_OF_RANGE ${POOL}/minPoolSize`]],
    [
      'a max of zero',
      change([`${POOL}/minPoolSize`, 0], [`${POOL}/maxPoolSize`, 0]),
      [`OUT_OF_RANGE ${POOL}/maxPoolSize`],
    ],
    ['a max above the kind', change([`${POOL}/maxPoolSize`, 51]), [`POOL_LIMIT_EXCEEDED ${POOL}/maxPoolSize`]],
    [
      'a size that is no whole number',
      change([`${POOL}/maxPoolSize`, 1.5]),
      [`INVALID_TYPE ${POOL}/maxPoolSize`, `POOL_MIN_ABOVE_MAX ${POOL}/minPoolSize`],
    ],
    ['a size that is a text', change([`${POOL}/maxPoolSize`, '5']), [`INVALID_TYPE ${POOL}/maxPoolSize`]],
    [
      'a connection timeout of zero',
      change([`${POOL}/connectionTimeoutSeconds`, 0]),
      [`OUT_OF_RANGE ${POOL}/connectionTimeoutSeconds`],
    ],
    [
      'a connection timeout of an hour',
      change([`${POOL}/connectionTimeoutSeconds`, 3600]),
      [`OUT_OF_RANGE ${POOL}/connectionTimeoutSeconds`],
    ],
    [
      'parameterized queries off',
      change([`${SECURITY}/enableParameterizedQueries`, false]),
      [`PARAMETERIZED_QUERIES_REQUIRED ${SECURITY}/enableParameterizedQueries`],
    ],
    [
      'parameterized queries missing',
      change([`${SECURITY}/enableParameterizedQueries`, undefined]),
      [`REQUIRED ${SECURITY}/enableParameterizedQueries`],
    ],
    ['TLS off', change([`${SECURITY}/sslMode`, false]), [`TLS_REQUIRED ${SECURITY}/sslMode`]],
    [
      'an unknown verification',
      change([`${SECURITY}/sslVerification`, 'maybe']),
      [`INVALID_FORMAT ${SECURITY}/sslVerification`],
    ],
    [
      'a certificate that is a path',
      change([`${SECURITY}/caCertificate`, '/etc/ca.pem']),
      [`INVALID_CERTIFICATE ${SECURITY}/caCertificate`],
    ],
    [
      'a certificate with a private key',
      change([
        `${SECURITY}/caCertificate`,
        `${CERTIFICATE}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`,
      ]),
      [`INVALID_CERTIFICATE ${SECURITY}/caCertificate`],
    ],
    [
      'a plaintext password',
      change(['/configuration/credentials/password', 'canary']),
      ['PLAINTEXT_CREDENTIAL /configuration/credentials/password'],
    ],
    [
      'an empty credential',
      change(['/configuration/credentials/username', '']),
      ['PLAINTEXT_CREDENTIAL /configuration/credentials/username'],
    ],
    [
      'credentials that are a text',
      change(['/configuration/credentials', 'canary']),
      ['PLAINTEXT_CREDENTIAL /configuration/credentials'],
    ],
    [
      'a reference that is a plain password',
      change([`${MASKING}/password`, 'canary p4ss!']),
      [`INVALID_SECRET_REFERENCE ${MASKING}/password`],
    ],
    [
      'a reference of an unknown scheme',
      change([`${MASKING}/username`, 'http://canary/x']),
      [`INVALID_SECRET_REFERENCE ${MASKING}/username`],
    ],
    [
      'a missing reference',
      change([`${MASKING}/password`, undefined]),
      [`CREDENTIAL_REFERENCE_MISSING ${MASKING}/password`],
    ],
    ['a third credential', change([`${MASKING}/token`, 'X']), [`UNKNOWN_FIELD ${MASKING}/token`]],
    [
      'a health timeout at the interval',
      change(['/healthCheck/timeoutSeconds', 60]),
      ['HEALTH_TIMEOUT_NOT_BELOW_INTERVAL /healthCheck/timeoutSeconds'],
    ],
    [
      'a health interval of zero',
      change(['/healthCheck/intervalSeconds', 0]),
      ['OUT_OF_RANGE /healthCheck/intervalSeconds', 'HEALTH_TIMEOUT_NOT_BELOW_INTERVAL /healthCheck/timeoutSeconds'],
    ],
    [
      'a stacked health query',
      change(['/healthCheck/query', 'SELECT 1; DROP TABLE x']),
      ['HEALTH_QUERY_STACKED /healthCheck/query'],
    ],
    [
      'a writing health query',
      change(['/healthCheck/query', 'DELETE FROM x']),
      ['HEALTH_QUERY_WRITES /healthCheck/query'],
    ],
    [
      'an unreadable health query',
      change(['/healthCheck/query', "SELECT 'x"]),
      ['HEALTH_QUERY_UNREADABLE /healthCheck/query'],
    ],
    [
      'an unknown event',
      change(['/eventSubscriptions/0/eventType', 'X']),
      ['INVALID_FORMAT /eventSubscriptions/0/eventType'],
    ],
    [
      '17 subscriptions',
      change(['/eventSubscriptions', new Array(17).fill(body.eventSubscriptions?.[0])]),
      ['OUT_OF_RANGE /eventSubscriptions'],
    ],
    [
      'a string of another kind',
      change(WITH('jdbc:mysql://h/d?driverVersion=8.1.0')),
      [`CONNECTION_STRING_KIND_MISMATCH ${STRING}`],
    ],
    ['no driver version', change(WITH('jdbc:postgresql://h/d')), [`UNSUPPORTED_DRIVER_VERSION ${STRING}`]],
    [
      'an unsupported driver version',
      change(WITH('jdbc:postgresql://h/d?driverVersion=42.7.0')),
      [`UNSUPPORTED_DRIVER_VERSION ${STRING}`],
    ],
    [
      'a bad string with an unsupported version',
      change(WITH('jdbc:postgresql://h/d?socketFactory=x&driverVersion=1.0')),
      [`FORBIDDEN_CONNECTION_PROPERTY ${STRING}`, `UNSUPPORTED_DRIVER_VERSION ${STRING}`],
    ],
    [
      'a password in the string',
      change(WITH('jdbc:postgresql://h/d?driverVersion=42.6.0&password=canary')),
      [`CREDENTIAL_IN_CONNECTION_STRING ${STRING}`],
    ],
    ['an empty string', change(WITH('')), [`INVALID_FORMAT ${STRING}`]],
    [
      'TLS in the string, off in the settings',
      change(
        [`${SECURITY}/sslMode`, false],
        WITH('jdbc:postgresql://localhost/d?driverVersion=42.6.0&sslmode=require'),
      ),
      [`INVALID_CONNECTION_PROPERTY_VALUE ${STRING}`],
    ],
    [
      'full verification in the string, less in the settings',
      change(
        [`${SECURITY}/sslVerification`, 'ca'],
        WITH('jdbc:postgresql://h/d?driverVersion=42.6.0&sslmode=verify-full'),
      ),
      [`INVALID_CONNECTION_PROPERTY_VALUE ${STRING}`],
    ],
    [
      'TLS off in the string, on in the settings',
      change(['/connectorType', 'DATABASE_SQLSERVER'], WITH('jdbc:sqlserver://h/d?driverVersion=12.4.0&encrypt=false')),
      [`INVALID_CONNECTION_PROPERTY_VALUE ${STRING}`],
    ],
  ])('refuses %s', (_name, value, expected) => {
    expect(refusals(value)).toEqual(expected);
    expect(JSON.stringify(validateConnector(value).findings)).not.toContain('canary');
  });

  it('tells all problems at once, each with its path', () => {
    const { request, response } = wireExchange('connector-refused');
    const issues = (response.body as { issues: { code: string; path: string }[] }).issues;
    expect(refusals(request.body)).toEqual(issues.map(({ code, path }) => `${code} ${path}`));
    expect(issues.length).toBeGreaterThanOrEqual(6);
  });

  it.each(Object.values(DATABASE_CATALOGUE))(
    'takes a pool up to the limit of $kind',
    ({ kind, connectorType, maxPoolSize, driverVersions }) => {
      const of = (max: number) =>
        change(
          ['/connectorType', connectorType],
          [`${POOL}/maxPoolSize`, max],
          ['/healthCheck/query', undefined],
          WITH(`jdbc:${kind}://h/d?driverVersion=${driverVersions[0]}`),
        );
      expect(refusals(of(maxPoolSize))).toEqual([]);
      expect(refusals(of(maxPoolSize + 1))).toEqual([`POOL_LIMIT_EXCEEDED ${POOL}/maxPoolSize`]);
    },
  );

  it('warns each time when the certificate is not verified', () => {
    const validation = validateConnector(
      change([`${SECURITY}/sslVerification`, 'none'], [`${SECURITY}/caCertificate`, CERTIFICATE]),
    );
    expect(validation.valid).toBe(true);
    expect(validation.findings.map(({ code }) => code)).toContain('TLS_UNVERIFIED');
  });

  it('takes an operator’s catalogue', () => {
    const catalogue = extendCatalogue(DATABASE_CATALOGUE, {
      postgresql: { driverVersions: ['42.7.9'], maxPoolSize: 10 },
    });
    const newer = change(WITH('jdbc:postgresql://h/d?driverVersion=42.7.9'));
    expect(refusals(newer)).toEqual([`UNSUPPORTED_DRIVER_VERSION ${STRING}`]);
    expect(refusals(newer, { catalogue })).toEqual([`POOL_LIMIT_EXCEEDED ${POOL}/maxPoolSize`]);
  });
});
