import { z } from 'zod';
import { isSecretReference } from '../secrets/secret-reference.ts';

export const SECRET_LIMITS = { valueMaxLength: 65_536, referencesMax: 200 } as const;

/** The body of `PUT /api/v1/secrets/{name}`: the one place of the contract where a value travels. */
export const secretPutBodySchema = z.strictObject({
  value: z.string().min(1).max(SECRET_LIMITS.valueMaxLength),
});

/** A secret of the engine's own store, as every answer shows it: never with its value. */
export const secretResourceSchema = z.looseObject({
  name: z.string(),
  /** What a connector's `credentialMasking` carries to mean it. */
  reference: z.string(),
  /** Counts up with each other value; starts at 1 again after a deletion. */
  version: z.int().min(1),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type SecretResource = z.infer<typeof secretResourceSchema>;

export const secretCheckBodySchema = z.strictObject({
  references: z
    .array(
      z.string().refine(isSecretReference, {
        message: 'must be a secret reference such as vault://mount/path#field, or a label',
        params: { code: 'INVALID_SECRET_REFERENCE' },
      }),
    )
    .min(1)
    .max(SECRET_LIMITS.referencesMax),
});

/**
 * Whether each reference of a check leads to a value, in the order in which they were asked. The references are not
 * repeated: what looks like a label may be a value in the wrong place.
 */
export const secretCheckSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      resolves: z.boolean(),
      /** Why not, and what to do about it; null when it resolves. */
      message: z.string().nullable(),
    }),
  ),
});
export type SecretCheck = z.infer<typeof secretCheckSchema>;
