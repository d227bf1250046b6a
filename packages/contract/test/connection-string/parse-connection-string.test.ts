import { ConnectionStringError, parseConnectionString, renderConnectionString } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';

/** Written form, and the tutorial's form of the same. */
const FORMS: readonly (readonly [string, string])[] = [
  ['jdbc:postgresql://db.internal.net:5432/analytics_dw?driverVersion=42.6.0', ''],
  ['jdbc:mysql://db.internal.net:3306/shop?driverVersion=8.0.33', ''],
  ['jdbc:sqlserver://db.internal.net:1433/crm?driverVersion=12.4.0', ''],
  ['jdbc:oracle://db.internal.net:1521/ORCL?driverVersion=19.18.0', ''],
  ['jdbc:postgresql://DB.Internal.NET/dw', 'jdbc:postgresql://db.internal.net:5432/dw'],
  [
    'jdbc:postgresql://h1:5432,h2:5433/dw?targetServerType=PRIMARY',
    'jdbc:postgresql://h1:5432,h2:5433/dw?targetServerType=primary',
  ],
  ['jdbc:mysql://h1,h2:3307/shop', 'jdbc:mysql://h1:3306,h2:3307/shop'],
  ['jdbc:postgresql://[2001:DB8:0:0:0:0:0:1]/dw', 'jdbc:postgresql://[2001:db8::1]:5432/dw'],
  ['jdbc:postgresql://[::ffff:10.0.0.1]:5432/dw', 'jdbc:postgresql://[::ffff:a00:1]:5432/dw'],
  [
    'jdbc:postgresql://10.1.2.3/dw?driverVersion=42.6.0&SSLMODE=Require',
    'jdbc:postgresql://10.1.2.3:5432/dw?driverVersion=42.6.0&sslmode=require',
  ],
  ['jdbc:mysql://h/shop?serverTimezone=Europe%2FBerlin', 'jdbc:mysql://h:3306/shop?serverTimezone=Europe%2FBerlin'],
  ['jdbc:mysql://h/shop?serverTimezone=Europe/Berlin', 'jdbc:mysql://h:3306/shop?serverTimezone=Europe%2FBerlin'],
  [
    'jdbc:sqlserver://h:1433;databaseName=crm;encrypt=true;driverVersion=12.4.0',
    'jdbc:sqlserver://h:1433/crm?driverVersion=12.4.0&encrypt=true',
  ],
  ['jdbc:sqlserver://h;databaseName=crm;', 'jdbc:sqlserver://h:1433/crm'],
  ['jdbc:sqlserver://[::1]:1444;DatabaseName=crm', 'jdbc:sqlserver://[::1]:1444/crm'],
  ['jdbc:oracle:thin:@//h:1522/svc?driverVersion=21.9.0', 'jdbc:oracle://h:1522/svc?driverVersion=21.9.0'],
  ['jdbc:oracle:thin:@h/svc', 'jdbc:oracle://h:1521/svc'],
  ['jdbc:oracle:thin:@h:1521:ORCL', ''],
  ['jdbc:oracle:thin:@[::1]:1521:ORCL?driverVersion=19.18.0', ''],
  ['jdbc:oracle:thin:@config-db:1521:ORCL', ''],
  ['jdbc:oracle://h/svc?RETRY_COUNT=3&Connect_Timeout=10', 'jdbc:oracle://h:1521/svc?connect_timeout=10&retry_count=3'],
];

describe('parseConnectionString', () => {
  it.each(FORMS)('reads %s', (written, rendered) => {
    expect(renderConnectionString(parseConnectionString(written))).toBe(rendered || written);
  });

  it('tells a SID from a service name', () => {
    expect(parseConnectionString('jdbc:oracle:thin:@h:1521:ORCL')).toMatchObject({
      database: 'ORCL',
      databaseIsSid: true,
    });
    expect(parseConnectionString('jdbc:oracle:thin:@//h:1521/ORCL')).toMatchObject({ databaseIsSid: false });
  });

  it('keeps driverVersion and databaseName out of the properties', () => {
    const model = parseConnectionString('jdbc:sqlserver://h;databaseName=crm;driverVersion=12.4.0;loginTimeout=5');
    expect(model).toEqual({
      kind: 'sqlserver',
      hosts: [{ host: 'h', port: 1433 }],
      database: 'crm',
      databaseIsSid: false,
      driverVersion: '12.4.0',
      properties: new Map([['loginTimeout', '5']]),
    });
  });

  it('lists every problem of a string at once', () => {
    const error = catchError('jdbc:postgresql://127.1:5432/dw?socketFactory=x&foo=y&sslmode=disable');
    expect(error.problems.map(({ code }) => code)).toEqual([
      'INVALID_CONNECTION_STRING',
      'FORBIDDEN_CONNECTION_PROPERTY',
      'INVALID_CONNECTION_PROPERTY_VALUE',
      'UNKNOWN_CONNECTION_PROPERTY',
    ]);
  });

  it('repeats no value, and no unknown name next to a credential, in its messages', () => {
    const error = catchError('jdbc:postgresql://h/dw?password=hunter2&tail_of_password=canary&sslmode=canary');
    const text = JSON.stringify(error.problems) + error.message;
    expect(text).not.toMatch(/hunter2|canary|tail_of_password/);
    expect(catchError('jdbc:postgresql://h/dw?foo=canary').message).toContain('foo');
  });
});

describe('renderConnectionString', () => {
  const model = parseConnectionString('jdbc:postgresql://h:5432/dw');

  it.each([
    ['a host with a port in it', { hosts: [{ host: 'h:1/x?socketFactory=y', port: 5432 }] }],
    ['a host in upper case', { hosts: [{ host: 'H', port: 5432 }] }],
    ['no host', { hosts: [] }],
    ['a database that ends the path', { database: 'dw?socketFactory=x' }],
    ['a port out of range', { hosts: [{ host: 'h', port: 70_000 }] }],
    ['a property that is not allowed', { properties: new Map([['socketFactory', 'x']]) }],
    ['a property in another spelling', { properties: new Map([['SSLMODE', 'require']]) }],
    ['a value that is not canonical', { properties: new Map([['sslmode', 'REQUIRE']]) }],
    ['a SID next to Oracle', { databaseIsSid: true }],
    ['a driver version that is none', { driverVersion: '1&socketFactory=x' }],
  ])('refuses %s', (_name, change) => {
    expect(() => renderConnectionString({ ...model, ...change })).toThrow(ConnectionStringError);
  });

  it('refuses several hosts where the vendor takes one', () => {
    const hosts = [
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
    ];
    expect(() => renderConnectionString({ ...model, kind: 'oracle', hosts })).toThrow(ConnectionStringError);
  });
});

function catchError(text: string): ConnectionStringError {
  try {
    parseConnectionString(text);
  } catch (error) {
    if (error instanceof ConnectionStringError) return error;
    throw error;
  }
  throw new Error('was accepted');
}
