import { describe, expect, it } from 'vitest';
import { kindOfStatement, mayLock, type OracleStatementKind } from '../../../src/drivers/oracle/oracle-statement.ts';
import { plainStatement } from '../../support/plain-statement.ts';

describe('kindOfStatement', () => {
  it.each<[string, OracleStatementKind]>([
    ['SELECT 1 FROM DUAL', 'query'],
    ['  \n\t(select 1 from dual) union select 2 from dual', 'query'],
    ['with t as (select 1 from dual) select * from t', 'query'],
    ['-- delete\nselect 1 from dual', 'query'],
    ['/* delete */ -- update\n/**/ SELECT 1 FROM DUAL', 'query'],
    ['insert into t values (:1)', 'dml'],
    ['UPDATE t SET a = :1', 'dml'],
    ['/* select */delete from t', 'dml'],
    ['MERGE INTO t USING s ON (t.a = s.a) WHEN MATCHED THEN UPDATE SET b = 1', 'dml'],
    ['BEGIN p; END;', 'other'],
    ['CALL p()', 'other'],
    ['TRUNCATE TABLE t', 'other'],
    ['selection', 'other'],
    ['LOCK TABLE t IN EXCLUSIVE MODE', 'other'],
    ['/* select', 'other'],
    ['-- select', 'other'],
    ['"SELECT"', 'other'],
    ['', 'other'],
  ])('%j is %s', (text, kind) => {
    expect(kindOfStatement(text)).toBe(kind);
  });

  it('takes no time for a text that is all comment', () => {
    const startedAt = performance.now();
    expect(kindOfStatement(`${'/**/ ('.repeat(10_000)}!`)).toBe('other');
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

describe('mayLock', () => {
  it('is so wherever the word stands, for a comment may stand between it and FOR', () => {
    expect(mayLock(plainStatement('SELECT 1 FROM t FOR /* x */ UPDATE'))).toBe(true);
    expect(mayLock(plainStatement('select 1 from t for update nowait'))).toBe(true);
    expect(mayLock(plainStatement('SELECT updated_at FROM t'))).toBe(false);
  });
});
