export type { Aggregate, Exemplar, Labels, MetricFamily, MetricSample } from './metrics/family.ts';
export { metrics, type Metrics } from './metrics/metrics.ts';
export type { MetricsOptions } from './metrics/options.ts';
export type { MetricsRegistry } from './metrics/registry.ts';
export type { Context, Plugin } from '@blaizejs/types';
