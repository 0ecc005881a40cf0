import type { Exemplar, Labels, MetricFamily } from './family.ts';

/** What a scraper can read. */
export type Format = 'text' | 'openmetrics';

/** The values of `Content-Type`. */
export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

const TOTAL = '_total';

/** Chooses by the header `Accept`: OpenMetrics for those who prefer it, and else the text format of Prometheus. */
export function chooseFormat(accept: string | undefined): Format {
  let openmetrics = 0;
  let text = 0;
  for (const part of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = part
      .toLowerCase()
      .split(';')
      .map((each) => each.trim());
    const version = parameters.find((each) => each.startsWith('version='))?.slice('version='.length);
    const weight = Number(parameters.find((each) => each.startsWith('q='))?.slice(2) ?? 1);
    if (type === 'application/openmetrics-text' && (version === undefined || /^"?1\./.test(version))) {
      openmetrics = Math.max(openmetrics, weight);
    } else if (type === 'text/plain' || type === 'text/*' || type === '*/*') {
      text = Math.max(text, weight);
    }
  }
  return openmetrics > 0 && openmetrics >= text ? 'openmetrics' : 'text';
}

/** Writes metrics in one of the formats. */
export function expose(families: readonly MetricFamily[], format: Format): string {
  const lines: string[] = [];
  for (const family of families) {
    if (family.samples.length > 0) addFamily(lines, family, format);
  }
  if (format === 'openmetrics') lines.push('# EOF');
  return `${lines.join('\n')}\n`;
}

function addFamily(lines: string[], { name, help, type, samples }: MetricFamily, format: Format): void {
  const isCounter = type === 'counter' && format === 'openmetrics';
  // In OpenMetrics, `_total` is a suffix of the sample, which every counter has.
  const base = isCounter && name.endsWith(TOTAL) ? name.slice(0, -TOTAL.length) : name;
  const shown = type === 'untyped' && format === 'openmetrics' ? 'unknown' : type;
  lines.push(`# HELP ${base} ${escapeHelp(help, format)}`, `# TYPE ${base} ${shown}`);
  for (const { suffix = isCounter ? TOTAL : '', labels, value, exemplar } of samples) {
    const example = exemplar && format === 'openmetrics' ? toExemplar(exemplar) : '';
    lines.push(`${base}${suffix}${toLabels(labels)} ${toNumber(value)}${example}`);
  }
}

function toLabels(labels: Labels): string {
  let text = '';
  for (const name in labels) {
    const value = labels[name];
    if (value === undefined || value === '') continue;
    text += `${text === '' ? '' : ','}${name}="${escapeText(value).replaceAll('"', '\\"')}"`;
  }
  return text === '' ? '' : `{${text}}`;
}

function toExemplar({ traceId, spanId, value, time }: Exemplar): string {
  const labels = toLabels({ trace_id: traceId, span_id: spanId });
  return ` # ${labels} ${toNumber(value)} ${(time / 1000).toFixed(3)}`;
}

function toNumber(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeHelp(help: string, format: Format): string {
  const escaped = escapeText(help);
  return format === 'openmetrics' ? escaped.replaceAll('"', '\\"') : escaped;
}
