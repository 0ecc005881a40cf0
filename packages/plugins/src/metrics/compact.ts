import type { Aggregate, Labels, MetricFamily, MetricSample } from './family.ts';

/** JSON has no NaN and no Infinity. */
type Num = number | string;

/** A series of a histogram: labels, its buckets by upper bound (not cumulative), and the sum. */
type CompactHistogram = readonly [Labels, readonly (readonly [string, Num])[], Num];
/** Any other sample: labels, value and suffix. */
type CompactSample = readonly [Labels, Num] | readonly [Labels, Num, string];

/** A family as it is sent between processes: the labels of a histogram are there once, and not once per bucket. */
export interface CompactFamily {
  readonly name: string;
  readonly help: string;
  readonly type: MetricFamily['type'];
  readonly aggregate?: Aggregate | undefined;
  readonly samples: readonly (CompactHistogram | CompactSample)[];
}

/** Histograms as buckets that can be added: by labels, then by bound. */
export interface Histogram {
  readonly labels: Labels;
  readonly buckets: Map<string, number>;
  sum: number;
}

/** Makes a family small. */
export function pack({ name, help, type, aggregate, samples }: MetricFamily): CompactFamily {
  const packed =
    type === 'histogram'
      ? toHistograms(samples).map(({ labels, buckets, sum }): CompactHistogram => [
          labels,
          [...buckets].map(([le, count]) => [le, toJson(count)] as const),
          toJson(sum),
        ])
      : samples.map(({ labels, value, suffix }): CompactSample => {
          return suffix === undefined ? [labels, toJson(value)] : [labels, toJson(value), suffix];
        });
  return { name, help, type, ...(aggregate && { aggregate }), samples: packed };
}

/** The inverse of {@link pack}. */
export function unpack({ samples, ...family }: CompactFamily): MetricFamily {
  const unpacked =
    family.type === 'histogram'
      ? (samples as readonly CompactHistogram[]).flatMap(([labels, buckets, sum]) =>
          fromHistogram({
            labels,
            buckets: new Map(buckets.map(([le, count]) => [le, Number(count)])),
            sum: Number(sum),
          }),
        )
      : (samples as readonly CompactSample[]).map(([labels, value, suffix]): MetricSample => {
          return { labels, value: Number(value), ...(suffix !== undefined && { suffix }) };
        });
  return { ...family, samples: unpacked };
}

/** Samples of a family of histograms, by their labels. */
export function toHistograms(samples: readonly MetricSample[]): Histogram[] {
  const found = new Map<string, Histogram & { below: number }>();
  for (const { suffix, labels, value } of samples) {
    const { le = '+Inf', ...others } = labels;
    const key = seriesKey(others);
    let histogram = found.get(key);
    if (!histogram) found.set(key, (histogram = { labels: others, buckets: new Map(), sum: 0, below: 0 }));
    if (suffix === '_sum') histogram.sum = value;
    if (suffix !== '_bucket') continue;
    histogram.buckets.set(le, value - histogram.below);
    histogram.below = value;
  }
  return [...found.values()].map(({ labels, buckets, sum }) => ({ labels, buckets, sum }));
}

/** The samples of one histogram, cumulative again. */
export function fromHistogram({ labels, buckets, sum }: Histogram): MetricSample[] {
  let total = 0;
  const samples: MetricSample[] = [...buckets]
    .sort(([a], [b]) => toBound(a) - toBound(b))
    .map(([le, count]) => {
      total += count;
      return { suffix: '_bucket', labels: { ...labels, le }, value: total };
    });
  samples.push({ suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: total });
  return samples;
}

/** The same for the same labels, in whatever order they are. */
export function seriesKey(labels: Labels): string {
  return JSON.stringify(
    Object.entries(labels)
      .filter(([, value]) => value !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function toBound(le: string): number {
  return le === '+Inf' ? Infinity : Number(le);
}

function toJson(value: number): Num {
  return Number.isFinite(value) ? value : String(value);
}
