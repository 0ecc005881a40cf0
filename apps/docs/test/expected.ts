/** What a page says that something prints, as a pattern: met to the letter, `…` being whatever is in its place. */
export function asPattern(text: string): RegExp {
  const escaped = text.trim().replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('…', '.*')}$`);
}
