import {
  collectionSchema,
  connectorBodySchema,
  connectorHealthSchema,
  connectorResourceSchema,
  connectorTestResultSchema,
  dataActionBodySchema,
  dataActionDetailSchema,
  dataActionResourceSchema,
  dataActionStatsSchema,
  dataActionTestResultSchema,
  executionAnswerSchema,
  PROBLEM_CODES,
  type ProblemCode,
  problemSchema,
  secretCheckSchema,
  secretResourceSchema,
  tokenAnswerSchema,
  tokenErrorSchema,
  validateConnector,
  validateDataAction,
  validationResultSchema,
} from '@dipswitch/contract';
import { WIRE_EXCHANGES, type WireExchange, withoutVolatile } from '@dipswitch/contract/fixtures';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const EXCHANGES: readonly (readonly [string, WireExchange])[] = Object.entries(WIRE_EXCHANGES);

function answerSchema(name: string, { status, headers }: WireExchange['response']): z.ZodType {
  if (headers['content-type']?.startsWith('application/problem+json')) return problemSchema;
  if (name.startsWith('action-')) return actionAnswerSchema(name, status);
  if (name.startsWith('execution-')) return executionAnswerSchema;
  if (name.startsWith('token-')) return status === 200 ? tokenAnswerSchema : tokenErrorSchema;
  if (name.startsWith('health-')) return connectorHealthSchema;
  if (name.startsWith('test-')) return connectorTestResultSchema;
  if (name.startsWith('validate-')) return validationResultSchema;
  if (name === 'secret-stored') return secretResourceSchema;
  if (name === 'secrets-checked') return secretCheckSchema;
  if (name === 'secrets-last-page') return collectionSchema(secretResourceSchema);
  if (name.endsWith('-page'))
    return z.strictObject({ items: z.array(connectorResourceSchema), nextCursor: z.string().nullable() });
  return status === 204 ? z.null() : connectorResourceSchema;
}

function actionAnswerSchema(name: string, status: number): z.ZodType {
  if (name === 'action-read') return dataActionDetailSchema;
  if (name === 'action-validated') return validationResultSchema;
  if (name === 'action-stats') return dataActionStatsSchema;
  if (name === 'action-tested') return dataActionTestResultSchema;
  if (name.endsWith('-page')) return collectionSchema(dataActionResourceSchema);
  return status === 204 ? z.null() : dataActionResourceSchema;
}

const STORED_PUTS = EXCHANGES.filter(
  ([, { request, response }]) => request.method === 'PUT' && response.status === 200,
);

describe('the wire fixtures', () => {
  it.each(EXCHANGES)('%s carries its own name and an answer that follows the schema', (name, exchange) => {
    expect(exchange.name).toBe(name);
    expect(answerSchema(name, exchange.response).safeParse(exchange.response.body).error).toBeUndefined();
    for (const header of [...Object.keys(exchange.request.headers), ...Object.keys(exchange.response.headers)]) {
      expect(header).toBe(header.toLowerCase());
    }
  });

  it.each(EXCHANGES.filter(([, { response }]) => problemSchema.safeParse(response.body).success))(
    '%s is a problem whose status and title are those of its code',
    (_name, { response }) => {
      const problem = problemSchema.parse(response.body);
      const entry = PROBLEM_CODES[problem.code as ProblemCode];
      expect(problem).toMatchObject({ status: entry.status, title: entry.title });
      expect(response.status).toBe(entry.status);
    },
  );

  it.each(STORED_PUTS.filter(([name]) => name !== 'secret-stored' && !name.startsWith('action-')))(
    '%s submits a valid connector and answers with it',
    (_name, { request, response }) => {
      const body = connectorBodySchema.parse(request.body);
      expect(validateConnector(body).valid).toBe(true);
      expect(response.body).toMatchObject(body);
      expect(response.headers.etag).toBe(`"${connectorResourceSchema.parse(response.body).revision}"`);
    },
  );

  it.each(STORED_PUTS.filter(([name]) => name.startsWith('action-')))(
    '%s submits a valid data action and answers with it',
    (_name, { request, response }) => {
      const body = dataActionBodySchema.parse(request.body);
      expect(validateDataAction(body, { kind: 'postgresql' }).valid).toBe(true);
      expect(response.body).toMatchObject(body);
      expect(response.headers.etag).toBe(`"${dataActionResourceSchema.parse(response.body).revision}"`);
    },
  );

  it('tell in the issues of a refused data action what validation tells', () => {
    const { request, response } = WIRE_EXCHANGES['action-refused'];
    const { findings } = validateDataAction(request.body, { kind: 'postgresql' });
    const told = findings.map(({ path, code, message }) => ({ path, code, message }));
    expect(response.body.issues).toEqual(told);
  });

  it('tell in the findings of a refused connector what validation tells', () => {
    const { request, response } = WIRE_EXCHANGES['validate-refused'];
    expect(response.body.findings).toEqual(validateConnector(request.body).findings);
  });
});

describe('withoutVolatile', () => {
  it('makes two runs of the same exchange equal and keeps what matters', () => {
    const left = {
      requestId: 'a',
      health: { status: 'PENDING', latencyMs: 1, message: null },
      items: [{ createdAt: 'x' }],
    };
    const right = {
      requestId: 'b',
      health: { status: 'PENDING', latencyMs: 2, message: null },
      items: [{ createdAt: 'y' }],
    };
    expect(withoutVolatile(left)).toEqual(withoutVolatile(right));
    expect(withoutVolatile({ ...right, health: { ...right.health, status: 'HEALTHY' } })).not.toEqual(
      withoutVolatile(left),
    );
    expect(withoutVolatile({ latencyMs: null })).not.toEqual(withoutVolatile({ latencyMs: 1 }));
  });
});
