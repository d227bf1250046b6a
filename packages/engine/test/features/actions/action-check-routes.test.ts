import { describe, expect, it } from 'vitest';
import { settle } from '../connectors/connector-fixture.ts';
import { ONE, useActionRoutes } from './action-http-fixture.ts';

describe('data action routes', () => {
  const { open, put, validate, publish, publishedVersion } = useActionRoutes();

  describe('what the database says', () => {
    it('is asked for a connector that serves, with one sample for each placeholder', async () => {
      const { driver } = await open();
      await put();
      expect(driver.described).toEqual([
        {
          statement: {
            text: expect.stringContaining('phone = $1'),
            ...{ access: 'read', maxRows: 1, maxBytes: 32_768, undo: true },
          },
          parameters: ['1'],
        },
      ]);
    });

    it.each(['syntax', 'permission'] as const)('refuses what the database refuses: %s', async (behaviour) => {
      const fixture = await open();
      const { driver, changes } = fixture;
      driver.behave('db.internal.net', behaviour);
      const refused = await put();
      expect(refused).toMatchObject({
        status: 400,
        body: { issues: [{ code: 'STATEMENT_REFUSED', path: '/statement' }] },
      });
      expect(refused.text + JSON.stringify(changes.entries)).not.toMatch(/canary|customers|db\.internal/);
      expect((await fixture.call('GET', ONE)).status).toBe(404);
    });

    it('refuses a statement that writes though its access is read', async () => {
      const { driver } = await open();
      driver.description = { columns: [], writes: true, plan: null };
      expect((await put()).body.issues).toEqual([
        { code: 'STATEMENT_WRITES', path: '/statement', message: expect.any(String) },
      ]);
      const writing = { access: 'write', fallback: undefined };
      expect((await put(writing)).status).toBe(200);
      driver.behave('db.internal.net', 'read-only');
      expect((await put({ name: 'B' })).body.issues).toMatchObject([{ code: 'STATEMENT_WRITES' }]);
      expect((await put({ name: 'B', ...writing })).status).toBe(200);
    });

    it('never refuses because the database is away, and opens no pool to ask', async () => {
      const fixture = await open();
      const { driver, clock } = fixture;
      driver.behave('db.internal.net', 'refused');
      expect((await put()).status).toBe(200);
      driver.behave('db.internal.net', 'hangs');
      const slow = put({ name: 'B' });
      await settle();
      clock.advance(1_500);
      expect((await slow).body.version).toBe(2);
      driver.behave('db.internal.net', 'answers');
      await fixture.connector('db-cold', { serving: false });
      const [pools, described] = [driver.pools.length, driver.described.length];
      expect((await put({ connectorId: 'db-cold' })).body.version).toBe(3);
      expect([driver.pools.length, driver.described.length]).toEqual([pools, described]);
    });

    it('is asked again before a version is published', async () => {
      const { driver } = await open();
      await put();
      driver.behave('db.internal.net', 'syntax');
      expect((await publish()).body).toMatchObject({ status: 400, issues: [{ code: 'STATEMENT_REFUSED' }] });
      expect(await publishedVersion()).toBeNull();
    });
  });

  describe('validate', () => {
    const codes = (answer: { body: { findings: ReadonlyArray<{ code: string; severity: string }> } }) =>
      answer.body.findings.map(({ code, severity }) => `${severity} ${code}`);

    it('tells warnings too and stores nothing', async () => {
      const fixture = await open();
      const { driver, changes } = fixture;
      expect((await validate()).body).toEqual({ valid: true, findings: [] });
      driver.description = { columns: ['ID', 'Full_Name', 'tier'], writes: false, plan: null };
      const answer = await validate();
      expect(answer.body).toEqual({
        valid: true,
        findings: [
          {
            ...{ code: 'OUTPUT_COLUMN_MISSING', severity: 'warning', path: '/output/properties/balance' },
            message: 'the statement returns no such column',
          },
        ],
      });
      const other = await validate({ connectorId: 'db-none', actionId: 'other' });
      expect(other.body.valid).toBe(false);
      expect(codes(other)).toEqual(expect.arrayContaining(['error ID_MISMATCH', 'error UNKNOWN_CONNECTOR']));
      expect((await fixture.call('POST', `${ONE}/validate`)).body.valid).toBe(false);
      expect((await fixture.call('GET', ONE)).status).toBe(404);
      expect(changes.entries).toEqual([]);
    });

    it('says when the database was not asked', async () => {
      const fixture = await open();
      const { driver } = fixture;
      driver.behave('db.internal.net', 'refused');
      expect(codes(await validate())).toEqual(['warning STATEMENT_NOT_CHECKED']);
      await fixture.connector('db-cold', { serving: false });
      expect(codes(await validate({ connectorId: 'db-cold' }))).toEqual(['warning STATEMENT_NOT_CHECKED']);
    });

    it('sends nothing to a database for those who may only read', async () => {
      const { driver } = await open();
      expect(codes(await validate({}, { as: 'reader' }))).toEqual(['warning STATEMENT_NOT_CHECKED']);
      expect(driver.described).toEqual([]);
    });

    it('takes few connections of the pool at once', async () => {
      const { driver, clock } = await open();
      driver.behave('db.internal.net', 'hangs');
      const running = Array.from({ length: 6 }, () => validate());
      await settle();
      expect(driver.described).toHaveLength(4);
      clock.advance(1_500);
      for (const answer of await Promise.all(running)) {
        expect(codes(answer)).toEqual(['warning STATEMENT_NOT_CHECKED']);
      }
      driver.behave('db.internal.net', 'answers');
      expect((await validate()).body.findings).toEqual([]);
    });
  });
});
