/**
 * Whether a browser asks (RFC 9110 section 12.5.1): HTML is named, and nothing that JSON is sent as is preferred to
 * it. Of what is as good as HTML, the first one counts.
 */
export function prefersHtml(accept = ''): boolean {
  let html = 0;
  let json = 0;
  let first = '';
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const kind = type === 'text/html' ? 'html' : /^application\/(?:[^/]+\+)?json$/.test(type) ? 'json' : '';
    if (kind === '') continue;
    const quality = qualityOf(parameters);
    if (quality > 0) first ||= kind;
    if (kind === 'html') html = Math.max(html, quality);
    else json = Math.max(json, quality);
  }
  return html > json || (html > 0 && html === json && first === 'html');
}

function qualityOf(parameters: readonly string[]): number {
  const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
  return Number.isNaN(quality) ? 0 : Math.min(1, Math.max(0, quality));
}
