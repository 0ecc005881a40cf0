import { type Check, didYouMean, isObject, join, type Report } from '@blaizejs/errors/internal';

/** A directive of a Content-Security-Policy that lists sources. */
export type CspSourceDirective =
  | 'default-src'
  | 'script-src'
  | 'script-src-elem'
  | 'script-src-attr'
  | 'style-src'
  | 'style-src-elem'
  | 'style-src-attr'
  | 'img-src'
  | 'font-src'
  | 'connect-src'
  | 'media-src'
  | 'object-src'
  | 'frame-src'
  | 'child-src'
  | 'worker-src'
  | 'manifest-src'
  | 'base-uri'
  | 'form-action'
  | 'frame-ancestors';

/** A directive that lists something else. */
export type CspListDirective =
  'report-to' | 'report-uri' | 'require-trusted-types-for' | 'sandbox' | 'trusted-types';

/**
 * A Content-Security-Policy by directive. What it does not name stays as by default; `false` leaves a directive out.
 *
 * ```ts
 * { 'img-src': ["'self'", 'https://images.example.com'], 'frame-ancestors': ["'self'"] }
 * ```
 */
export type ContentSecurityPolicy = {
  readonly [Name in CspSourceDirective | CspListDirective]?: readonly string[] | false | undefined;
} & {
  /** Whether browsers load over https what the page names with http. Sent over https only. Default: true. */
  readonly 'upgrade-insecure-requests'?: boolean | undefined;
};

/** The directives of a policy with their sources, in the order in which they are sent. */
export type Directives = ReadonlyMap<string, readonly string[]>;

/** The name of the directive that is not sent over http, where it would break every link. */
export const UPGRADE = 'upgrade-insecure-requests';

/** What OWASP's Secure Headers Project and MDN recommend for a site that loads only its own files. */
const DEFAULTS: Directives = new Map([
  ['default-src', ["'self'"]],
  ['base-uri', ["'none'"]],
  ['form-action', ["'self'"]],
  ['frame-ancestors', ["'none'"]],
  ['object-src', ["'none'"]],
  ['script-src-attr', ["'none'"]],
  [UPGRADE, []],
]);

const SOURCES: ReadonlySet<string> = new Set<CspSourceDirective>([
  'default-src',
  'script-src',
  'script-src-elem',
  'script-src-attr',
  'style-src',
  'style-src-elem',
  'style-src-attr',
  'img-src',
  'font-src',
  'connect-src',
  'media-src',
  'object-src',
  'frame-src',
  'child-src',
  'worker-src',
  'manifest-src',
  'base-uri',
  'form-action',
  'frame-ancestors',
]);
const LISTS: ReadonlySet<string> = new Set<CspListDirective>([
  'report-to',
  'report-uri',
  'require-trusted-types-for',
  'sandbox',
  'trusted-types',
]);
const NAMES = [...SOURCES, ...LISTS, UPGRADE];

const KEYWORDS = [
  ...['self', 'none', 'unsafe-inline', 'unsafe-eval', 'unsafe-hashes', 'strict-dynamic', 'report-sample'],
  ...['wasm-unsafe-eval', 'inline-speculation-rules', 'script', 'allow-duplicates'],
];
const HASH = /^sha(?:256|384|512)-[\w+/-]+={0,2}$/;
// Visible ASCII. A semicolon would begin the next directive, and a comma the next policy.
const ITEM = /^[\x21-\x2b\x2d-\x3a\x3c-\x7e]+$/;
const EXPECTED = 'a list of sources such as ["\'self\'"], or false';

/**
 * The check for a policy. Nothing that it lets through ends a directive, a policy or a header.
 *
 * @param options `reportOnly` for a policy that only reports, where some directives have no meaning
 */
export function policy({ reportOnly }: { readonly reportOnly: boolean }): Check<Directives | undefined> {
  return (value, path, report) => {
    if (value === false) return undefined;
    if (!isObject(value)) {
      report(path, value, 'an object such as { "img-src": ["\'self\'"] }, or false');
      return undefined;
    }
    const directives = new Map(DEFAULTS);
    if (reportOnly) directives.delete(UPGRADE);
    for (const [name, items] of Object.entries(value)) {
      const at = join(path, name);
      if (!NAMES.includes(name)) {
        report(at, items, `one of the directives ${NAMES.join(', ')}`, didYouMean(name, NAMES));
      } else if (reportOnly && (name === UPGRADE || name === 'sandbox')) {
        report(at, items, 'nothing: browsers ignore it in a policy that only reports');
      } else if (items === false) directives.delete(name);
      else if (name === UPGRADE) {
        if (items !== true && items !== undefined) report(at, items, 'true or false');
      } else if (items !== undefined) {
        directives.set(name, checkItems(items, at, report, name));
      }
    }
    return directives.size > 0 ? directives : undefined;
  };
}

function checkItems(items: unknown, path: string, report: Report, name: string): readonly string[] {
  if (!Array.isArray(items)) {
    report(path, items, EXPECTED, typeof items === 'string' ? 'Write a list.' : undefined);
    return [];
  }
  // `sandbox` without anything is the strictest; without a source, a directive looks like a mistake.
  if (items.length === 0 && name !== 'sandbox')
    report(path, items, 'at least one source', "Write `'none'` in quotes.");
  for (const [index, item] of items.entries()) checkItem(item, `${path}[${index}]`, report, name);
  if (items.includes("'none'") && items.length > 1) report(path, items, "'none' alone, or other sources");
  return items as string[];
}

function checkItem(item: unknown, path: string, report: Report, directive: string): void {
  if (typeof item !== 'string' || !ITEM.test(item)) {
    return report(path, item, 'one source, in ASCII and without space, comma and semicolon');
  }
  if (!SOURCES.has(directive) && !item.startsWith("'")) return;
  const bare = item.replaceAll("'", '');
  if (/^nonce-/i.test(bare)) {
    return report(path, item, 'no nonce', 'Each answer needs its own: use the option `nonces`.');
  }
  const isKnown = KEYWORDS.includes(bare.toLowerCase()) || HASH.test(bare);
  if (isKnown && item !== `'${bare}'`) {
    return report(path, item, 'a keyword in single quotes', `Write \`"'${bare}'"\`.`);
  }
  if (!isKnown && item !== bare) {
    report(path, item, 'a keyword, a host or a scheme', didYouMean(bare, KEYWORDS));
  }
}
