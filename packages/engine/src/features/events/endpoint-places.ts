import type { EndpointKey } from './delivery-store.ts';

interface Occupancy {
  readonly endpoint: EndpointKey;
  inFlight: number;
  isFailing: boolean;
}

const TOTAL_MAX = 128;
const PER_ENDPOINT_MAX = 4;
/** What failed last is tried with one attempt at a time, so that a thousand dead receivers hold up nobody else. */
const PER_FAILING_ENDPOINT_MAX = 1;

/** Counts attempts in flight by endpoint, so that no endpoint takes the places of the others. */
export class EndpointPlaces {
  readonly #byEndpoint = new Map<string, Occupancy>();
  #inFlight = 0;

  get hasRoom(): boolean {
    return this.#inFlight < TOTAL_MAX;
  }

  roomOf(key: string): number {
    const occupancy = this.#byEndpoint.get(key);
    const max = occupancy?.isFailing === true ? PER_FAILING_ENDPOINT_MAX : PER_ENDPOINT_MAX;
    return Math.min(max - (occupancy?.inFlight ?? 0), TOTAL_MAX - this.#inFlight);
  }

  /** Endpoints that take no more at the moment. */
  full(): readonly EndpointKey[] {
    return [...this.#byEndpoint].filter(([key]) => this.roomOf(key) <= 0).map(([, { endpoint }]) => endpoint);
  }

  enter(key: string, endpoint: EndpointKey): void {
    const occupancy = this.#byEndpoint.get(key) ?? { endpoint, inFlight: 0, isFailing: false };
    occupancy.inFlight += 1;
    this.#inFlight += 1;
    this.#byEndpoint.set(key, occupancy);
  }

  leave(key: string, isFailing: boolean): void {
    const occupancy = this.#byEndpoint.get(key);
    if (occupancy === undefined) return;
    occupancy.inFlight -= 1;
    this.#inFlight -= 1;
    occupancy.isFailing = isFailing;
    if (occupancy.inFlight === 0 && !isFailing) this.#byEndpoint.delete(key);
  }
}
