const SPECIAL = /["&'<>\0]/;

/**
 * What stands for a part that is not there yet. Nothing else in a page has this character: HTML forbids it, and everything that
 * could bring it in replaces it, as browsers do.
 */
export const LATER = '\0';

/** Escapes text for an element and for a quoted attribute. */
export function escapeText(text: string): string {
  let at = text.search(SPECIAL);
  if (at === -1) return text;
  let escaped = '';
  let from = 0;
  for (; at < text.length; at++) {
    let entity: string;
    switch (text.charCodeAt(at)) {
      case 38:
        entity = '&amp;';
        break;
      case 60:
        entity = '&lt;';
        break;
      case 62:
        entity = '&gt;';
        break;
      case 34:
        entity = '&quot;';
        break;
      case 39:
        entity = '&#39;';
        break;
      case 0:
        entity = '\ufffd';
        break;
      default:
        continue;
    }
    escaped += text.slice(from, at) + entity;
    from = at + 1;
  }
  return escaped + text.slice(from);
}

/** Takes out what stands for a part that comes later. */
export function withoutNul(text: string): string {
  return text.includes(LATER) ? text.replaceAll(LATER, '\ufffd') : text;
}

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  colon: ':',
  sol: '/',
  tab: '\t',
  newline: '\n',
  grave: '`',
};

/** What the author of a template may have written for characters that matter to URLs and scripts, as browsers read it. */
export function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{2,7}));?/gi,
    (entity, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return NAMED[name.toLowerCase()] ?? entity;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : '\ufffd';
    },
  );
}
