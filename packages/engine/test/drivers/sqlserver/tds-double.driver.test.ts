import { spawn, spawnSync } from 'node:child_process';
import { Connection, Request, TYPES } from 'tedious';
import { describe, expect, it } from 'vitest';
import { toSqlserverOptions } from '../../../src/drivers/sqlserver/sqlserver-options.ts';
import { createTestDialer, POOL_OPTIONS } from '../driver-fixture.ts';
import { SQLSERVER_DIALECT } from '../sqlserver-script.ts';
import { TYPE_CASES } from '../sqlserver-type-cases.ts';
import { ACCOUNT, toTarget, useSqlserver } from './sqlserver-harness.ts';

const UUID = '6f9619ff-8b86-d011-b42d-00c04fc964ff';
const { start } = useSqlserver();

/** What tsql prints of what the double wrote, where that is not the text that our driver gives. */
const PRINTED: Readonly<Record<string, string>> = {
  real: '0.100000001',
  boolean: '1',
  date: 'Feb  3 2026 12:00AM',
  'a date before the calendar of today': 'Jan  1 1 12:00AM',
  time: 'Jan  1 1900 04:05AM',
  'time below a millisecond': 'Jan  1 1900 04:05AM',
  timestamp: 'Feb  3 2026 04:05AM',
  'timestamp below a millisecond': 'Feb  3 2026 04:05AM',
  'timestamp of a whole second': 'Feb  3 2026 04:05AM',
  datetime: 'Feb  3 2026 04:05AM',
  smalldatetime: 'Feb  3 2026 04:05AM',
  // In the clock that wrote it.
  'timestamp with time zone': 'Feb  3 2026 06:05AM',
  uuid: '6F9619FF-8B86-D011-B42D-00C04FC964FF',
  binary: '00ff',
  'binary of a fixed length': '00ff0000',
  'binary without a limit': '00ff',
};

function runTsql(port: number, password: string, input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = [
      '-H',
      '127.0.0.1',
      '-p',
      String(port),
      '-U',
      ACCOUNT.username,
      '-P',
      password,
      '-D',
      ACCOUNT.database,
      '-o',
      'fq',
    ];
    const child = spawn('tsql', args, { env: { ...process.env, TDSVER: '7.4', LC_ALL: 'C.UTF-8' }, timeout: 20_000 });
    let output = '';
    child.stdout.on('data', (bytes) => (output += bytes));
    child.stderr.on('data', (bytes) => (output += bytes));
    child.on('error', reject);
    child.on('close', () => resolve(output));
    child.stdin.end(input);
  });
}

const hasTsql = spawnSync('tsql', ['-C'], { stdio: 'ignore' }).error === undefined;
if (!hasTsql)
  process.stdout.write('tds double: not cross-checked, tsql is not installed (apt-get install freetds-bin)\n');

describe('the TDS double, by an independent client (FreeTDS tsql)', () => {
  it.skipIf(!hasTsql)('lets it log in and answers a batch', async () => {
    const double = await start();
    const output = await runTsql(
      double.port,
      ACCOUNT.password,
      "SELECT N'Zoë 渡辺 😀' AS value\ngo\nSELECT 7 AS value\ngo\nexit\n",
    );
    expect(output).toContain('Zoë 渡辺 😀');
    expect(output).toMatch(/^7$/m);
  });

  it.skipIf(!hasTsql)('refuses a wrong password with 18456', async () => {
    const double = await start();
    expect(await runTsql(double.port, 'wrong', 'exit\n')).toContain('18456');
  });

  it.skipIf(!hasTsql)('answers an error with its number, and the next batch', async () => {
    const double = await start();
    const input = 'SELECT * FROM no_such_table\ngo\nSELEC 1\ngo\nSELECT 7 AS value\ngo\nexit\n';
    const output = await runTsql(double.port, ACCOUNT.password, input);
    expect(output).toContain('Msg 208');
    expect(output).toContain('Msg 102');
    expect(output).toMatch(/^7$/m);
  });

  it.skipIf(!hasTsql)('writes every type, and NULL of it, as that client understands it', async () => {
    const double = await start();
    const output = await runTsql(
      double.port,
      ACCOUNT.password,
      toBatches(TYPE_CASES.map(({ statement }) => statement)),
    );
    const values = output.split(/^value\n/m).slice(1);
    expect(values.map((value) => value.replace(/\n$/, ''))).toEqual(
      TYPE_CASES.map(({ name, expected }) => PRINTED[name] ?? (expected === null ? 'NULL' : String(expected))),
    );
  });

  it.skipIf(!hasTsql)('begins and ends a transaction, and sends very many rows', async () => {
    const double = await start();
    const input = toBatches([
      'BEGIN TRANSACTION',
      SQLSERVER_DIALECT.many,
      'ROLLBACK TRANSACTION',
      SQLSERVER_DIALECT.one,
    ]);
    const output = await runTsql(double.port, ACCOUNT.password, input);
    expect(output).toMatch(/^100000\none\n1$/m);
    const what = double.events.map((event) => event.what);
    expect(what.slice(-6)).toEqual(['began', 'started', 'finished', 'rolled back', 'started', 'finished']);
  });
});

