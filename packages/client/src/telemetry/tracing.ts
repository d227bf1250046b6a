import { VERSION } from '@dipswitch/contract';
import type { Attributes, Span, Tracer } from '@opentelemetry/api';
import type { AttemptStart, ObservedAttempt } from './attempt.ts';

type Api = typeof import('@opentelemetry/api');

/** The span of one attempt, with the headers that carry it to the server. */
export interface AttemptSpan {
  readonly headers: Readonly<Record<string, string>>;
  end(attempt: ObservedAttempt): void;
}

/** Spans of the library. Without `@opentelemetry/api`, or with no provider registered there, nothing happens. */
export interface Tracing {
  /** Runs work in a span of its own, which is the parent of every attempt in it. */
  inSpan<Result>(name: string, attributes: Attributes, work: () => Promise<Result>): Promise<Result>;
  startAttempt(start: AttemptStart): Promise<AttemptSpan>;
}

const NOTHING: AttemptSpan = { headers: {}, end: () => undefined };

/** The API is loaded with the first call and not before: who traces nothing must not pay for it at start. */
export function createTracing(): Tracing {
  let loading: Promise<Api | null> | undefined;
  const load = (): Promise<Api | null> => {
    // An optional peer: that it is not there is no fault.
    loading ??= import('@opentelemetry/api').then(
      (api) => api,
      () => null,
    );
    return loading;
  };
  return {
    async inSpan(name, attributes, work) {
      const api = await load();
      return api === null ? work() : inSpan(api, name, attributes, work);
    },
    async startAttempt(start) {
      const api = await load();
      return api === null ? NOTHING : startAttempt(api, start);
    },
  };
}

function tracerOf(api: Api): Tracer {
  // Asked for each time: a provider may be registered after the client was made.
  return api.trace.getTracer('@dipswitch/client', VERSION);
}

function inSpan<Result>(api: Api, name: string, attributes: Attributes, work: () => Promise<Result>): Promise<Result> {
  return tracerOf(api).startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      fail(api, span, codeOf(error));
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Names and attributes as the OpenTelemetry HTTP conventions have them: one client span for each attempt. */
function startAttempt(api: Api, start: AttemptStart): AttemptSpan {
  const { hostname, port, protocol } = new URL(start.origin);
  const span = tracerOf(api).startSpan(`${start.method} ${start.route}`, {
    kind: api.SpanKind.CLIENT,
    attributes: {
      'http.request.method': start.method,
      'server.address': hostname,
      'server.port': Number(port || (protocol === 'https:' ? 443 : 80)),
      'url.full': start.origin + start.route,
      'url.template': start.route,
      'dipswitch.request_id': start.requestId,
      ...(start.attempt > 1 ? { 'http.request.resend_count': start.attempt - 1 } : {}),
    },
  });
  return {
    headers: headersOf(api, span),
    end({ status, outcome, errorCode }) {
      if (status !== null) span.setAttribute('http.response.status_code', status);
      if (outcome !== 'success') fail(api, span, status === null ? (errorCode ?? outcome) : String(status));
      span.end();
    },
  };
}

/** As the registered propagator writes them; W3C `traceparent` where none is registered. */
function headersOf(api: Api, span: Span): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  api.propagation.inject(api.trace.setSpan(api.context.active(), span), headers);
  const context = span.spanContext();
  if (Object.keys(headers).length === 0 && api.isSpanContextValid(context)) {
    const flags = context.traceFlags.toString(16).padStart(2, '0');
    headers.traceparent = `00-${context.traceId}-${context.spanId}-${flags}`;
  }
  return headers;
}

/** The code only: messages of foreign errors may hold anything. */
function fail(api: Api, span: Span, code: string): void {
  span.setAttribute('error.type', code);
  span.setStatus({ code: api.SpanStatusCode.ERROR, message: code });
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : '_OTHER';
}
