/** The alternative names of a certificate (RFC 5280 section 4.2.1.6), by kind. */
export interface AlternativeNames {
  readonly dns: readonly string[];
  /** IP addresses. */
  readonly ip: readonly string[];
  readonly email: readonly string[];
  readonly uri: readonly string[];
}

const KINDS = { DNS: 'dns', 'IP Address': 'ip', email: 'email', URI: 'uri' } as const;
// Node writes a name as a JSON string if it has characters that could pass for another name (CVE-2021-44532).
const ENTRY = /([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/y;

/**
 * Reads what Node makes of the extension: `DNS:example.org, URI:"spiffe://a/b, c"`. If a part of it is not understood, there
 * are no names at all.
 */
export function alternativeNames(text: string | undefined): AlternativeNames {
  const names = { dns: [] as string[], ip: [] as string[], email: [] as string[], uri: [] as string[] };
  if (!text) return names;
  ENTRY.lastIndex = 0;
  while (ENTRY.lastIndex < text.length) {
    const entry = ENTRY.exec(text);
    if (!entry) return { dns: [], ip: [], email: [], uri: [] };
    const [, kind = '', value = ''] = entry;
    const list = Object.hasOwn(KINDS, kind) ? KINDS[kind as keyof typeof KINDS] : undefined;
    if (list) names[list].push(value.startsWith('"') ? (JSON.parse(value) as string) : value);
  }
  return names;
}
