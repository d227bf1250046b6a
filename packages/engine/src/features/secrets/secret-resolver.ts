import type { Secret } from '@dipswitch/contract';

export interface ResolvedSecret {
  readonly value: Secret;
  /** Opaque version of the value in its vault; a change means rotation. */
  readonly version: string;
}

/** Turns a reference or bare label of a tenant into its value. @throws SecretUnresolvedError naming the reference, never a value. */
export interface SecretResolver {
  resolve(tenant: string, reference: string, signal?: AbortSignal): Promise<ResolvedSecret>;
  /** The version alone, which may be some seconds old: cheap enough to ask of thousands of connectors each minute. */
  version(tenant: string, reference: string, signal?: AbortSignal): Promise<string>;
}
