import type { Check } from '@blaizejs/errors/internal';

// A name of labels, perhaps with a wildcard for the first ones, or an address; then perhaps a port.
const HOST = /^(?:(?:\*\.)?[a-z\d_](?:[a-z\d_.-]*[a-z\d_])?|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/** The check of one host. */
export const hostRule: Check<string> = (value, path, report) => {
  if (typeof value !== 'string' || !HOST.test(value) || !isCanonical(value)) {
    report(path, value, 'a host such as "example.com", "*.example.com" or "localhost:3000"', suggest(value));
  }
  return value as string;
};

function isCanonical(host: string): boolean {
  const text = host.replace('*.', '');
  return URL.canParse(`http://${text}`) && !text.includes('..');
}

function suggest(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const [, host] = /^https?:\/\/([^/?#@]+)/i.exec(value) ?? [];
  return host === undefined ? undefined : `Write only the host: ${JSON.stringify(host)}.`;
}

/** Whether the host of a URL is one of a list. Compared as URLs are: in lower case, with addresses in their short form. */
export function compileHosts(hosts: readonly string[]): (url: URL) => boolean {
  const exact = new Set<string>();
  const below: { readonly suffix: string; readonly port: string | undefined }[] = [];
  for (const host of hosts) {
    const [, stars = '', name = '', port] = /^(\*\.)?(.+?)(?::(\d+))?$/.exec(host) ?? [];
    const { hostname } = new URL(`http://${name}`);
    if (stars) below.push({ suffix: `.${hostname}`, port });
    else exact.add(port === undefined ? hostname : `${hostname}:${port}`);
  }
  return ({ hostname, port, protocol }) => {
    // `example.com.` is the same name, spelled out (RFC 1034 section 3.1).
    const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
    const asked = port || (protocol === 'https:' ? '443' : '80');
    return (
      exact.has(name) ||
      exact.has(`${name}:${asked}`) ||
      below.some((rule) => isBelow(name, rule.suffix) && (rule.port ?? asked) === asked)
    );
  };
}

/** `.example.com` has an empty label: it is no name. */
function isBelow(name: string, suffix: string): boolean {
  return name.length > suffix.length && name.endsWith(suffix);
}
