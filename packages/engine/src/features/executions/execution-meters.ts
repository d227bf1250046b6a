import { ActionMeter } from './action-meter.ts';

/** The meters of every data action that this engine has executed, and what is counted of all of them together. */
export class ExecutionMeters {
  readonly #byTenant = new Map<string, Map<string, ActionMeter>>();
  readonly #refusals = new Map<string, number>();
  /** Executions that have begun and are not answered yet. */
  inFlight = 0;

  /** The meter of an action that exists; made at its first execution. */
  of(tenant: string, actionId: string): ActionMeter {
    let actions = this.#byTenant.get(tenant);
    if (actions === undefined) {
      actions = new Map();
      this.#byTenant.set(tenant, actions);
    }
    let meter = actions.get(actionId);
    if (meter === undefined) {
      meter = new ActionMeter();
      actions.set(actionId, meter);
    }
    return meter;
  }

  /** Undefined when the action was never executed here. */
  find(tenant: string, actionId: string): ActionMeter | undefined {
    return this.#byTenant.get(tenant)?.get(actionId);
  }

  /** `code` is one of the problem codes. */
  countRefusal(code: string): void {
    this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1);
  }

  get refusals(): ReadonlyMap<string, number> {
    return this.#refusals;
  }

  /** In the order of first execution. Actions of two tenants under one id come one after the other. */
  *entries(): Generator<readonly [actionId: string, meter: ActionMeter]> {
    for (const actions of this.#byTenant.values()) yield* actions;
  }
}
