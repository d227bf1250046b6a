import { Secret } from '@dipswitch/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProblemError } from '../../../src/util/problem-error.ts';
import { FOUND } from '../../support/fake-execution-service.ts';
import { CANARY, ExecuteRouteFixture, PATH } from './execute-route-fixture.ts';

describe('the route of executions', () => {
  let fixture: ExecuteRouteFixture;
  beforeEach(async () => {
    fixture = await ExecuteRouteFixture.open();
  });
  afterEach(() => fixture.close());

  describe('keeps of an execution', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

    it('an audit record with the input, the sensitive part of it as a keyed digest', async () => {
      fixture.service.next = {
        auditInput: { ani: new Secret(CANARY), lang: 'de', n: [1, null, 'é"'] },
        coalesced: true,
      };
      await fixture.call({ headers: { 'x-contact-id': 'c-1', 'x-request-id': 'r-1' }, body: `{"ani":"${CANARY}"}` });
      expect(fixture.trail.offered).toEqual([
        expect.objectContaining({
          eventType: 'ACTION_EXECUTED',
          actionId: 'customer-by-ani',
          connectorId: 'db-1',
          status: 'SUCCESS',
          latencyMs: 2.25,
          actor: 'client-1',
          tenant: 'acme',
          requestId: 'r-1',
          timestamp: new Date(fixture.clock.now()).toISOString(),
          details: {
            ageSeconds: 0,
            coalesced: true,
            contactId: 'c-1',
            executionId: 'execution-1',
            input: { ani: `hmac:${fixture.sealer.keyedDigest('audit acme', CANARY)}`, lang: 'de', n: [1, null, 'é"'] },
            outcome: 'FOUND',
            replayed: false,
            rowCount: 1,
            source: 'live',
            truncated: false,
            version: 3,
          },
        }),
      ]);
      const surfaces = JSON.stringify([fixture.trail.offered, fixture.logger.entries]) + (await fixture.scrape());
      expect(surfaces).not.toContain(CANARY);
    });

    it('of a failed one why, and that it failed', async () => {
      fixture.service.next = { outcome: 'TIMEOUT', source: 'none', errorClass: 'query-timeout', vendorCode: '57014' };
      await fixture.call({ headers: { traceparent } });
      expect(fixture.trail.offered).toMatchObject([
        { status: 'FAILED', details: { outcome: 'TIMEOUT', errorClass: 'query-timeout', vendorCode: '57014' } },
      ]);
      expect(fixture.logger.entries).toMatchObject([
        {
          level: 'info',
          message: 'execution failed',
          outcome: 'TIMEOUT',
          actionId: 'customer-by-ani',
          traceId: '0af7651916cd43dd8448eb211c80319c',
          totalMs: 2.25,
          queueMs: 0.125,
          databaseMs: 1.5,
          version: 3,
          actor: 'client-1',
          tenant: 'acme',
        },
      ]);
    });

    it('a line of the log at debug when it worked', async () => {
      await fixture.call();
      expect(fixture.logger.entries).toMatchObject([{ level: 'debug', message: 'execution done', outcome: 'FOUND' }]);
    });

    it('the record of a write on the disk before the answer', async () => {
      const gate = Promise.withResolvers<void>();
      fixture.trail.gate = gate.promise;
      fixture.service.next = { outcome: 'DONE', access: 'write' };
      let answered = false;
      const answer = fixture.call().then((each) => {
        answered = true;
        return each;
      });
      while (fixture.service.requests.length === 0) await new Promise(setImmediate);
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
      expect(answered).toBe(false);
      gate.resolve();
      expect((await answer).status).toBe(200);
      expect([fixture.trail.appended.length, fixture.trail.offered.length]).toEqual([1, 0]);
      fixture.service.next = { outcome: 'TIMEOUT', access: 'write' };
      await fixture.call();
      expect(fixture.trail.appended[1]).toMatchObject({ status: 'FAILED', details: { outcome: 'TIMEOUT' } });
    });

    it('no answer that says done of a write whose record cannot be written', async () => {
      fixture.trail.failure = new ProblemError('AUDIT_UNAVAILABLE', 'The audit trail cannot be written.');
      fixture.service.next = { outcome: 'DONE', access: 'write' };
      expect(await fixture.call()).toMatchObject({ status: 503, json: { code: 'AUDIT_UNAVAILABLE' } });
    });

    it('its count by outcome and source, and its durations', async () => {
      await fixture.call();
      fixture.service.next = { outcome: 'UNAVAILABLE', source: 'fallback', totalMs: 100, databaseMs: 0 };
      await fixture.call({ path: `${PATH}?profile=rest` });
      const stats = fixture.meters.find('acme', 'customer-by-ani')?.toStats('customer-by-ani', 'since');
      expect(stats).toMatchObject({
        executions: 2,
        outcomes: { FOUND: 1, UNAVAILABLE: 1, ERROR: 0 },
        sources: { live: 1, fallback: 1 },
        rows: 2,
        bytes: 2 * Buffer.byteLength(FOUND.body),
      });
      const route = 'http_route="/api/v1/dataactions/:actionId/execute"';
      const scraped = await fixture.scrape();
      expect(scraped).toContain(`_count{http_request_method="POST",${route},http_response_status_code="200"} 1`);
      expect(scraped).toContain(`_count{http_request_method="POST",${route},http_response_status_code="503"} 1`);
    });

    it('how many are under way', async () => {
      const gate = Promise.withResolvers<void>();
      fixture.service.gate = gate.promise;
      const answers = [fixture.call(), fixture.call()];
      while (fixture.service.requests.length < 2) await new Promise(setImmediate);
      expect(fixture.meters.inFlight).toBe(2);
      gate.resolve();
      await Promise.all(answers);
      expect(fixture.meters.inFlight).toBe(0);
    });
  });
});
