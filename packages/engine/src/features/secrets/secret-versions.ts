import type { SecretReference } from '@dipswitch/contract';
import { KeptRows } from '../../state/kept-rows.ts';
import type { Clock } from '../../util/clock.ts';
import { toLocalVersion } from './local-secret-provider.ts';
import { type Resolvable, toTarget } from './secret-label.ts';
import type { SecretStore } from './secret-store.ts';

export interface SecretVersionsOptions {
  readonly store: Pick<SecretStore, 'listVersions' | 'listLabels'>;
  readonly clock: Clock;
  /** How long what was read of a tenant counts. Default 5 s. */
  readonly freshMs?: number;
}

interface Snapshot {
  readonly labels: ReadonlyMap<string, string>;
  readonly versions: ReadonlyMap<string, string>;
}

const DEFAULT_FRESH_MS = 5_000;
const TENANTS_MAX = 1_000;

/**
 * The versions of the embedded store, read for a whole tenant at once: thousands of health checks ask every minute
 * whether a secret is another one, and it hardly ever is.
 */
export class SecretVersions {
  readonly #snapshots: KeptRows<Snapshot>;

  constructor({ store, clock, freshMs = DEFAULT_FRESH_MS }: SecretVersionsOptions) {
    const read = (tenant: string) => readSnapshot(store, tenant);
    this.#snapshots = new KeptRows({ clock, read, freshMs, maxEntries: TENANTS_MAX });
  }

  /** The version that resolving would give, a few seconds old at most; undefined when only resolving can tell. */
  async find(tenant: string, reference: SecretReference): Promise<string | undefined> {
    if (reference.scheme !== 'local' && reference.scheme !== 'label') return undefined;
    const { labels, versions } = await this.#snapshots.get(tenant);
    const target: Resolvable =
      reference.scheme === 'local' ? reference : toTarget(reference, labels.get(reference.label));
    return target.scheme === 'local' ? versions.get(target.name) : undefined;
  }

  /** To be called when a secret of the tenant was changed here. */
  forget(tenant: string): void {
    this.#snapshots.forget(tenant);
  }
}

async function readSnapshot(store: SecretVersionsOptions['store'], tenant: string): Promise<Snapshot> {
  const [labels, secrets] = await Promise.all([store.listLabels(tenant), store.listVersions(tenant)]);
  return {
    labels: new Map(labels.map(({ label, reference }) => [label, reference])),
    versions: new Map(secrets.map((secret) => [secret.name, toLocalVersion(secret)])),
  };
}
