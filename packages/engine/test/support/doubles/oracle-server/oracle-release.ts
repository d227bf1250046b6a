/** What a release of the server says of itself, where oracledb behaves differently. */
export interface OracleRelease {
  /** Version of Oracle Net in ACCEPT. */
  readonly netVersion: number;
  /** Flags in ACCEPT. */
  readonly acceptFlags: number;
  /** Version of the fields in TTC messages. */
  readonly fieldVersion: number;
  /** `AUTH_VERSION_NO`, a byte and four smaller parts. */
  readonly versionNumber: number;
  /** Every response ends in a message and a packet flag of its own; without it the reader must know by the content. */
  readonly endsResponses: boolean;
}

const END_OF_RESPONSE = 0x02000000;
const FAST_AUTHENTICATION = 0x10000000;

export const ORACLE_RELEASES = {
  '19c': {
    netVersion: 318,
    acceptFlags: 0,
    fieldVersion: 12,
    versionNumber: (19 << 24) | (18 << 16),
    endsResponses: false,
  },
  '23ai': {
    netVersion: 319,
    acceptFlags: END_OF_RESPONSE | FAST_AUTHENTICATION,
    fieldVersion: 24,
    versionNumber: (23 << 24) | (5 << 16),
    endsResponses: true,
  },
} as const satisfies Record<string, OracleRelease>;
export type OracleReleaseName = keyof typeof ORACLE_RELEASES;

/** Field versions at which messages grew. */
export const FIELDS = {
  oracle12_2: 8,
  oracle20: 14,
  oracle23_1: 17,
  tokens: 18,
  annotations: 20,
  vectors: 24,
} as const;
