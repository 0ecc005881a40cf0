/** An alternative name of a certificate (RFC 5280 section 4.2.1.6). */
export interface AlternativeName {
  readonly kind: 'dns' | 'ip' | 'email' | 'uri';
  readonly value: string;
}

const KINDS = new Map<string, AlternativeName['kind']>([
  ['DNS', 'dns'],
  ['IP Address', 'ip'],
  ['email', 'email'],
  ['URI', 'uri'],
]);
// Node writes a name as a JSON string if it has characters that could pass for another name (CVE-2021-44532).
const ENTRY = /([^:,]+):("(?:[^"\\]|\\.)*"|[^",][^,]*|)(?:, |$)/y;

/**
 * Reads what Node makes of the extension: `DNS:example.org, URI:"spiffe://a/b, c"`. If a part of it is not understood, there
 * are no names at all.
 */
export function alternativeNames(text: string | undefined): readonly AlternativeName[] {
  const names: AlternativeName[] = [];
  ENTRY.lastIndex = 0;
  while (text && ENTRY.lastIndex < text.length) {
    const entry = ENTRY.exec(text);
    if (!entry) return [];
    const [, name = '', value = ''] = entry;
    const kind = KINDS.get(name);
    if (kind) names.push({ kind, value: value.startsWith('"') ? unquote(value) : value });
  }
  return names;
}

function unquote(value: string): string {
  try {
    return JSON.parse(value) as string;
  } catch {
    return value;
  }
}
