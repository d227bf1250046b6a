/** Bounds of a data action that the contract leaves open; one place, used by schemas and rules. */
export const DATA_ACTION_LIMITS = {
  nameMaxLength: 200,
  descriptionMaxLength: 1000,
  statementMaxLength: 65_536,
  /** Properties of `input` and of `output`. */
  propertiesMax: 200,
  /** Items of an array input, which stand in the statement one by one. */
  itemsMax: 200,
  deadlineMsMin: 50,
  deadlineMsMax: 90_000,
  rowsMax: 1000,
  bytesMin: 256,
  /** What Studio takes of a response; more is cut off there. */
  bytesMax: 32_768,
  concurrencyMax: 1000,
  ratePerSecondMax: 100_000,
  cacheSecondsMax: 86_400,
  /** Body of an execution. */
  inputBytesMax: 65_536,
} as const;

/** What a data action has where its body says nothing. */
export const DATA_ACTION_DEFAULTS = {
  access: 'read',
  limits: { deadlineMs: 3000, maxRows: 1, maxBytes: 32_768, maxConcurrency: 20, ratePerSecond: 200 },
  cache: { ttlSeconds: 0, staleIfErrorSeconds: 0, coalesce: true },
} as const;

export const DATA_ACTION_ACCESSES = ['read', 'write'] as const;
export type DataActionAccess = (typeof DATA_ACTION_ACCESSES)[number];

/** Names of parameters and of input and output properties, without the one that JavaScript gives a meaning. */
export const FIELD_NAME_PATTERN = /^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]{0,127}$/;
