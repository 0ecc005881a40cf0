/** Names and values of labels. Empty ones are left out. */
export type Labels = Readonly<Record<string, string>>;

/** One line of a metric. */
export interface MetricSample {
  /** What follows the name of the metric: `_bucket`, `_sum` and `_count` of a histogram. */
  readonly suffix?: string | undefined;
  readonly labels: Labels;
  readonly value: number;
  /** A request that is counted in it; OpenMetrics shows it. */
  readonly exemplar?: Exemplar | undefined;
}

/** One value of a histogram, and the trace that it was measured in. */
export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly value: number;
  /** Milliseconds of Unix time. */
  readonly time: number;
}

/**
 * How the values of the workers of a cluster become one. `each` is none: every worker has its own, with the label `worker`.
 * `omit` leaves a gauge out.
 */
export type Aggregate = 'sum' | 'min' | 'max' | 'average' | 'first' | 'omit' | 'each';

/** A metric as data: what is scraped is made of it. */
export interface MetricFamily {
  /** The name in the text format of Prometheus, so that of a counter ends in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';
  readonly samples: readonly MetricSample[];
  /** Default: `sum`. Counters and histograms are always summed, unless it is `each`. */
  readonly aggregate?: Aggregate | undefined;
}

const NONE: Labels = {};

/** A gauge with one value. */
export function gauge(name: string, help: string, value: number): MetricFamily {
  return { name, help, type: 'gauge', samples: [{ labels: NONE, value }] };
}

/** A counter with one value. */
export function counter(name: string, help: string, value: number): MetricFamily {
  return { name, help, type: 'counter', samples: [{ labels: NONE, value }] };
}

/** A counter with a value for each value of a label. */
export function counterBy(
  name: string,
  help: string,
  label: string,
  values: Readonly<Record<string, number>>,
): MetricFamily {
  const samples = Object.entries(values).map(([key, value]) => ({ labels: { [label]: key }, value }));
  return { name, help, type: 'counter', samples };
}

/**
 * The samples of one histogram.
 *
 * @param counts how many values are in each bucket and no lower one; one more than `bounds`
 * @param exemplars by bucket
 */
export function histogramSamples(
  labels: Labels,
  bounds: readonly number[],
  counts: readonly number[],
  sum: number,
  exemplars?: readonly (Exemplar | undefined)[],
): MetricSample[] {
  let total = 0;
  const samples: MetricSample[] = counts.map((count, at) => {
    total += count;
    const le = at < bounds.length ? String(bounds[at]) : '+Inf';
    const exemplar = exemplars?.[at];
    return { suffix: '_bucket', labels: { ...labels, le }, value: total, ...(exemplar && { exemplar }) };
  });
  samples.push({ suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: total });
  return samples;
}
