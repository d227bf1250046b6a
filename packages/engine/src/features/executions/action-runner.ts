import type { Clock } from '../../util/clock.ts';
import { TokenBucket } from '../../util/token-bucket.ts';
import type { RunnableAction } from '../actions/action-catalogue.ts';
import type { ConnectorRuntimes } from '../connectors/runtime/connector-runtimes.ts';
import { Bulkhead } from './bulkhead.ts';
import { CompiledAction } from './compiled-action.ts';
import { ConnectorGate } from './connector-gate.ts';
import type { LiveResult } from './execution-result.ts';
import { WeakRegistry } from './weak-registry.ts';

/** What bounds one data action, whichever of its versions runs. */
export interface ActionGates {
  readonly bucket: TokenBucket;
  readonly bulkhead: Bulkhead;
}

/** One version of a data action with everything it needs to run. */
export interface ActionRunner {
  readonly compiled: CompiledAction;
  readonly gates: ActionGates;
  readonly connector: ConnectorGate;
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
  readonly #gates = new WeakRegistry<ActionGates>();
  readonly #connectors = new WeakRegistry<ConnectorGate>();
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
    const gates = this.#gates.of(JSON.stringify([tenant, actionId]), () => ({
      bucket: new TokenBucket(ratePerSecond, clock.monotonicMs()),
      bulkhead: new Bulkhead(maxConcurrency),
    }));
    gates.bucket.setRate(ratePerSecond);
    gates.bulkhead.setLimit(maxConcurrency);
    const connector = this.#connectors.of(connectorId, () => new ConnectorGate(connectorId, runtimes));
    this.#made += 1;
    return { compiled, gates, connector, cachePrefix: `${this.#made} `, flights: new Map() };
  }
}
