import type { SecretReference } from '@dipswitch/contract';
import type { ResolvedSecret } from './secret-resolver.ts';

/** One kind of vault. @throws SecretUnresolvedError when the reference leads to nothing this tenant may have. */
export interface SecretProvider<Scheme extends SecretReference['scheme']> {
  resolve(
    tenant: string,
    reference: Extract<SecretReference, { scheme: Scheme }>,
    signal?: AbortSignal,
  ): Promise<ResolvedSecret>;
}

/** The vaults an engine can reach; one that is missing is not configured. */
export type SecretProviders = {
  readonly [Scheme in Exclude<SecretReference['scheme'], 'label'>]?: SecretProvider<Scheme> | undefined;
};
