import {
  connectorBodySchema,
  DATABASE_CATALOGUE,
  type DatabaseKind,
  toConnectorType,
  validateConnector,
} from '@dipswitch/contract';
import { wireExchange } from '@dipswitch/contract/fixtures';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const body = connectorBodySchema.parse(wireExchange('connector-created').request.body);

function judge(query: string, kind: DatabaseKind = 'postgresql'): string {
  const connectionString = `jdbc:${kind}://h/d?driverVersion=${DATABASE_CATALOGUE[kind].driverVersions[0]}`;
  const { findings } = validateConnector({
    ...body,
    connectorType: toConnectorType(kind),
    configuration: { ...body.configuration, connectionString },
    healthCheck: { ...body.healthCheck, query },
  });
  return findings.find(({ path }) => path === '/healthCheck/query')?.code ?? 'fine';
}

describe('a health query is taken', () => {
  it.each<readonly [DatabaseKind, string]>([
    ['postgresql', 'SELECT 1'],
    ['postgresql', 'select 1;'],
    ['postgresql', '  SELECT 1 -- ; DROP TABLE x'],
    ['postgresql', 'SELECT 1 /* DELETE; */'],
    ['postgresql', "SELECT 'DELETE FROM x; DROP'"],
    ['postgresql', "SELECT 'it''s; fine'"],
    ['postgresql', 'SELECT $$ ; DELETE $$'],
    ['postgresql', 'SELECT $tag$ ; $$ DELETE $tag$'],
    ['postgresql', 'SELECT "update" FROM "delete"'],
    ['postgresql', 'SELECT updated_at, deleted FROM orders LIMIT 1'],
    ['postgresql', 'WITH x AS (SELECT 1 AS a) SELECT a FROM x'],
    ['postgresql', 'SELECT 1 UNION ALL SELECT 2'],
    ['postgresql', '(SELECT 1)'],
    ['postgresql', 'VALUES (1)'],
    ['postgresql', 'SHOW server_version'],
    ['postgresql', 'SELECT pg_is_in_recovery()'],
    ['postgresql', 'SELECT count(*) FROM (SELECT 1) AS x WHERE EXISTS (SELECT 2)'],
    ['mysql', 'SELECT 1 FROM `update`'],
    ['mysql', 'SELECT @@version'],
    ['mysql', 'SELECT "a;b"'],
    ['mysql', 'SELECT 1 # ; drop'],
    ['mysql', "SHOW STATUS LIKE 'Threads_connected'"],
    ['sqlserver', 'SELECT [delete] FROM [dbo].[drop;]'],
    ['sqlserver', 'SELECT TOP 1 name FROM sys.databases'],
    ['oracle', 'SELECT 1 FROM DUAL'],
    ['oracle', 'SELECT status FROM v$instance'],
  ])('%s: %s', (kind, query) => {
    expect(judge(query, kind)).toBe('fine');
  });
});

