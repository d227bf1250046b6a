import { createHash } from 'node:crypto';
import { Secret } from '@dipswitch/contract';
import type { SecretProvider } from './secret-provider.ts';
import { SecretUnresolvedError } from './secret-unresolved-error.ts';

export interface EnvSecretOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The environment belongs to the process, not to a tenant: only these may use it. */
  readonly tenants: readonly string[];
}

/**
 * The engine's own settings (master key, state database, bootstrap client) are in the same environment. A tenant
 * chooses the host that a resolved secret is sent to, so these names never resolve.
 */
const OWN_SETTINGS = /^(?:DIP_|CXONE_|NODE_)/i;

/** `env://NAME`: a variable of the engine's environment. Off unless the operator turns it on. */
export function createEnvSecretProvider(options: EnvSecretOptions): SecretProvider<'env'> {
  return {
    async resolve(tenant, { name }) {
      const reference = `env://${name}`;
      if (!options.tenants.includes(tenant)) {
        throw new SecretUnresolvedError(reference, 'the operator has not opened env:// to this tenant');
      }
      if (OWN_SETTINGS.test(name)) {
        throw new SecretUnresolvedError(reference, 'a setting of the engine itself cannot be used as a secret');
      }
      const value = options.environment[name];
      if (value === undefined || value === '') {
        throw new SecretUnresolvedError(reference, 'the variable is not set in the environment of the engine');
      }
      return { value: new Secret(value), version: digestOf(value) };
    },
  };
}

/** Short enough that the value cannot be guessed back by trying, long enough to see a change. */
export function digestOf(value: string): string {
  return createHash('sha256').update(value, 'utf8').digest('hex').slice(0, 8);
}
