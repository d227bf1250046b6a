import { Secret } from '@dipswitch/contract';
import { SealBrokenError, type Sealer } from '../../seal/sealer.ts';
import type { SecretProvider } from './secret-provider.ts';
import type { SecretStore, StoredSecret } from './secret-store.ts';
import { SecretUnresolvedError } from './secret-unresolved-error.ts';

/**
 * What a sealed value is bound to. A value copied to another tenant, name or version does not open, so that a write
 * to the state database alone can neither swap two secrets nor bring an old value back.
 */
export function sealingContext(tenant: string, name: string, version: number): string {
  return `secret ${JSON.stringify([tenant, name, version])}`;
}

/** A secret that was deleted and set again starts at version 1 again; the time keeps the two apart. */
export function toLocalVersion({ version, createdAt }: Pick<StoredSecret, 'version' | 'createdAt'>): string {
  return `${version}.${createdAt}`;
}

/** `local://name`: the engine's own encrypted store. */
export function createLocalSecretProvider(store: Pick<SecretStore, 'find'>, sealer: Sealer): SecretProvider<'local'> {
  return {
    async resolve(tenant, { name }) {
      const reference = `local://${name}`;
      const stored = await store.find(tenant, name);
      if (stored === undefined) {
        throw new SecretUnresolvedError(
          reference,
          'nothing is stored under its name: store it with `dip-engine secret set`',
        );
      }
      try {
        const value = sealer.open(stored.sealedValue, sealingContext(tenant, name, stored.version));
        return { value: new Secret(value), version: toLocalVersion(stored) };
      } catch (cause) {
        if (!(cause instanceof SealBrokenError)) throw cause;
        throw new SecretUnresolvedError(
          reference,
          'the stored value was sealed under another master key or altered: store it again with `dip-engine secret set`',
          { cause },
        );
      }
    },
  };
}
