import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  type ContextManager,
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ObservedAttempt } from '../../src/telemetry/attempt.ts';
import { routeOf } from '../../src/telemetry/attempt.ts';
import { CLIENT_SECRET, connectorBody, createTestClient, desiredState } from '../support/bodies.ts';
import { createFastClock } from '../support/fake-clock.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { problem, TOKEN } from '../support/scripted-server.ts';

/** What `@opentelemetry/context-async-hooks` is, in the few lines that a test needs. */
class StorageContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();
  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }
  with<Args extends unknown[], Result extends (...args: Args) => ReturnType<Result>>(
    active: Context,
    work: Result,
    thisArg?: ThisParameterType<Result>,
    ...args: Args
  ): ReturnType<Result> {
    return this.#storage.run(active, () => work.apply(thisArg, args));
  }
  bind<Target>(_context: Context, target: Target): Target {
    return target;
  }
  enable(): this {
    return this;
  }
  disable(): this {
    return this;
  }
}

const ID = 'crm-1';

describe('onAttempt', () => {
  it('is told of every attempt, without id, query or secret', async () => {
    await using engine = await FakeEngine.start();
    let refusals = 1;
    engine.fault = (request, response) => {
      if (request.method !== 'PUT' || refusals === 0) return false;
      refusals -= 1;
      problem(response, 503, 'UNAVAILABLE');
      return true;
    };
    const seen: ObservedAttempt[] = [];
    const onAttempt = (attempt: ObservedAttempt) => seen.push(attempt);
    await using client = createTestClient(engine.url, { onAttempt, clock: createFastClock() });
    await client.connectors.put(connectorBody(ID), { requestId: 'r-1' });
    expect(
      seen.map(({ method, route, attempt, status, outcome }) => [method, route, attempt, status, outcome]),
    ).toEqual([
      ['POST', '/oauth/token', 1, 200, 'success'],
      ['PUT', '/api/v1/integrations/connectors/{id}', 1, 503, 'server-error'],
      ['PUT', '/api/v1/integrations/connectors/{id}', 2, 200, 'success'],
    ]);
    expect(seen[1]).toMatchObject({ requestId: 'r-1', origin: engine.url, errorCode: null });
    for (const secret of [CLIENT_SECRET, TOKEN, ID]) expect(JSON.stringify(seen)).not.toContain(secret);
  });

  it('hears why there was no answer', async () => {
    const engine = await FakeEngine.start();
    const { url } = engine;
    await engine[Symbol.asyncDispose]();
    const seen: ObservedAttempt[] = [];
    await using client = createTestClient(url, {
      onAttempt: (attempt) => seen.push(attempt),
      clock: createFastClock(),
    });
    await expect(client.authenticate()).rejects.toMatchObject({ code: 'AUTH_UNAVAILABLE' });
    expect(seen[0]).toMatchObject({ status: null, outcome: 'connection', errorCode: 'CONNECTION_FAILED' });
  });

  it('breaks nothing when it throws', async () => {
    await using engine = await FakeEngine.start();
    const onAttempt = () => {
      throw new Error('a metrics library is down');
    };
    await using client = createTestClient(engine.url, { onAttempt });
    await expect(client.authenticate()).resolves.toBeUndefined();
  });

  it.each([
    ['/api/v1/integrations/connectors?limit=200&cursor=abc', '/api/v1/integrations/connectors'],
    ['/api/v1/integrations/connectors/a%2Fb/health', '/api/v1/integrations/connectors/{id}/health'],
    ['/api/v1/dataactions/customer-by-ani/publish', '/api/v1/dataactions/{id}/publish'],
    ['/oauth/token', '/oauth/token'],
  ])('names %s by its route', (path, route) => {
    expect(routeOf(path)).toBe(route);
  });
});

describe('OpenTelemetry', () => {
  const exporter = new InMemorySpanExporter();
  beforeEach(() => {
    context.setGlobalContextManager(new StorageContextManager());
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  });
  afterEach(() => {
    trace.disable();
    context.disable();
    propagation.disable();
    exporter.reset();
  });

  const named = (name: string) => exporter.getFinishedSpans().filter((span) => span.name === name);
  const parentOf = (span: ReadableSpan | undefined) => span?.parentSpanContext?.spanId;

  it('gets a client span for each attempt below the one of plan or apply, and the server its traceparent', async () => {
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url);
    await client.apply(await client.plan(desiredState([connectorBody(ID)])));
    const [apply] = named('dipswitch.apply');
    const [put] = named('PUT /api/v1/integrations/connectors/{id}');
    expect(parentOf(put)).toBe(apply?.spanContext().spanId);
    expect(put).toMatchObject({
      kind: SpanKind.CLIENT,
      attributes: {
        'http.request.method': 'PUT',
        'http.response.status_code': 200,
        'server.address': '127.0.0.1',
        'server.port': engine.port,
        'url.template': '/api/v1/integrations/connectors/{id}',
      },
    });
    const sent = engine.received.find(({ method }) => method === 'PUT')?.headers.traceparent;
    expect(sent).toBe(`00-${put?.spanContext().traceId}-${put?.spanContext().spanId}-01`);
    expect(named('dipswitch.plan')).toHaveLength(1);
    const text = JSON.stringify(exporter.getFinishedSpans().map(({ attributes, status }) => ({ attributes, status })));
    for (const secret of [CLIENT_SECRET, TOKEN]) expect(text).not.toContain(secret);
  });

  it('sees what failed by its code alone', async () => {
    await using engine = await FakeEngine.start();
    engine.fault = (request, response) => {
      if (request.method !== 'GET') return false;
      problem(response, 403, 'INSUFFICIENT_SCOPE');
      return true;
    };
    await using client = createTestClient(engine.url);
    await expect(client.plan(desiredState([]))).rejects.toMatchObject({ code: 'INSUFFICIENT_SCOPE' });
    expect(named('dipswitch.plan')[0]?.attributes['error.type']).toBe('INSUFFICIENT_SCOPE');
    expect(named('GET /api/v1/integrations/connectors')[0]?.attributes['error.type']).toBe('403');
  });

  it('lets the registered propagator write the headers, but none of ours', async () => {
    propagation.setGlobalPropagator({
      inject: (_context, carrier, setter) => {
        setter.set(carrier, 'x-trace', 'mine');
        setter.set(carrier, 'authorization', 'stolen');
      },
      extract: (active) => active,
      fields: () => ['x-trace'],
    });
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url);
    await client.plan(desiredState([]));
    const headers = engine.received.at(-1)?.headers;
    expect(headers).toMatchObject({ 'x-trace': 'mine', authorization: `Bearer ${TOKEN}` });
    expect(headers?.traceparent).toBeUndefined();
  });
});

it('sends no trace header where nobody traces', async () => {
  await using engine = await FakeEngine.start();
  await using client = createTestClient(engine.url);
  await client.plan(desiredState([]));
  expect(engine.received.every(({ headers }) => headers.traceparent === undefined)).toBe(true);
});
