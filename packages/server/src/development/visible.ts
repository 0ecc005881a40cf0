// Control characters act on a terminal; the others turn the direction of text, or can't be seen (CVE-2021-42574).
const HIDDEN = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u200b\u2028\u2029\ufeff]/gu;

/** Text in which nothing is hidden: `\u001b` and the like are written out. Cut after `length` characters. */
export function visible(text: string, length = 2_000): string {
  const cut = text.length > length ? `${text.slice(0, length)}…` : text;
  return cut
    .toWellFormed()
    .replaceAll(HIDDEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Text on one line. */
export function oneLine(text: string, length = 200): string {
  return visible(text.trim().replaceAll(/\s+/g, ' '), length);
}
