import type { EndpointKey } from './delivery-store.ts';

interface Lane {
  readonly endpoint: EndpointKey;
  inFlight: number;
  isFailing: boolean;
}

const TOTAL_MAX = 128;
const PER_ENDPOINT_MAX = 4;
/** What failed last is tried with one attempt at a time, so that a thousand dead receivers hold up nobody else. */
const PER_FAILING_ENDPOINT_MAX = 1;

/** Counts attempts in flight by endpoint, so that no endpoint takes the places of the others. */
export class EndpointLanes {
  readonly #lanes = new Map<string, Lane>();
  #inFlight = 0;

  get hasRoom(): boolean {
    return this.#inFlight < TOTAL_MAX;
  }

  roomOf(key: string): number {
    const lane = this.#lanes.get(key);
    const max = lane?.isFailing === true ? PER_FAILING_ENDPOINT_MAX : PER_ENDPOINT_MAX;
    return Math.min(max - (lane?.inFlight ?? 0), TOTAL_MAX - this.#inFlight);
  }

  /** Endpoints that take no more at the moment. */
  full(): readonly EndpointKey[] {
    return [...this.#lanes].filter(([key]) => this.roomOf(key) <= 0).map(([, lane]) => lane.endpoint);
  }

  enter(key: string, endpoint: EndpointKey): void {
    const lane = this.#lanes.get(key) ?? { endpoint, inFlight: 0, isFailing: false };
    lane.inFlight += 1;
    this.#inFlight += 1;
    this.#lanes.set(key, lane);
  }

  leave(key: string, isFailing: boolean): void {
    const lane = this.#lanes.get(key);
    if (lane === undefined) return;
    lane.inFlight -= 1;
    this.#inFlight -= 1;
    lane.isFailing = isFailing;
    if (lane.inFlight === 0 && !isFailing) this.#lanes.delete(key);
  }
}
