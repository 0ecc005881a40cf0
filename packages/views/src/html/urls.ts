import { misuse } from './values.ts';

/** What an address may do in its attribute. */
export type UrlKind = 'link' | 'list' | 'code';

const SCHEMES = new Set(['http', 'https', 'mailto', 'tel', 'sms', 'ftp', 'ftps', 'xmpp', 'matrix']);

/** What takes the place of an address that would run a script. Browsers go nowhere with it. */
export const BLOCKED = 'about:invalid';

// Browsers take out tabs and line breaks anywhere, and control characters and spaces at the start (WHATWG URL, section 4.4). An
// address has none of these, so all of them are ignored anywhere.
const IGNORED = /[\0-\x20\x7f-\xa0\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]+/g;

/** Whether the start of an address, as the template has it, decides where it leads, whatever follows. */
export function isFixed(prefix: string, kind: UrlKind): boolean {
  const start = prefix.replaceAll(IGNORED, '');
  if (kind === 'list') return false;
  // A host that is complete; for a link, any scheme that the template spells out.
  if (/^(?:https?:)?\/\/[^/?#\\]+[/?#]/i.test(start)) return true;
  if (/^\/[^/\\]/.test(start) || /^(?:\.\.?\/|[?#])/.test(start)) return true;
  return kind === 'link' && /^[a-z][a-z\d+.-]*:|^[^:/?#]*[/?#]/i.test(start);
}

/** Whether a template itself spells out a scheme into which no value can be put safely. */
export function isScriptScheme(prefix: string): boolean {
  const start = prefix.replaceAll(IGNORED, '').toLowerCase();
  return /^(?:javascript|vbscript|livescript):|^data:(?!image\/(?:png|gif|jpe?g|webp|avif);)/.test(start);
}

/** Whether an address is safe at first sight: one that has a scheme can't begin like this, or has a safe one. */
export function isPlainLink(url: string): boolean {
  const first = url.charCodeAt(0);
  // `/`, `?` and `#`
  return (
    first === 47 || first === 63 || first === 35 || url.startsWith('https://') || url.startsWith('http://')
  );
}

/** An address for an attribute, or {@link BLOCKED}. @throws BlaizeError for code of another site */
export function safeUrl(url: string, kind: UrlKind, where: string): string {
  if (kind === 'list') return url.split(/[\s,]+/).every((each) => isSafe(each)) ? url : BLOCKED;
  if (kind === 'link') return isSafe(url) ? url : BLOCKED;
  const bare = url.replaceAll(IGNORED, '');
  if (isSafe(url) && !/^[/\\]{2}|^[^/?#]*:/.test(bare)) return url;
  throw misuse(
    `${where} loads code, so a value may only name a path of this site. If the template has the host, it may follow that; ` +
      'else pass unsafe(url), if nobody else can choose it.',
  );
}

function isSafe(url: string): boolean {
  const scheme = /^([^/?#:]*):/.exec(url.replaceAll(IGNORED, ''))?.[1];
  return scheme === undefined || SCHEMES.has(scheme.toLowerCase());
}
