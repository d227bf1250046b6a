import { z } from 'zod';

export const SCOPES = [
  'integrations:read',
  'integrations:write',
  'dataactions:read',
  'dataactions:write',
  'dataactions:execute',
  'audit:read',
] as const;
export type Scope = (typeof SCOPES)[number];

/** The answer of `POST /oauth/token` (RFC 6749 section 5.1). `scope` is space separated. */
export const tokenAnswerSchema = z.looseObject({
  access_token: z.string().min(1),
  token_type: z.string(),
  expires_in: z.number().positive().optional(),
  scope: z.string().optional(),
});
export type TokenAnswer = z.infer<typeof tokenAnswerSchema>;

/** The error body of the token endpoint (RFC 6749 section 5.2). */
export const tokenErrorSchema = z.looseObject({ error: z.string(), error_description: z.string().optional() });
export type TokenError = z.infer<typeof tokenErrorSchema>;
