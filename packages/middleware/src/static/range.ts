/** The first and the last byte. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

// More are more work than they are worth to an honest client.
const MAX_RANGES = 32;

/**
 * Reads a `Range` (RFC 9110 section 14.2). It is ignored, and the whole file sent, if it is malformed, is in another unit than
 * bytes, or asks for several parts of the file: a server need not send these as `multipart/byteranges`.
 *
 * @param size of the file
 * @returns the only part that there is; `'unsatisfiable'` if none of them lies in the file; undefined to ignore it
 */
export function readRange(header: string, size: number): ByteRange | 'unsatisfiable' | undefined {
  const unit = /^\s*bytes\s*=/i.exec(header);
  if (!unit) return undefined;
  const specs = header.slice(unit[0].length).split(',', MAX_RANGES + 1);
  if (specs.length > MAX_RANGES) return undefined;
  let only: ByteRange | undefined;
  let asked = 0;
  let found = 0;
  for (const spec of specs) {
    const text = spec.trim();
    // Members of a list may be empty (RFC 9110 section 5.6.1.2).
    if (text === '') continue;
    const match = /^(\d*)-(\d*)$/.exec(text);
    if (!match) return undefined;
    const range = toRange(match[1] ?? '', match[2] ?? '', size);
    if (range === 'malformed') return undefined;
    asked += 1;
    if (range === undefined) continue;
    found += 1;
    only = range;
  }
  if (asked === 0 || found > 1) return undefined;
  // Of an empty file there is no part that a Content-Range could name.
  return only ?? (size === 0 ? undefined : 'unsatisfiable');
}

function toRange(first: string, last: string, size: number): ByteRange | 'malformed' | undefined {
  if (first === '' && last === '') return 'malformed';
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? undefined : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return 'malformed';
  if (start >= size) return undefined;
  return { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}
