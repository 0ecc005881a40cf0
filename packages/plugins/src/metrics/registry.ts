import type { MetricFamily, MetricSample } from './family.ts';

/** A registry of prom-client, as far as it is needed here. */
export interface MetricsRegistry {
  getMetricsAsJSON(): Promise<readonly object[]>;
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
}

const TYPES = ['counter', 'gauge', 'histogram', 'summary'] as const;

/** The metrics of a registry as data. */
export async function readRegistry(registry: MetricsRegistry): Promise<MetricFamily[]> {
  const metrics = (await registry.getMetricsAsJSON()) as readonly Metric[];
  return metrics.map(({ name, help, type, values = [] }) => ({
    name,
    help,
    type: TYPES.find((known) => known === type) ?? 'untyped',
    samples: values.map((value) => toSample(name, value)),
  }));
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