describe('a health query is refused', () => {
  it.each<readonly [DatabaseKind, string, string]>([
    ['postgresql', 'SELECT 1; SELECT 2', 'HEALTH_QUERY_STACKED'],
    ['postgresql', 'SELECT 1;;', 'HEALTH_QUERY_STACKED'],
    ['postgresql', 'SELECT 1; DROP TABLE x; --', 'HEALTH_QUERY_STACKED'],
    ['postgresql', "SELECT ''; DELETE FROM x --'", 'HEALTH_QUERY_STACKED'],
    ['sqlserver', 'SELECT 1 SELECT 2', 'HEALTH_QUERY_STACKED'],
    ['sqlserver', 'SELECT 1 DELETE FROM x', 'HEALTH_QUERY_WRITES'],
    ['sqlserver', 'SELECT 1 EXEC xp_cmdshell', 'HEALTH_QUERY_WRITES'],
    ['sqlserver', "SELECT 1 WAITFOR DELAY '0:0:5'", 'HEALTH_QUERY_WRITES'],
    ['sqlserver', "SELECT * FROM OPENROWSET('x','y','z')", 'HEALTH_QUERY_WRITES'],
    ['sqlserver', 'SELECT NEXT VALUE FOR dbo.s', 'HEALTH_QUERY_WRITES'],
    ['postgresql', 'DELETE FROM x', 'HEALTH_QUERY_WRITES'],
    ['postgresql', 'UPDATE x SET a = 1', 'HEALTH_QUERY_WRITES'],
    ['postgresql', 'insert into x values (1)', 'HEALTH_QUERY_WRITES'],
    ['postgresql', '/* SELECT */ DROP TABLE x', 'HEALTH_QUERY_WRITES'],
    ['postgresql', 'CALL p()', 'HEALTH_QUERY_WRITES'],
    ['postgresql', 'DO $$ BEGIN END $$', 'HEALTH_QUERY_WRITES'],
    ['postgresql', "COPY x TO '/tmp/x'", 'HEALTH_QUERY_WRITES'],
    ['postgresql', 'SELECT 1 INTO x', 'HEALTH_QUERY_WRITES'],
    ['postgresql', 'SELECT * FROM x FOR UPDATE', 'HEALTH_QUERY_WRITES'],
    ['postgresql', 'SELECT * FROM x FOR SHARE', 'HEALTH_QUERY_WRITES'],
    ['postgresql', 'SELECT * FROM x FOR NO KEY UPDATE', 'HEALTH_QUERY_WRITES'],
    ['postgresql', 'WITH x AS (DELETE FROM y RETURNING *) SELECT * FROM x', 'HEALTH_QUERY_WRITES'],
    ['postgresql', 'SELECT pg_sleep(10)', 'HEALTH_QUERY_WRITES'],
    ['postgresql', 'SELECT pg_catalog.pg_sleep (10)', 'HEALTH_QUERY_WRITES'],
    ['postgresql', 'SELECT "pg_sleep"(10)', 'HEALTH_QUERY_WRITES'],
    ['postgresql', 'SELECT pg_sleep/**/(10)', 'HEALTH_QUERY_WRITES'],
    ['postgresql', "SELECT pg_read_file('/etc/passwd')", 'HEALTH_QUERY_WRITES'],
    ['postgresql', "SELECT nextval('s')", 'HEALTH_QUERY_WRITES'],
    ['postgresql', "SELECT set_config('x', 'y', false)", 'HEALTH_QUERY_WRITES'],
    ['postgresql', "SELECT dblink_exec('x')", 'HEALTH_QUERY_WRITES'],
    ['postgresql', "SELECT lo_import('/etc/passwd')", 'HEALTH_QUERY_WRITES'],
    ['postgresql', 'SELECT pg_terminate_backend(1)', 'HEALTH_QUERY_WRITES'],
    ['postgresql', 'EXPLAIN ANALYZE DELETE FROM x', 'HEALTH_QUERY_WRITES'],
    ['postgresql', ';', 'HEALTH_QUERY_WRITES'],
    ['postgresql', '-- nothing', 'HEALTH_QUERY_WRITES'],
    ['mysql', "SELECT load_file('/etc/passwd')", 'HEALTH_QUERY_WRITES'],
    ['mysql', "SELECT 1 INTO OUTFILE '/tmp/x'", 'HEALTH_QUERY_WRITES'],
    ['mysql', 'SELECT SLEEP(5)', 'HEALTH_QUERY_WRITES'],
    ['mysql', 'SELECT BENCHMARK(1e9, 1)', 'HEALTH_QUERY_WRITES'],
    ['mysql', "SELECT GET_LOCK('x', 1)", 'HEALTH_QUERY_WRITES'],
    ['mysql', 'SELECT @a := 1', 'HEALTH_QUERY_WRITES'],
    ['mysql', 'SELECT 1 LOCK IN SHARE MODE', 'HEALTH_QUERY_WRITES'],
    ['mysql', "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE x", 'HEALTH_QUERY_WRITES'],
    ['oracle', 'SELECT s.NEXTVAL FROM DUAL', 'HEALTH_QUERY_WRITES'],
    ['oracle', "SELECT utl_http.request('http://x') FROM DUAL", 'HEALTH_QUERY_WRITES'],
    ['oracle', 'BEGIN dbms_lock.sleep(1); END;', 'HEALTH_QUERY_STACKED'],
    ['oracle', 'SHOW parameters', 'HEALTH_QUERY_WRITES'],
    ['mysql', 'SELECT 1 /*! ; DROP TABLE x */', 'HEALTH_QUERY_UNREADABLE'],
    ['mysql', 'SELECT 1 /*M! ; DROP TABLE x */', 'HEALTH_QUERY_UNREADABLE'],
    ['mysql', "SELECT '\\'; DROP TABLE x; -- '", 'HEALTH_QUERY_UNREADABLE'],
    ['mysql', 'SELECT 1 --x', 'HEALTH_QUERY_UNREADABLE'],
    ['postgresql', "SELECT E'\\'; DROP TABLE x; --'", 'HEALTH_QUERY_UNREADABLE'],
    ['postgresql', 'SELECT /* /* */ 1 */', 'HEALTH_QUERY_UNREADABLE'],
    ['postgresql', "SELECT 'open", 'HEALTH_QUERY_UNREADABLE'],
    ['postgresql', 'SELECT "open', 'HEALTH_QUERY_UNREADABLE'],
    ['postgresql', 'SELECT $$ open', 'HEALTH_QUERY_UNREADABLE'],
    ['postgresql', 'SELECT 1 /* open', 'HEALTH_QUERY_UNREADABLE'],
    ['sqlserver', 'SELECT [open', 'HEALTH_QUERY_UNREADABLE'],
    ['oracle', "SELECT q'[ ' ; ]' FROM DUAL", 'HEALTH_QUERY_UNREADABLE'],
  ])('%s: %s', (kind, query, code) => {
    expect(judge(query, kind)).toBe(code);
  });

  it('whenever a write stands behind a statement that reads', () => {
    const quoted = fc.stringMatching(/^[^'\\\0]{0,12}$/).map((text) => `'${text}'`);
    const write = fc.constantFrom('DELETE FROM x', 'DROP TABLE x', 'UPDATE x SET a=1', 'INSERT INTO x VALUES (1)');
    fc.assert(
      fc.property(quoted, write, fc.constantFrom(';', ' ; ', ';\n', ';/* */', ' '), (text, statement, between) => {
        expect(judge(`SELECT ${text}${between}${statement}`)).not.toBe('fine');
      }),
    );
  });
});
