// Control characters, and what nobody sees: two names would look the same, and with characters that change the direction of
// text, `gpj.exe` would look like `exe.jpg`.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
// The blank pattern of Braille looks like a space, too.
const SPACES = /[\p{Zs}\u2800]/gu;
// Not allowed in names on Windows, where `a.txt:b` is also another stream of the same file.
const RESERVED = /[<>:"|?*]/g;
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;
const MAX_BYTES = 255;

/**
 * Makes the name of a file safe: the last part of a path, without control and invisible characters, no `.` or `..`, no name of a device,
 * and at most 255 bytes in UTF-8. A name of which nothing is left becomes `unnamed`.
 */
export function safeFileName(original: string): string {
  const last = original.replace(INVISIBLE, '').replace(SPACES, ' ').split(/[/\\]/).at(-1) ?? '';
  const name = last
    .replace(/^[a-z]:/i, '')
    .replace(RESERVED, '_')
    .replace(/^ +/, '');
  return shorten(withoutEnd(name).replace(DEVICE, '_$&')) || 'unnamed';
}

/** Removes dots and spaces at the end, which Windows ignores. */
function withoutEnd(name: string): string {
  let end = name.length;
  while (end > 0 && (name[end - 1] === '.' || name[end - 1] === ' ')) end -= 1;
  return name.slice(0, end);
}

/** Cuts a name that is too long, before its extension. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name;
  const extension = /\.[\w-]{1,16}$/.exec(name)?.[0] ?? '';
  let stem = '';
  let size = extension.length;
  for (const character of name.slice(0, name.length - extension.length)) {
    size += Buffer.byteLength(character);
    if (size > MAX_BYTES) break;
    stem += character;
  }
  return withoutEnd(stem) + extension;
}
