import { spawn, spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import type { Dialer } from '../../../src/drivers/driver.ts';
import { SqlserverDriver } from '../../../src/drivers/sqlserver/sqlserver-driver.ts';
import { startTdsDouble, type TdsDouble } from '../../support/doubles/tds-double.ts';
import { plainStatement } from '../../support/plain-statement.ts';
import { createTestDialer, POOL_OPTIONS, targetFromUrl } from '../driver-fixture.ts';
import { createSqlserverAnswers } from '../sqlserver-answers.ts';

const ACCOUNT = { username: 'dip', password: 'dip-password', database: 'crm' };
const doubles: TdsDouble[] = [];

afterEach(async () => {
  for (const double of doubles.splice(0)) await double.close();
});

async function start(options: Partial<Parameters<typeof startTdsDouble>[0]> = {}): Promise<TdsDouble> {
  const double = await startTdsDouble({ ...ACCOUNT, answer: createSqlserverAnswers(), ...options });
  doubles.push(double);
  return double;
}

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

  it.skipIf(!hasTsql)('answers an error with its number', async () => {
    const double = await start();
    expect(await runTsql(double.port, ACCOUNT.password, 'SELECT * FROM no_such_table\ngo\nexit\n')).toContain(
      'Msg 208',
    );
  });
});

describe('a routing token of SQL Server', () => {
  const run = async (double: TdsDouble, dialer: Dialer) => {
    const target = targetFromUrl('sqlserver', `sqlserver://dip:dip-password@127.0.0.1:${double.port}/crm`);
    const pool = new SqlserverDriver().createPool(target, POOL_OPTIONS, dialer);
    try {
      return await pool
        .run(plainStatement('SELECT 7 AS value'), [], { timeoutMs: 5_000 })
        .catch((error: unknown) => error);
    } finally {
      await pool.close(0);
    }
  };

  it('is followed through the guard', async () => {
    const second = await start();
    const first = await start({ routeTo: { host: 'localhost', port: second.port } });
    const dialled: string[] = [];
    const guard = createTestDialer();
    const dialer: Dialer = {
      dial(host, port, options) {
        dialled.push(`${host}:${port}`);
        return guard.dial(host, port, options);
      },
    };
    expect(await run(first, dialer)).toMatchObject({ rows: [[7]] });
    expect(dialled).toEqual([`127.0.0.1:${first.port}`, `localhost:${second.port}`]);
  });

  it('is not followed to where the guard says no', async () => {
    const first = await start({ routeTo: { host: '169.254.169.254', port: 1433 } });
    expect(await run(first, createTestDialer())).toMatchObject({ kind: 'egress-denied' });
  });
});
