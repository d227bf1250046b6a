import { describe, expect, it } from 'vitest';
import type { DipswitchClient } from '../src/client.ts';
import { connectorBody, createTestClient, dataActionBody, desiredState } from './support/bodies.ts';
import { answerToken, startScriptedServer } from './support/scripted-server.ts';

const REASON = new Error('the caller has lost interest');
const BODY = connectorBody('crm');
const ACTION = dataActionBody('find');

/** Every call of the library that waits for a server. */
const CALLS: Record<string, (client: DipswitchClient, signal: AbortSignal) => Promise<unknown>> = {
  authenticate: (client, signal) => client.authenticate({ signal }),
  plan: (client, signal) => client.plan(desiredState([BODY]), { signal }),
  planDeletion: (client, signal) => client.planDeletion(['crm'], { signal }),
  'connectors.list': (client, signal) => client.connectors.list({ signal })[Symbol.asyncIterator]().next(),
  'connectors.get': (client, signal) => client.connectors.get('crm', { signal }),
  'connectors.put': (client, signal) => client.connectors.put(BODY, { signal }),
  'connectors.delete': (client, signal) => client.connectors.delete('crm', { signal }),
  'connectors.validate': (client, signal) => client.connectors.validate(BODY, { signal }),
  'connectors.test': (client, signal) => client.connectors.test(BODY, { signal }),
  'connectors.health': (client, signal) => client.connectors.health('crm', { signal }),
  'connectors.checkHealth': (client, signal) => client.connectors.checkHealth('crm', { signal }),
  'connectors.pause': (client, signal) => client.connectors.pause('crm', { signal }),
  'connectors.resume': (client, signal) => client.connectors.resume('crm', { signal }),
  publishDataAction: (client, signal) => client.publishDataAction('find', { signal }),
  rollbackDataAction: (client, signal) => client.rollbackDataAction('find', { signal }),
  'dataActions.list': (client, signal) => client.dataActions.list({ signal })[Symbol.asyncIterator]().next(),
  'dataActions.get': (client, signal) => client.dataActions.get('find', { signal }),
  'dataActions.put': (client, signal) => client.dataActions.put(ACTION, { signal }),
  'dataActions.delete': (client, signal) => client.dataActions.delete('find', { signal }),
  'dataActions.publish': (client, signal) => client.dataActions.publish('find', { signal }),
  'dataActions.rollback': (client, signal) => client.dataActions.rollback('find', { signal }),
  'dataActions.validate': (client, signal) => client.dataActions.validate(ACTION, { signal }),
  'dataActions.test': (client, signal) => client.dataActions.test('find', {}, { signal }),
  'dataActions.execute': (client, signal) => client.dataActions.execute('find', {}, { signal }),
  'dataActions.stats': (client, signal) => client.dataActions.stats('find', { signal }),
};

/** Calls that wait for nothing, or whose abort has tests of its own because they end with a result (`apply`). */
const NO_SERVER = new Set(['stats', 'close', 'apply', 'gate', 'connectors', 'dataActions', 'secrets']);

describe('a signal', () => {
  it('goes with every call there is', () => {
    const client = createTestClient('http://127.0.0.1:1');
    const names = (value: object, prefix: string) =>
      Object.getOwnPropertyNames(Object.getPrototypeOf(value))
        .filter((name) => name !== 'constructor')
        .map((name) => prefix + name)
        .filter((name) => !NO_SERVER.has(name));
    const methods = [
      ...names(client, ''),
      ...names(client.connectors, 'connectors.'),
      ...names(client.dataActions, 'dataActions.'),
    ];
    expect(methods.sort()).toEqual(Object.keys(CALLS).sort());
  });

  it.each(Object.entries(CALLS))('ends %s with its reason while the server is silent', async (name, call) => {
    const controller = new AbortController();
    await using server = await startScriptedServer((request, response) => {
      if (name !== 'authenticate' && answerToken(request, response)) return;
      controller.abort(REASON);
    });
    await using client = createTestClient(server.url);
    await expect(call(client, controller.signal)).rejects.toBe(REASON);
  });

  it.each(Object.entries(CALLS))('that has fired keeps %s from sending anything', async (_name, call) => {
    await using server = await startScriptedServer((request, response) => void answerToken(request, response));
    await using client = createTestClient(server.url);
    await expect(call(client, AbortSignal.abort(REASON))).rejects.toBe(REASON);
    expect(server.received).toEqual([]);
  });
});
