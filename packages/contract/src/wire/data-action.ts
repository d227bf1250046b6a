import { z } from 'zod';
import { LABEL_NAME_PATTERN, LINE_PATTERN, TEXT_PATTERN } from './connector-limits.ts';
import { DATA_ACTION_ACCESSES, DATA_ACTION_LIMITS, FIELD_NAME_PATTERN } from './data-action-limits.ts';

/** A JSON Schema of the object that goes in or comes out; which of JSON Schema counts is in `data-action/`. */
const objectSchemaSchema = z.looseObject({
  type: z.literal('object'),
  required: z.array(z.string().min(1).max(128)).max(DATA_ACTION_LIMITS.propertiesMax).optional(),
  properties: z.record(z.string().regex(FIELD_NAME_PATTERN), z.looseObject({})).optional(),
});

const dataActionLimitsSchema = z.strictObject({
  deadlineMs: z.int().min(DATA_ACTION_LIMITS.deadlineMsMin).max(DATA_ACTION_LIMITS.deadlineMsMax).optional(),
  maxRows: z.int().min(1).max(DATA_ACTION_LIMITS.rowsMax).optional(),
  maxBytes: z.int().min(DATA_ACTION_LIMITS.bytesMin).max(DATA_ACTION_LIMITS.bytesMax).optional(),
  maxConcurrency: z.int().min(1).max(DATA_ACTION_LIMITS.concurrencyMax).optional(),
  ratePerSecond: z.number().positive().max(DATA_ACTION_LIMITS.ratePerSecondMax).optional(),
});

const dataActionCacheSchema = z.strictObject({
  ttlSeconds: z.int().min(0).max(DATA_ACTION_LIMITS.cacheSecondsMax).optional(),
  staleIfErrorSeconds: z.int().min(0).max(DATA_ACTION_LIMITS.cacheSecondsMax).optional(),
  /** Identical reads in flight share one statement. Default true. */
  coalesce: z.boolean().optional(),
});

/**
 * The body of `PUT /api/v1/dataactions/{actionId}`: structure only. The rules that need more than one field, the
 * statement's grammar or the connector's database kind are in `validateDataAction`.
 */
export const dataActionBodySchema = z.strictObject({
  actionId: z.string(),
  connectorId: z.string(),
  name: z.string().min(1).max(DATA_ACTION_LIMITS.nameMaxLength).regex(LINE_PATTERN).optional(),
  description: z.string().max(DATA_ACTION_LIMITS.descriptionMaxLength).regex(TEXT_PATTERN).optional(),
  labels: z.record(z.string().regex(LABEL_NAME_PATTERN), z.string().max(255).regex(LINE_PATTERN)).optional(),
  statement: z.string().min(1).max(DATA_ACTION_LIMITS.statementMaxLength).regex(TEXT_PATTERN),
  access: z.enum(DATA_ACTION_ACCESSES).optional(),
  input: objectSchemaSchema.optional(),
  output: objectSchemaSchema.optional(),
  limits: dataActionLimitsSchema.optional(),
  cache: dataActionCacheSchema.optional(),
  fallback: z.record(z.string().regex(FIELD_NAME_PATTERN), z.json()).optional(),
});
export type DataActionBody = z.infer<typeof dataActionBodySchema>;

export const DATA_ACTION_VERSION_STATES = ['draft', 'published', 'superseded'] as const;

/** One version as `GET` of one action shows it. `superseded`: it ran once, another one runs now. */
const dataActionVersionSchema = z.object({
  version: z.int().positive(),
  state: z.enum(DATA_ACTION_VERSION_STATES),
  createdAt: z.string(),
  createdBy: z.string(),
  publishedAt: z.string().nullable(),
  definition: dataActionBodySchema,
});
export type DataActionVersion = z.infer<typeof dataActionVersionSchema>;

/**
 * What PUT, publish, rollback and the collection answer: the body of the newest version plus what the server adds.
 * `revision` counts every change (a new version, publish, rollback) and is the entity tag.
 */
export const dataActionResourceSchema = dataActionBodySchema.extend({
  version: z.int().positive(),
  publishedVersion: z.int().positive().nullable(),
  revision: z.int().positive(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type DataActionResource = z.infer<typeof dataActionResourceSchema>;

/** What `GET` of one action answers; versions newest first. */
export const dataActionDetailSchema = dataActionResourceSchema.extend({ versions: z.array(dataActionVersionSchema) });
export type DataActionDetail = z.infer<typeof dataActionDetailSchema>;

/** Body of `POST .../publish`; without a version the newest one. */
export const dataActionPublishBodySchema = z.strictObject({ version: z.int().positive().optional() });
/** Body of `POST .../rollback`; without a version the one that was published before the current one. */
export const dataActionRollbackBodySchema = z.strictObject({ version: z.int().positive().optional() });

/** Body of `POST .../test`: sample input, and which version to run; without one the newest. */
export const dataActionTestBodySchema = z.strictObject({
  input: z.record(z.string(), z.json()).optional(),
  version: z.int().positive().optional(),
});
