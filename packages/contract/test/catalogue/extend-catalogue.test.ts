import {
  CONNECTOR_TYPES,
  ContractError,
  DATABASE_CATALOGUE,
  DATABASE_KINDS,
  extendCatalogue,
  toConnectorType,
  toDatabaseKind,
} from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';

describe('the database catalogue', () => {
  it('holds the matrix of the contract', () => {
    const rows = DATABASE_KINDS.map((kind) => DATABASE_CATALOGUE[kind]).map((entry) => [
      entry.connectorType,
      entry.kind,
      entry.maxPoolSize,
      entry.driverVersions.join(' '),
      entry.defaultHealthQuery,
      entry.defaultPort,
    ]);
    expect(rows).toEqual([
      ['DATABASE_POSTGRESQL', 'postgresql', 50, '42.5.0 42.6.0', 'SELECT 1', 5432],
      ['DATABASE_ORACLE', 'oracle', 40, '19.18.0 21.9.0', 'SELECT 1 FROM DUAL', 1521],
      ['DATABASE_SQLSERVER', 'sqlserver', 30, '12.2.0 12.4.0', 'SELECT 1', 1433],
      ['DATABASE_MYSQL', 'mysql', 50, '8.0.33 8.1.0', 'SELECT 1', 3306],
    ]);
  });

  it('maps types to kinds and back', () => {
    for (const type of CONNECTOR_TYPES) expect(toConnectorType(toDatabaseKind(type))).toBe(type);
  });
});

describe('extendCatalogue', () => {
  it('adds versions and advisories, replaces the pool limit and leaves the base alone', () => {
    const before = structuredClone(DATABASE_CATALOGUE);
    const advisory = { id: 'CVE-2027-1', driverVersions: ['8.1.0'], summary: 'an example' };
    const extended = extendCatalogue(DATABASE_CATALOGUE, {
      mysql: { maxPoolSize: 10, driverVersions: ['8.1.0', '9.0.0'], advisories: [advisory] },
    });
    expect(extended.mysql).toMatchObject({
      maxPoolSize: 10,
      driverVersions: ['8.0.33', '8.1.0', '9.0.0'],
      advisories: [advisory],
    });
    expect(extended.oracle).toEqual(DATABASE_CATALOGUE.oracle);
    expect(DATABASE_CATALOGUE).toEqual(before);
  });

  it('lists every problem of the data', () => {
    try {
      extendCatalogue(DATABASE_CATALOGUE, { mysql: { maxPoolSize: 0, driverVersions: ['new'] }, db2: {} });
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      expect(error.findings.map(({ code, path }) => `${code} ${path}`)).toEqual([
        'OUT_OF_RANGE /mysql/maxPoolSize',
        'INVALID_FORMAT /mysql/driverVersions/0',
        'UNKNOWN_FIELD /db2',
      ]);
      expect(error.code).toBe('OUT_OF_RANGE');
      expect(error.message).toContain('/db2');
    }
  });

  it('refuses what is no object', () => {
    for (const value of [null, 'x', []])
      expect(() => extendCatalogue(DATABASE_CATALOGUE, value)).toThrow(ContractError);
  });
});
