import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from '../util/problem-error.ts';

const JSON_TYPE = /^application\/(?:[a-z0-9!#$&^_.-]+\+)?json(?:\s*;.*)?$/i;

/**
 * Reads JSON bodies: one document in UTF-8, no `__proto__`. An empty body is `undefined`, which a route that needs one
 * refuses by its own rules. Every other content type is `UNSUPPORTED_MEDIA_TYPE`.
 */
export function addBodyParsers(app: FastifyInstance): void {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(JSON_TYPE, { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => {
    if (body.byteLength === 0) return undefined;
    try {
      return JSON.parse(decoder.decode(body), refusePrototype);
    } catch (cause) {
      // The parser's message quotes the text around the error, which may be a secret.
      throw new ProblemError('INVALID_JSON', 'The body is not one JSON document in UTF-8.', {
        cause,
        findings: [{ code: 'INVALID_JSON', severity: 'error', path: '', message: 'The body is not JSON.' }],
      });
    }
  });
}

/** A reviver of JSON: a member of that name would change the object itself. */
export function refusePrototype(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('a member is named __proto__');
  return value;
}
