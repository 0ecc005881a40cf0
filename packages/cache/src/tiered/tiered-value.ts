/** What a tiered store keeps in its stores: a value with what it takes to copy it from the far one to the near one. */
export interface TieredValue {
  readonly value: Uint8Array;
  readonly tags: readonly string[];
  /** As `Date.now()` counts it. */
  readonly until: number;
}

const VERSION = 1;
/** Version, end, and the length of the tags. */
const HEAD = 1 + 8 + 4;

export function encodeTiered({ value, tags, until }: TieredValue): Uint8Array {
  const names = tags.length === 0 ? '' : JSON.stringify(tags);
  const length = Buffer.byteLength(names);
  const bytes = Buffer.allocUnsafe(HEAD + length + value.byteLength);
  bytes[0] = VERSION;
  bytes.writeDoubleLE(until, 1);
  bytes.writeUInt32LE(length, 9);
  bytes.write(names, HEAD);
  bytes.set(value, HEAD + length);
  return bytes;
}

/** Undefined if the bytes were not written by a tiered store. */
export function decodeTiered(bytes: Uint8Array): TieredValue | undefined {
  if (bytes.byteLength < HEAD || bytes[0] !== VERSION) return undefined;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = HEAD + view.readUInt32LE(9);
  if (start > view.byteLength) return undefined;
  try {
    const tags = start === HEAD ? [] : (JSON.parse(view.toString('utf8', HEAD, start)) as string[]);
    return { value: bytes.subarray(start), tags, until: view.readDoubleLE(1) };
  } catch {
    return undefined;
  }
}
