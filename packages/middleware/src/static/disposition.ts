/** `Content-Disposition` for a file to be saved (RFC 6266). @param name as the user shall see it */
export function attachment(name: string): string {
  // A path in it would only confuse; a line break would not be a header.
  const plain = (name.split(/[/\\]/).at(-1) ?? '')
    .toWellFormed()
    // eslint-disable-next-line no-control-regex -- these are what must not be in a header
    .replaceAll(/[\x00-\x1f\x7f]/g, '');
  if (plain === '') return 'attachment';
  const ascii = plain.replaceAll(/[^\x20-\x7e]/g, '_').replaceAll(/[%"]/g, '_');
  if (ascii === plain) return `attachment; filename="${plain}"`;
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeExtended(plain)}`;
}

/** RFC 8187 section 3.2.1. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
