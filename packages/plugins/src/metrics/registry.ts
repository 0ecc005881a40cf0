import type { Aggregate, MetricFamily, MetricSample } from './family.ts';

/** A registry of prom-client, as far as it is needed here. */
export interface MetricsRegistry {
  getMetricsAsJSON(): Promise<readonly object[]>;
  /** Needed in a cluster, to read counters often without reading all gauges. */
  getMetricsAsArray?(): readonly object[];
}

interface Value {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string | number | undefined>>;
  readonly metricName?: string;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  /** Its types say that it is a number. */
  readonly type: unknown;
  readonly values?: readonly Value[];
  readonly aggregator?: unknown;
}

const SUMS: readonly unknown[] = ['counter', 'histogram', 'summary'];
const AGGREGATES = ['sum', 'min', 'max', 'average', 'first', 'omit'] as const satisfies readonly Aggregate[];
const TYPES = ['counter', 'gauge', 'histogram', 'summary'] as const;

/** The metrics of a registry as data. */
export async function readRegistry(registry: MetricsRegistry): Promise<MetricFamily[]> {
  const metrics = (await registry.getMetricsAsJSON()) as readonly Metric[];
  return metrics.map(toFamily);
}

/** Only those whose values are sums. The functions that collect gauges are not called: they may be expensive. */
export async function readSums(registry: MetricsRegistry): Promise<MetricFamily[]> {
  const metrics = (registry.getMetricsAsArray?.() ?? []) as readonly {
    readonly type?: unknown;
    get?(): Promise<Metric>;
  }[];
  const found = metrics.filter(({ type }) => SUMS.includes(type));
  const read = await Promise.all(found.map(async (metric) => metric.get?.()));
  // prom-client adds these only to what it exposes by itself.
  const { _defaultLabels: defaults = {} } = registry as { readonly _defaultLabels?: Value['labels'] };
  return read
    .filter((metric) => metric !== undefined)
    .map(({ values = [], ...metric }) => {
      const labelled = values.map((value) => ({ ...value, labels: { ...defaults, ...value.labels } }));
      return toFamily({ ...metric, values: labelled });
    });
}

function toFamily({ name, help, type, values = [], aggregator }: Metric): MetricFamily {
  return {
    name,
    help,
    type: TYPES.find((known) => known === type) ?? 'untyped',
    aggregate: AGGREGATES.find((known) => known === aggregator) ?? 'sum',
    samples: values.map((value) => toSample(name, value)),
  };
}

function toSample(name: string, { value, labels = {}, metricName = name }: Value): MetricSample {
  const entries = Object.entries(labels).map(([label, text]) => [label, toText(text)] as const);
  const suffix = metricName.startsWith(name) ? metricName.slice(name.length) : '';
  return {
    ...(suffix !== '' && { suffix }),
    labels: Object.fromEntries(entries),
    value,
  };
}

function toText(value: string | number | undefined): string {
  // prom-client has the bound of the last bucket as a text or a number.
  return value === Infinity ? '+Inf' : String(value ?? '');
}
