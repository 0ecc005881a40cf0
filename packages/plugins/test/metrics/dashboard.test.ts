import { readFileSync } from 'node:fs';

import type { Metrics } from '@blaizejs/plugins/metrics';
import { expect, test } from 'vitest';

import { measure } from './serve.ts';

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

const file = new URL('../../grafana-dashboard.json', import.meta.url);
const { panels } = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
const NAMES = /\b(?:http|blaizejs|nodejs|v8js|process)_[a-z0-9_]+(?=\{)/g;
const LABELS = /by \(([^)]*)\)|[{,](\w+)=~?"/g;

test('each metric and label that the dashboard names exists', async () => {
  await using measured = await measure();
  for (const path of ['/users/1', '/fails']) await measured.app.http2.request(path);
  const families = await (measured.app.server.services as { metrics: Metrics }).metrics.read();
  const names = new Set(
    families.flatMap(({ name, type }) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
  // What Prometheus adds, and labels of events that have not happened.
  const labels = new Set(['job', 'instance', 'side', 'code', 'v8js_gc_type']);
  for (const { samples } of families) {
    for (const sample of samples) for (const label of Object.keys(sample.labels)) labels.add(label);
  }
  for (const { title, targets } of panels) {
    for (const { expr } of targets) {
      const named = expr.match(NAMES) ?? [];
      expect(named.length, `${title}: ${expr}`).toBeGreaterThan(0);
      for (const name of named) expect(names, title).toContain(name);
      const used = [...expr.matchAll(LABELS)].flatMap(([, list, one]) => (one ?? list ?? '').split(', '));
      for (const label of used) expect(labels, title).toContain(label);
    }
  }
});

test('every metric is in the dashboard, but for details', async () => {
  await using measured = await measure();
  const families = await (measured.app.server.services as { metrics: Metrics }).metrics.read();
  const shown = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n');
  const missing = families.map(({ name }) => name).filter((name) => !shown.includes(name));
  expect(missing).toEqual([
    'blaizejs_tls_certificate_reloads_total',
    'process_start_time_seconds',
    'nodejs_eventloop_delay_max_seconds',
    'nodejs_eventloop_delay_p50_seconds',
    'nodejs_eventloop_delay_p90_seconds',
    'v8js_memory_heap_limit_bytes',
    'nodejs_memory_array_buffers_bytes',
  ]);
});