describe('the TDS double, by the parameters of tedious', () => {
  const MOMENT = new Date('2026-02-03T04:05:06.790Z');
  const CASES: readonly (readonly [string, keyof typeof TYPES, unknown, unknown, object?])[] = [
    ['tinyint', 'TinyInt', 255, 255],
    ['smallint', 'SmallInt', -5, -5],
    ['int', 'Int', 42, 42],
    ['bigint', 'BigInt', '9007199254740993', 9_007_199_254_740_993n],
    ['bit', 'Bit', true, true],
    ['real', 'Real', 0.5, 0.5],
    ['float', 'Float', 0.1, 0.1],
    ['decimal', 'Decimal', -1234.5, '-1234.50', { precision: 10, scale: 2 }],
    ['numeric', 'Numeric', 7, '7', { precision: 38, scale: 0 }],
    ['money', 'Money', -12.5, '-12.5000'],
    ['smallmoney', 'SmallMoney', 12.5, '12.5000'],
    ['char', 'Char', 'Zoë', 'Zoë', { length: 3 }],
    ['varchar', 'VarChar', 'Zoë', 'Zoë'],
    ['nchar', 'NChar', '渡辺', '渡辺', { length: 2 }],
    ['nvarchar', 'NVarChar', '渡辺 😀', '渡辺 😀'],
    ['nvarchar(max)', 'NVarChar', 'x'.repeat(5_000), 'x'.repeat(5_000)],
    ['binary', 'Binary', Buffer.from([0, 255]), Buffer.from([0, 255]), { length: 2 }],
    ['varbinary', 'VarBinary', Buffer.from([0, 255]), Buffer.from([0, 255])],
    ['uniqueidentifier', 'UniqueIdentifier', UUID, UUID],
    ['date', 'Date', MOMENT, new Date('2026-02-03T00:00:00Z')],
    ['time', 'Time', MOMENT, new Date('1970-01-01T04:05:06.790Z')],
    ['datetime', 'DateTime', MOMENT, MOMENT],
    ['smalldatetime', 'SmallDateTime', MOMENT, new Date('2026-02-03T04:05:00Z')],
    ['datetime2', 'DateTime2', MOMENT, MOMENT],
    ['datetimeoffset', 'DateTimeOffset', MOMENT, MOMENT],
  ];

  it('reads each of the scalar types, and NULL of it', async () => {
    const double = await start({ answer: () => ({ changed: 0 }) });
    const connection = new Connection(
      toSqlserverOptions(
        toTarget(double.port),
        POOL_OPTIONS,
        { host: '127.0.0.1', port: double.port, timeoutMs: 1_000 },
        async () => createTestDialer().dial('127.0.0.1', double.port, { timeoutMs: 1_000 }),
      ),
    );
    await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
    for (const isNull of [false, true]) {
      await new Promise<void>((resolve, reject) => {
        const request = new Request('SELECT 1', (error) => (error ? reject(error) : resolve()));
        for (const [index, [, type, value, , options]] of CASES.entries()) {
          request.addParameter(`p${index + 1}`, TYPES[type], isNull ? null : value, options);
        }
        connection.execSql(request);
      });
      const read = double.requests.at(-1)?.parameters ?? [];
      expect(read).toHaveLength(CASES.length);
      for (const [index, [name, , , expected]] of CASES.entries()) {
        expect(read[index], name).toEqual(isNull ? null : expected);
      }
    }
    connection.close();
  });
});

function toBatches(statements: readonly string[]): string {
  return `${statements.map((statement) => `${statement}\ngo\n`).join('')}exit\n`;
}
