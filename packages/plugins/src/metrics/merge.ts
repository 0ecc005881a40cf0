import { fromHistogram, type Histogram, seriesKey, toHistograms } from './compact.ts';
import type { MetricFamily, MetricSample } from './family.ts';

/** The metrics of one worker. */
export interface Share {
  /** Undefined for workers that have ended: only what never falls counts of them. */
  readonly worker: number | undefined;
  readonly families: readonly MetricFamily[];
}

/** Joins the metrics of several workers: one family for each name. */
export function mergeShares(shares: readonly Share[]): MetricFamily[] {
  const byName = new Map<string, { first: MetricFamily; parts: Part[] }>();
  for (const { worker, families } of shares) {
    for (const family of families) {
      if (worker === undefined && !neverFalls(family)) continue;
      const known = byName.get(family.name);
      const part = { worker, family };
      // Of two that contradict each other, as new code may the old, the first one counts.
      if (!known) byName.set(family.name, { first: family, parts: [part] });
      else if (known.first.type === family.type) known.parts.push(part);
    }
  }
  return [...byName.values()].flatMap(({ first, parts }) => {
    const samples = mergeParts(first, parts);
    return first.aggregate === 'omit' && first.type === 'gauge' ? [] : [{ ...first, samples }];
  });
}

/** What a worker leaves behind: sums that may never fall. Values for each process end with it. */
export function neverFalls({ type, aggregate }: MetricFamily): boolean {
  return aggregate !== 'each' && (type === 'counter' || type === 'histogram' || type === 'summary');
}

interface Part {
  readonly worker: number | undefined;
  readonly family: MetricFamily;
}

function mergeParts({ type, aggregate }: MetricFamily, parts: readonly Part[]): MetricSample[] {
  if (aggregate === 'each') {
    return parts.flatMap(({ worker, family: { samples } }) =>
      samples.map((sample) => ({ ...sample, labels: { ...sample.labels, worker: String(worker ?? '') } })),
    );
  }
  const samples = parts.flatMap(({ family }) => family.samples);
  if (type === 'histogram') return mergeHistograms(parts.map(({ family }) => toHistograms(family.samples)));
  // Quantiles of several processes say nothing about all of them.
  if (type === 'summary')
    return mergeSamples(
      samples.filter(({ suffix }) => suffix !== undefined),
      'sum',
    );
  return mergeSamples(samples, type === 'gauge' ? (aggregate ?? 'sum') : 'sum');
}

/** Each value is added to the bucket of its own bound, so that new code may have other buckets than the old. */
function mergeHistograms(parts: readonly (readonly Histogram[])[]): MetricSample[] {
  const merged = new Map<string, Histogram>();
  for (const { labels, buckets, sum } of parts.flat()) {
    const key = seriesKey(labels);
    let known = merged.get(key);
    if (!known) merged.set(key, (known = { labels, buckets: new Map(), sum: 0 }));
    for (const [le, count] of buckets) known.buckets.set(le, (known.buckets.get(le) ?? 0) + count);
    known.sum += sum;
  }
  return [...merged.values()].flatMap(fromHistogram);
}

type Rule = 'sum' | 'min' | 'max' | 'average' | 'first' | 'omit';

function mergeSamples(samples: readonly MetricSample[], rule: Rule): MetricSample[] {
  const found = new Map<string, { readonly sample: MetricSample; readonly values: number[] }>();
  for (const sample of samples) {
    const key = `${sample.suffix ?? ''}${seriesKey(sample.labels)}`;
    const known = found.get(key);
    if (known) known.values.push(sample.value);
    else found.set(key, { sample, values: [sample.value] });
  }
  return [...found.values()].map(({ sample, values }) => ({ ...sample, value: reduce(values, rule) }));
}

function reduce(values: readonly number[], rule: Rule): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (rule) {
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    case 'average':
      return sum / values.length;
    case 'first':
      return values[0] as number;
    default:
      return sum;
  }
}
