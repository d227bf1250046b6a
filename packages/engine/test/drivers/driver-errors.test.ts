import { describe, expect, it } from 'vitest';
import { DRIVER_ERROR_KINDS, DriverError, type DriverErrorKind } from '../../src/drivers/driver.ts';
import { toMysqlError } from '../../src/drivers/mysql/mysql-errors.ts';
import { toOracleError } from '../../src/drivers/oracle/oracle-errors.ts';
import { toPostgresqlError } from '../../src/drivers/postgresql/postgresql-errors.ts';
import { toSqlserverError } from '../../src/drivers/sqlserver/sqlserver-errors.ts';

const failure = (fields: object) => Object.assign(new Error('secret canary in vendor text'), fields);

describe('vendor errors', () => {
  it.each<[string, DriverErrorKind]>([
    ['28P01', 'authentication'],
    ['28000', 'authentication'],
    ['3D000', 'database-not-found'],
    ['42501', 'permission'],
    ['42P01', 'syntax'],
    ['42601', 'syntax'],
    ['53300', 'too-many-connections'],
    ['25006', 'read-only'],
    ['57014', 'query-timeout'],
    ['57P01', 'connection-lost'],
    ['57P03', 'connection-lost'],
    ['08006', 'connection-lost'],
    ['08P01', 'protocol'],
    ['22P02', 'unknown'],
    ['ECONNRESET', 'connection-lost'],
    ['CERT_HAS_EXPIRED', 'tls-expired'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls-host-mismatch'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls-untrusted'],
  ])('PostgreSQL %s is %s', (code, kind) => {
    expect(toPostgresqlError(failure({ code }), false)).toMatchObject({ kind, vendorCode: code });
  });

  it.each<[number, DriverErrorKind]>([
    [1045, 'authentication'],
    [1044, 'permission'],
    [1049, 'database-not-found'],
    [1040, 'too-many-connections'],
    [1064, 'syntax'],
    [1146, 'syntax'],
    [1290, 'read-only'],
    [1836, 'read-only'],
    [1047, 'connection-lost'],
    [1927, 'connection-lost'],
    [1317, 'query-timeout'],
    [1366, 'unknown'],
  ])('MySQL %i is %s', (errno, kind) => {
    const error = toMysqlError(failure({ errno, code: 'ER_X' }), { isBroken: false, tlsVerdict: undefined });
    expect(error).toMatchObject({ kind, vendorCode: String(errno) });
  });

  it('MySQL: what the TLS socket found goes before the code that mysql2 wrote over it', () => {
    const error = failure({ code: 'HANDSHAKE_SSL_ERROR' });
    expect(toMysqlError(error, { isBroken: true, tlsVerdict: 'CERT_HAS_EXPIRED' }).kind).toBe('tls-expired');
    expect(toMysqlError(error, { isBroken: true, tlsVerdict: undefined }).kind).toBe('protocol');
  });

  it.each<[number, DriverErrorKind]>([
    [18456, 'authentication'],
    [4060, 'database-not-found'],
    [229, 'permission'],
    [10928, 'too-many-connections'],
    [49918, 'too-many-connections'],
    [18460, 'too-many-connections'],
    [3906, 'read-only'],
    [976, 'read-only'],
    [978, 'read-only'],
    [1222, 'query-timeout'],
    [233, 'connection-lost'],
    [10053, 'connection-lost'],
    [10054, 'connection-lost'],
    [596, 'connection-lost'],
    [942, 'connection-lost'],
    [983, 'connection-lost'],
    [102, 'syntax'],
    [208, 'syntax'],
    [40613, 'connection-lost'],
    [8134, 'unknown'],
  ])('SQL Server %i is %s', (number, kind) => {
    const context = { isBroken: false, isTlsRequired: true, loginNumbers: [] };
    expect(toSqlserverError(failure({ number, code: 'EREQUEST' }), context)).toMatchObject({
      kind,
      vendorCode: String(number),
    });
  });

  it('SQL Server: of several errors the first that is known decides, and a deadlock is worth another try', () => {
    const context = { isBroken: false, isTlsRequired: true, loginNumbers: [] };
    const several = new AggregateError([failure({ number: 208 }), failure({ number: 11529 })]);
    expect(toSqlserverError(several, context)).toMatchObject({ kind: 'syntax', vendorCode: '208' });
    const deadlock = toSqlserverError(failure({ number: 1205 }), context);
    expect(deadlock).toMatchObject({ kind: 'unknown', vendorCode: '1205', retryable: true });
    expect(toSqlserverError(failure({ number: 8134 }), context).retryable).toBe(false);
  });

  it('SQL Server: the cause beneath ESOCKET decides, and the numbers of the login before ELOGIN', () => {
    const context = { isBroken: false, isTlsRequired: true, loginNumbers: [] };
    const cause = failure({ code: 'CERT_HAS_EXPIRED' });
    expect(toSqlserverError(failure({ code: 'ESOCKET', cause }), context).kind).toBe('tls-expired');
    const reset = new AggregateError([failure({ code: 'ECONNREFUSED' })]);
    expect(toSqlserverError(failure({ code: 'ESOCKET', cause: reset }), context).kind).toBe('refused');
    const login = failure({ code: 'ELOGIN' });
    expect(toSqlserverError(login, { ...context, loginNumbers: [4060] }).kind).toBe('database-not-found');
    expect(toSqlserverError(login, context).kind).toBe('authentication');
    expect(toSqlserverError(failure({ code: 'EENCRYPT' }), context).kind).toBe('tls-not-offered');
  });

  it.each<[string, DriverErrorKind]>([
    ['ORA-01017', 'authentication'],
    ['ORA-12514', 'database-not-found'],
    ['NJS-518', 'database-not-found'],
    ['ORA-01031', 'permission'],
    ['ORA-00942', 'syntax'],
    ['ORA-00933', 'syntax'],
    ['ORA-12516', 'too-many-connections'],
    ['ORA-16000', 'read-only'],
    ['ORA-03113', 'connection-lost'],
    ['NJS-500', 'connection-lost'],
    ['ORA-01013', 'query-timeout'],
    ['NJS-503', 'refused'],
    ['NJS-530', 'host-not-found'],
    ['NJS-510', 'connect-timeout'],
    ['ORA-01476', 'unknown'],
    ['NJS-173', 'protocol'],
    ['NJS-098', 'syntax'],
  ])('Oracle %s is %s', (code, kind) => {
    expect(toOracleError(failure({ code }), false)).toMatchObject({ kind, vendorCode: code });
  });

  it('Oracle: the number counts where oracledb has written another code over it, and the refusal of the listener', () => {
    expect(toOracleError(failure({ code: 'NJS-500', errorNum: 28 }), false)).toMatchObject({
      kind: 'connection-lost',
      vendorCode: 'ORA-00028',
    });
    expect(toOracleError(failure({ code: 'NJS-500', errorNum: 600 }), false)).toMatchObject({
      kind: 'connection-lost',
      vendorCode: 'ORA-00600',
    });
    expect(toOracleError(failure({ code: 'NJS-511' }), true, 12520)).toMatchObject({
      kind: 'too-many-connections',
      vendorCode: 'ORA-12520',
    });
  });

  it('say nothing of the vendor text in their own, pass our own errors through, and know a broken socket', () => {
    const translate = [
      (error: unknown) => toPostgresqlError(error, true),
      (error: unknown) => toMysqlError(error, { isBroken: true, tlsVerdict: undefined }),
      (error: unknown) => toSqlserverError(error, { isBroken: true, isTlsRequired: false, loginNumbers: [] }),
      (error: unknown) => toOracleError(error, true),
    ];
    const own = new DriverError('egress-denied', 'no');
    for (const to of translate) {
      const lost = to(failure({}));
      expect(lost.kind).toBe('connection-lost');
      expect(lost.message).not.toContain('canary');
      expect(JSON.stringify(lost)).not.toContain('canary');
      expect(to(own)).toBe(own);
    }
  });

  it('are retryable only where another connection, later, may work', () => {
    const retryable = DRIVER_ERROR_KINDS.filter((kind) => new DriverError(kind, '').retryable);
    expect(retryable).toEqual([
      'refused',
      'unreachable',
      'connect-timeout',
      'too-many-connections',
      'pool-exhausted',
      'query-timeout',
      'connection-lost',
    ]);
  });
});
