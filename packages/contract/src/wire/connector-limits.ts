/** Bounds that the contract leaves open; one place, used by schema and rules. Times in seconds. */
export const CONNECTOR_LIMITS = {
  nameMaxLength: 200,
  descriptionMaxLength: 1000,
  labelsMax: 32,
  connectionStringMaxLength: 2048,
  connectionTimeoutSecondsMax: 300,
  healthIntervalSecondsMin: 1,
  healthIntervalSecondsMax: 86_400,
  healthTimeoutSecondsMax: 300,
  healthQueryMaxLength: 1000,
  eventSubscriptionsMax: 16,
} as const;

export const WEBHOOK_URL_MAX_LENGTH = 2048;

export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** One line of text: no control characters and no lone surrogates, which databases and canonical JSON cannot carry. */
export const LINE_PATTERN = /^[^\p{Cc}\p{Cs}]*$/u;
/** As `LINE_PATTERN`, with tabs and line ends. */
export const TEXT_PATTERN = /^(?:[^\p{Cc}\p{Cs}]|[\t\n\r])*$/u;

/** Names of labels; keeps names that JavaScript gives a meaning (`__proto__`) out. */
export const LABEL_NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/;

/** Values that may stand in the ownership label. */
export const LABEL_VALUE_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

export const EVENT_TYPES = [
  'CONFIG_UPDATED',
  'CONNECTOR_DELETED',
  'HEALTH_CHANGED',
  'SECRET_ROTATED',
  'ACTION_PUBLISHED',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export const SSL_VERIFICATIONS = ['full', 'ca', 'none'] as const;
export type SslVerification = (typeof SSL_VERIFICATIONS)[number];
