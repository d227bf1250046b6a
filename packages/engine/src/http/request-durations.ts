import type { Registry } from 'prom-client';
import { CollectedHistogram, type HistogramSeries } from './collected-histogram.ts';

const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Durations of the answers with one method, route and status. */
export class RequestDurationSeries {
  readonly #counts = new Float64Array(BUCKETS_SECONDS.length);
  #count = 0;
  #sumSeconds = 0;

  observe(seconds: number): void {
    this.#count += 1;
    this.#sumSeconds += seconds;
    for (let index = 0; index < BUCKETS_SECONDS.length; index += 1) {
      if (seconds > (BUCKETS_SECONDS[index] ?? 0)) continue;
      this.#counts[index] = (this.#counts[index] ?? 0) + 1;
      return;
    }
  }

  toSeries(labels: Readonly<Record<string, string>>): HistogramSeries {
    let seen = 0;
    const countsUpTo = [...this.#counts].map((count) => {
      seen += count;
      return seen;
    });
    return { labels, countsUpTo, count: this.#count, sum: this.#sumSeconds };
  }
}

type SeriesByStatus = Map<number, RequestDurationSeries>;

/** `http_server_request_duration_seconds`: the time of each answer by method, route and status. */
export class RequestDurations {
  readonly #byRoute = new Map<string, Map<string, SeriesByStatus>>();

  constructor(registry: Registry) {
    new CollectedHistogram({
      name: 'http_server_request_duration_seconds',
      help: 'Time from the first byte of a request to the end of its answer, by route.',
      labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
      buckets: BUCKETS_SECONDS,
      registry,
      collect: () => this.#collect(),
    });
  }

  /** The one series of these labels. */
  of(method: string, route: string, status: number): RequestDurationSeries {
    const byMethod = getOrMake(this.#byRoute, route, () => new Map<string, SeriesByStatus>());
    const byStatus = getOrMake(byMethod, method, () => new Map<number, RequestDurationSeries>());
    return getOrMake(byStatus, status, () => new RequestDurationSeries());
  }

  *#collect(): Generator<HistogramSeries> {
    for (const [route, byMethod] of this.#byRoute) {
      for (const [method, byStatus] of byMethod) {
        for (const [status, series] of byStatus) {
          yield series.toSeries({
            http_request_method: method,
            http_route: route,
            http_response_status_code: String(status),
          });
        }
      }
    }
  }
}

function getOrMake<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
