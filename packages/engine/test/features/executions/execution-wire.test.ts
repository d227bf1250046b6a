import { type WireExchangeName, wireExchange } from '@dipswitch/contract/fixtures';
import { afterEach, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/audit/audited-transaction.ts';
import { DriverError } from '../../../src/drivers/driver.ts';
import { AuditedTests } from '../../../src/features/executions/audited-tests.ts';
import { registerExecutionRoutes } from '../../../src/features/executions/execution-routes.ts';
import { type Answer, ExecuteRouteFixture } from '../../http/execute-route/execute-route-fixture.ts';
import { toComparable } from '../../support/to-comparable.ts';
import {
  createAction,
  createServiceFixture,
  type DefinitionChanges,
  inputField,
  NEVER,
  ROW,
  resultOf,
  type ServiceFixture,
  settle,
} from './execution-fixture.ts';

/** Members that are another each time: their presence and type are compared, not their value. */
const VOLATILE: ReadonlySet<string> = new Set(['requestId', 'executionId', 'since', 'p50', 'p95', 'p99', 'timings']);

describe('the wire exchanges of executions', () => {
  let core: ServiceFixture;
  let fixture: ExecuteRouteFixture<ServiceFixture['service']>;
  afterEach(async () => {
    await fixture.close();
    core.service.close();
  });

  async function open(changes: DefinitionChanges | 'never-published' = {}): Promise<void> {
    core = createServiceFixture(changes === 'never-published' ? changes : createAction(changes));
    core.catalogue.versions.set(1, createAction(changes === 'never-published' ? {} : changes));
    const { service, clock, catalogue } = core;
    const entries: AuditEntry[] = [];
    const transactions = {
      run: async () => {
        throw new TypeError('an execution changes no state');
      },
      record: (entry: AuditEntry) => void entries.push(entry),
    };
    fixture = await ExecuteRouteFixture.openOver(service, clock, ({ server, meters }) => {
      const tests = new AuditedTests({ service, transactions, clock });
      registerExecutionRoutes(server.app, { tests, catalogue, meters, countingSince: clock.now() });
    });
  }

  function send(name: WireExchangeName): Promise<Answer> {
    const { method, path, headers, body } = wireExchange(name).request;
    const sent = body === null ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    return fixture.call({ method, path, headers: { ...headers, authorization: 'Bearer admin' }, ...sent });
  }

  async function expectAnswer(name: WireExchangeName, sending = send(name)): Promise<void> {
    const { response } = wireExchange(name);
    const answer = await sending;
    expect(answer.status, answer.text).toBe(response.status);
    expect(toComparable(answer.json, VOLATILE)).toEqual(toComparable(response.body, VOLATILE));
    for (const header of Object.keys(response.headers)) expect(answer.headers, header).toHaveProperty(header);
    for (const header of ['content-type', 'retry-after'] as const) {
      expect(answer.headers[header], header).toBe(response.headers[header]);
    }
  }

  it.each(['execution-found', 'execution-labelled-as-form', 'execution-by-form', 'execution-by-query'] as const)(
    '%s',
    async (name) => {
      await open();
      await expectAnswer(name);
      expect(core.runtimes.runs).toMatchObject([{ parameters: ['+15550001234'] }]);
    },
  );

  it('execution-several-rows', async () => {
    await open({ limits: { maxRows: 3 } });
    core.runtimes.onRun = async () => resultOf([ROW, [43, 'Grace Hopper', null, null]]);
    await expectAnswer('execution-several-rows');
  });

  it('execution-no-records', async () => {
    await open();
    core.runtimes.onRun = async () => resultOf([]);
    await expectAnswer('execution-no-records');
  });

  it.each(['execution-timeout', 'execution-timeout-rest'] as const)('%s', async (name) => {
    await open();
    core.runtimes.onRun = () => NEVER;
    const sending = send(name);
    while (core.runtimes.runs.length === 0) await settle();
    core.clock.advance(3_000);
    await expectAnswer(name, sending);
  });

  it('execution-fallback', async () => {
    await open({ fallback: { tier: 'NONE' } });
    core.runtimes.onRun = async () => {
      throw new DriverError('connection-lost', 'gone');
    };
    await expectAnswer('execution-fallback');
  });

  it('execution-busy-rest', async () => {
    await open({ limits: { ratePerSecond: 1 } });
    await send('execution-found');
    await expectAnswer('execution-busy-rest');
  });

  it.each(['execution-refused', 'execution-not-json', 'execution-not-an-object', 'execution-bad-deadline'] as const)(
    '%s',
    async (name) => {
      await open();
      await expectAnswer(name);
    },
  );

  it('execution-not-published', async () => {
    await open('never-published');
    await expectAnswer('execution-not-published');
  });

  it('execution-done, execution-replayed and execution-key-reused', async () => {
    await open({ access: 'write', input: [inputField('note', { required: true, maxLength: 100 })], output: [] });
    core.runtimes.onRun = async () => resultOf([], { affectedRows: 1 });
    await expectAnswer('execution-done');
    await expectAnswer('execution-replayed');
    await expectAnswer('execution-key-reused');
    expect(core.runtimes.runs).toHaveLength(1);
  });

  it('action-stats', async () => {
    await open();
    await send('execution-found');
    core.runtimes.onRun = async () => resultOf([]);
    await send('execution-no-records');
    await expectAnswer('action-stats');
  });

  it('action-tested', async () => {
    await open();
    await expectAnswer('action-tested');
  });
});
