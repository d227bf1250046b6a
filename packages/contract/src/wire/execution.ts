import { z } from 'zod';

/** What became of an execution; a write that worked is `DONE` in place of the first two. */
export const OUTCOMES = ['FOUND', 'NO_RECORDS', 'DONE', 'TIMEOUT', 'UNAVAILABLE', 'BUSY', 'ERROR'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Outcomes that mean that the database did not answer the question; these climb down the fallback ladder. */
export const FAILURE_OUTCOMES: ReadonlySet<Outcome> = new Set(['TIMEOUT', 'UNAVAILABLE', 'BUSY', 'ERROR']);

/**
 * Where the values of an answer come from: the database now; an earlier answer that still counts; an earlier answer past
 * its time, because the database failed; the static `fallback`; nowhere (a failure without any of these: declared
 * defaults, else null).
 */
export const ANSWER_SOURCES = ['live', 'cache', 'stale', 'fallback', 'none'] as const;
export type AnswerSource = (typeof ANSWER_SOURCES)[number];

/** Members that every answer has; no output property may have one of these names, nor `rows`. */
export const answerEnvelopeSchema = z.object({
  outcome: z.enum(OUTCOMES),
  /** Rows found, or changed by a write, after the caps. */
  rowCount: z.int().min(0),
  /** Rows or texts were left out because of `maxRows`, `maxBytes` or a `maxLength`. */
  truncated: z.boolean(),
  source: z.enum(ANSWER_SOURCES),
  /** Seconds since the database gave the values; 0 when live. */
  ageSeconds: z.int().min(0),
  executionId: z.string(),
});
export type AnswerEnvelope = z.infer<typeof answerEnvelopeSchema>;

/** The answer of `execute`: the envelope, the declared fields of the first row, and `rows` when `maxRows` is above 1. */
export const executionAnswerSchema = answerEnvelopeSchema.catchall(z.json());
export type ExecutionAnswer = z.infer<typeof executionAnswerSchema>;

/** The answer of `test`: what `execute` would have answered, undone, and what the database says of the statement. */
export const dataActionTestResultSchema = z.object({
  version: z.int().positive(),
  answer: executionAnswerSchema,
  /** Why, when the outcome is a failure: a neutral error class, never the text of the database. */
  errorClass: z.string().nullable(),
  vendorCode: z.string().nullable(),
  /** Columns that the statement returns, as the database names them. */
  columns: z.array(z.string()).nullable(),
  plan: z.string().nullable(),
  timings: z.object({ queueMs: z.number(), databaseMs: z.number(), totalMs: z.number() }),
});
export type DataActionTestResult = z.infer<typeof dataActionTestResultSchema>;

const quantilesSchema = z.object({ p50: z.number(), p95: z.number(), p99: z.number() });

/** `GET /api/v1/dataactions/{id}/stats`: of the answering engine, since it started. Times in milliseconds. */
export const dataActionStatsSchema = z.object({
  actionId: z.string(),
  since: z.string(),
  executions: z.int().min(0),
  outcomes: z.record(z.enum(OUTCOMES), z.int().min(0)),
  sources: z.record(z.enum(ANSWER_SOURCES), z.int().min(0)),
  totalMs: quantilesSchema,
  /** Waiting for a place and a connection. */
  queueMs: quantilesSchema,
  databaseMs: quantilesSchema,
  rows: z.int().min(0),
  bytes: z.int().min(0),
  cacheHits: z.int().min(0),
  /** Executions that shared the statement of another one. */
  coalesced: z.int().min(0),
  truncated: z.int().min(0),
});
export type DataActionStats = z.infer<typeof dataActionStatsSchema>;
