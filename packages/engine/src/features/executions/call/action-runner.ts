import type { Clock } from '../../../util/clock.ts';
import { TokenBucket } from '../../../util/token-bucket.ts';
import type { RunnableAction } from '../../actions/action-catalogue.ts';
import type { ConnectorRuntimes } from '../../connectors/runtime/connector-runtimes.ts';
import { Bulkhead } from '../admission/bulkhead.ts';
import { ConnectorLimit } from '../admission/in-flight-limit.ts';
import { CompiledAction } from './compiled-action.ts';
import type { LiveResult } from './execution-result.ts';

/** What bounds one data action, whichever of its versions runs. */
export interface ActionBounds {
  readonly bucket: TokenBucket;
  readonly bulkhead: Bulkhead;
}

/** One version of a data action with everything it needs to run. */
export interface ActionRunner {
  readonly compiled: CompiledAction;
  readonly bounds: ActionBounds;
  readonly connector: ConnectorLimit;
  /** Begins the keys of its answers in the cache; of no other version or definition, not even one of the same number. */
  readonly cachePrefix: string;
  /** Statements under way that others may share, by their values. */
  readonly flights: Map<string, Promise<LiveResult>>;
}

export interface ActionRunnersOptions {
  readonly runtimes: Pick<ConnectorRuntimes, 'snapshot'>;
  readonly clock: Clock;
}

/** The runners of this engine, each made when its version first runs and kept for as long as the catalogue keeps that. */
export class ActionRunners {
  readonly #options: ActionRunnersOptions;
  readonly #runners = new WeakMap<RunnableAction, ActionRunner>();
  readonly #bounds = new WeakRegistry<ActionBounds>();
  readonly #connectors = new WeakRegistry<ConnectorLimit>();
  #made = 0;

  constructor(options: ActionRunnersOptions) {
    this.#options = options;
  }

  of(action: RunnableAction): ActionRunner {
    const known = this.#runners.get(action);
    if (known !== undefined) return known;
    const runner = this.#create(action);
    this.#runners.set(action, runner);
    return runner;
  }

  #create(action: RunnableAction): ActionRunner {
    const { runtimes, clock } = this.#options;
    const { tenant, actionId, connectorId, definition } = action;
    const { ratePerSecond, maxConcurrency } = definition.limits;
    const compiled = new CompiledAction(action);
    const bounds = this.#bounds.of(JSON.stringify([tenant, actionId]), () => ({
      bucket: new TokenBucket(ratePerSecond, clock.monotonicMs()),
      bulkhead: new Bulkhead(maxConcurrency),
    }));
    bounds.bucket.setRate(ratePerSecond);
    bounds.bulkhead.setLimit(maxConcurrency);
    const connector = this.#connectors.of(connectorId, () => new ConnectorLimit(connectorId, runtimes));
    this.#made += 1;
    return { compiled, bounds, connector, cachePrefix: `${this.#made} `, flights: new Map() };
  }
}

const FIRST_SWEEP_SIZE = 1_000;

/**
 * One object for each key, for as long as anything else holds it. What is no longer held is forgotten, so that keys
 * may come and go for as long as the engine runs.
 */
export class WeakRegistry<Value extends object> {
  readonly #values = new Map<string, WeakRef<Value>>();
  #sweepAtSize = FIRST_SWEEP_SIZE;

  of(key: string, create: () => Value): Value {
    const known = this.#values.get(key)?.deref();
    if (known !== undefined) return known;
    const value = create();
    this.#values.set(key, new WeakRef(value));
    if (this.#values.size >= this.#sweepAtSize) this.#sweep();
    return value;
  }

  #sweep(): void {
    for (const [key, value] of this.#values) if (value.deref() === undefined) this.#values.delete(key);
    this.#sweepAtSize = Math.max(FIRST_SWEEP_SIZE, 2 * this.#values.size);
  }
}
