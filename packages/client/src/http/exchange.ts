import type { Secret } from '@dipswitch/contract';
import { type Dispatcher, errors } from 'undici';
import { DipswitchError } from '../errors.ts';
import type { WireAnswer } from '../wire.ts';

export interface ExchangeRequest {
  readonly origin: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | null;
  readonly maxBodyBytes: number;
  readonly ignoresBody: boolean;
  /** Cut out of error answers, should a server send back what it was sent. */
  readonly redact: readonly Secret[];
  readonly signal: AbortSignal;
}

/** System codes of a connection that was never made: the request surely did not arrive. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** OpenSSL's and Node's names for a certificate that will not be better on the next attempt. */
const CERTIFICATE_CODE = /CERT|SIGNATURE|^ERR_TLS|^ERR_SSL/;

/**
 * Sends once and reads the whole answer, bounded. Rejects with the signal's reason, or with `CONNECTION_FAILED`,
 * `RESPONSE_TOO_LARGE` or `RESPONSE_MALFORMED`; an error status is an answer.
 */
export async function exchange(dispatcher: Dispatcher, request: ExchangeRequest): Promise<WireAnswer> {
  request.signal.throwIfAborted();
  try {
    const response = await dispatcher.request({
      origin: request.origin,
      method: request.method,
      path: request.path,
      headers: request.headers,
      body: request.body,
      signal: request.signal,
      // The caller's signal is the only clock: two timers on one wait would give two names to one fault.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const headers = headerMap(response.headers);
    if (request.ignoresBody) {
      await response.body.dump({ limit: request.maxBodyBytes });
      return { status: response.statusCode, headers, json: undefined };
    }
    const text = await readBody(response.body, request.maxBodyBytes);
    const status = response.statusCode;
    return { status, headers, json: parseJson(status, headers, status < 300 ? text : redacted(text, request.redact)) };
  } catch (error) {
    if (request.signal.aborted) throw request.signal.reason;
    throw error instanceof DipswitchError ? error : connectionFailed(error);
  }
}

/** Whether the failure proves that the server never saw the request. */
export function surelyNotSent(error: DipswitchError): boolean {
  return NEVER_CONNECTED.has(systemCodeOf(error.cause));
}

function headerMap(headers: Record<string, string | string[] | undefined>): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}

async function readBody(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    sizeBytes += bytes.length;
    // Leaving the loop destroys the stream, and with it the socket that still has more to say.
    if (sizeBytes > maxBytes) throw new DipswitchError('RESPONSE_TOO_LARGE', `the answer is over ${maxBytes} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** No parser error is kept as a cause: its message quotes the body. */
function parseJson(status: number, headers: ReadonlyMap<string, string>, text: string): unknown {
  const isError = status >= 300;
  const contentType = (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (text === '') return undefined;
  if (contentType !== 'application/json' && !contentType.endsWith('+json')) {
    if (isError) return undefined;
    throw new DipswitchError('RESPONSE_MALFORMED', 'the answer is not labelled as JSON', { status });
  }
  try {
    return JSON.parse(text);
  } catch {
    if (isError) return undefined;
    // Most often an answer that was cut off, so asking again helps.
    throw new DipswitchError('RESPONSE_MALFORMED', 'the answer is not whole JSON', { status, retryable: true });
  }
}

function redacted(text: string, secrets: readonly Secret[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret.expose(), '[redacted]'), text);
}

function connectionFailed(cause: unknown): DipswitchError {
  const code = systemCodeOf(cause);
  if (cause instanceof errors.HTTPParserError) {
    return new DipswitchError('RESPONSE_MALFORMED', 'the answer is not HTTP', { cause });
  }
  if (CERTIFICATE_CODE.test(code)) {
    const message = `the certificate of the server is not trusted (${code})`;
    return new DipswitchError('CONNECTION_FAILED', message, { cause, retryable: false });
  }
  return new DipswitchError('CONNECTION_FAILED', `the connection failed${code === '' ? '' : ` (${code})`}`, { cause });
}

/** The first code in an error, its members (happy eyeballs raises an AggregateError) or its causes. */
function systemCodeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return systemCodeOf(error.errors[0]);
  return systemCodeOf(error.cause);
}
