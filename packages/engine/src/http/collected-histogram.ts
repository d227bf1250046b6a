import { Histogram, type Registry } from 'prom-client';

/** One row of a histogram as it stands. */
export interface HistogramSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Samples at or below each bucket bound, ascending. */
  readonly countsUpTo: readonly number[];
  readonly count: number;
  readonly sum: number;
}

export interface CollectedHistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Upper bounds, ascending. */
  readonly buckets: readonly number[];
  readonly registry: Registry;
  /** Asked at each scrape. */
  readonly collect: () => Iterable<HistogramSeries>;
}

/**
 * A histogram that is counted elsewhere and read at each scrape. The one of prom-client looks its labels up by a text
 * that it makes for each sample, which costs more than everything else that is counted of a request.
 */
export class CollectedHistogram extends Histogram {
  readonly #options: CollectedHistogramOptions;

  constructor(options: CollectedHistogramOptions) {
    super({
      name: options.name,
      help: options.help,
      labelNames: [...options.labelNames],
      buckets: [...options.buckets],
      registers: [options.registry],
    });
    this.#options = options;
  }

  /** What the registry asks a histogram for when it writes the text of a scrape. */
  async getForPromString(): Promise<object> {
    const { name, help, collect } = this.#options;
    return { name, help, type: 'histogram', values: [...collect()].flatMap((series) => this.#toValues(series)) };
  }

  #toValues({ labels, countsUpTo, count, sum }: HistogramSeries): object[] {
    const { name, buckets } = this.#options;
    const bucket = (le: number | string, value: number) => ({
      metricName: `${name}_bucket`,
      labels: { le },
      sharedLabels: labels,
      value,
    });
    return [
      ...buckets.map((bound, index) => bucket(bound, countsUpTo[index] ?? count)),
      bucket('+Inf', count),
      { metricName: `${name}_sum`, labels: {}, sharedLabels: labels, value: sum },
      { metricName: `${name}_count`, labels: {}, sharedLabels: labels, value: count },
    ];
  }
}
