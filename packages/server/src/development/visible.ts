// Control characters, which a terminal obeys, and characters that change the direction of text or are invisible
// (CVE-2021-42574).
const HIDDEN = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u200b\u2028\u2029\ufeff]/gu;

/** Writes out hidden characters, such as `\u001b`. Cuts the text after `length` characters. */
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
