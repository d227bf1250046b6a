import type { SecretReference } from '@dipswitch/contract';
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

interface Reading {
  readonly startedAt: number;
  readonly snapshot: Promise<Snapshot>;
}

const DEFAULT_FRESH_MS = 5_000;
const TENANTS_MAX = 1_000;

/**
 * The versions of the embedded store, read for a whole tenant at once: thousands of health checks ask every minute
 * whether a secret is another one, and it hardly ever is.
 */
export class SecretVersions {
  readonly #options: SecretVersionsOptions;
  readonly #readings = new Map<string, Reading>();

  constructor(options: SecretVersionsOptions) {
    this.#options = options;
  }

  /** The version that resolving would give, a few seconds old at most; undefined when only resolving can tell. */
  async find(tenant: string, reference: SecretReference): Promise<string | undefined> {
    if (reference.scheme !== 'local' && reference.scheme !== 'label') return undefined;
    const { labels, versions } = await this.#snapshot(tenant);
    const target: Resolvable =
      reference.scheme === 'local' ? reference : toTarget(reference, labels.get(reference.label));
    return target.scheme === 'local' ? versions.get(target.name) : undefined;
  }

  /** To be called when a secret of the tenant was changed here. */
  forget(tenant: string): void {
    this.#readings.delete(tenant);
  }

  #snapshot(tenant: string): Promise<Snapshot> {
    const { clock, freshMs = DEFAULT_FRESH_MS } = this.#options;
    const startedAt = clock.monotonicMs();
    const known = this.#readings.get(tenant);
    if (known !== undefined && startedAt - known.startedAt < freshMs) return known.snapshot;
    if (this.#readings.size >= TENANTS_MAX) this.#readings.clear();
    const reading: Reading = { startedAt, snapshot: this.#read(tenant) };
    this.#readings.set(tenant, reading);
    reading.snapshot.catch(() => {
      if (this.#readings.get(tenant) === reading) this.#readings.delete(tenant);
    });
    return reading.snapshot;
  }

  async #read(tenant: string): Promise<Snapshot> {
    const { store } = this.#options;
    const [labels, secrets] = await Promise.all([store.listLabels(tenant), store.listVersions(tenant)]);
    return {
      labels: new Map(labels.map(({ label, reference }) => [label, reference])),
      versions: new Map(secrets.map((secret) => [secret.name, toLocalVersion(secret)])),
    };
  }
}
