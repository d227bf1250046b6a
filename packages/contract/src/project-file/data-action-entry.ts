import { z } from 'zod';
import { ID_PATTERN } from '../wire/connector-limits.ts';

/** Bounds of a data action that the contract leaves open. */
export const DATA_ACTION_LIMITS = {
  statementMaxLength: 65_536,
  deadlineMsMin: 50,
  deadlineMsMax: 90_000,
  rowsMax: 1000,
  bytesMax: 32_768,
  concurrencyMax: 1000,
  ratePerSecondMax: 100_000,
  cacheSecondsMax: 86_400,
} as const;

export const DATA_ACTION_ACCESSES = ['read', 'write'] as const;

/** A JSON Schema of the object that goes in or comes out; its meaning is checked when the action is stored. */
const objectSchemaSchema = z.looseObject({
  type: z.literal('object'),
  required: z.array(z.string().min(1).max(128)).max(200).optional(),
  properties: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/), z.looseObject({})).optional(),
});

const limitsSchema = z.strictObject({
  deadlineMs: z.int().min(DATA_ACTION_LIMITS.deadlineMsMin).max(DATA_ACTION_LIMITS.deadlineMsMax).optional(),
  maxRows: z.int().min(1).max(DATA_ACTION_LIMITS.rowsMax).optional(),
  maxBytes: z.int().min(256).max(DATA_ACTION_LIMITS.bytesMax).optional(),
  maxConcurrency: z.int().min(1).max(DATA_ACTION_LIMITS.concurrencyMax).optional(),
  ratePerSecond: z.number().positive().max(DATA_ACTION_LIMITS.ratePerSecondMax).optional(),
});

const cacheSchema = z.strictObject({
  ttlSeconds: z.int().min(0).max(DATA_ACTION_LIMITS.cacheSecondsMax).optional(),
  staleIfErrorSeconds: z.int().min(0).max(DATA_ACTION_LIMITS.cacheSecondsMax).optional(),
});

/** One entry of `dataActions` in a project file: structure only. */
export const dataActionEntrySchema = z.strictObject({
  id: z.string().regex(ID_PATTERN, 'must be 1 to 128 letters, digits and . _ -'),
  connector: z.string().regex(ID_PATTERN, 'must be the id of a connector'),
  name: z.string().min(1).max(200).optional(),
  description: z.string().max(1000).optional(),
  statement: z.string().min(1).max(DATA_ACTION_LIMITS.statementMaxLength),
  access: z.enum(DATA_ACTION_ACCESSES).optional(),
  input: objectSchemaSchema.optional(),
  output: objectSchemaSchema.optional(),
  limits: limitsSchema.optional(),
  cache: cacheSchema.optional(),
  fallback: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/), z.json()).optional(),
});
export type DataActionEntry = z.infer<typeof dataActionEntrySchema>;
