import { createHash } from 'node:crypto';

/** What a file says. */
export interface EntryFile extends EntryMeta {
  readonly value: Uint8Array;
}

/** What a file says besides its value. */
export interface EntryMeta {
  readonly key: string;
  /** Tags, and what their last purge was when the value was stored. */
  readonly tags: readonly (readonly [tag: string, purge: string])[];
  /** As `Date.now()` counts it; `Infinity` if it has no end. */
  readonly until: number;
}

const MAGIC = Buffer.from('BLZ1');
const CHECKSUM = 16;
/** Magic, checksum of what follows, end, and the length of key and tags. */
export const HEAD = MAGIC.byteLength + CHECKSUM + 8 + 4;
const END_AT = MAGIC.byteLength + CHECKSUM;

export function encodeFile({ key, tags, until, value }: EntryFile): Buffer {
  const meta = Buffer.from(JSON.stringify([key, tags]));
  const bytes = Buffer.allocUnsafe(HEAD + meta.byteLength + value.byteLength);
  MAGIC.copy(bytes);
  bytes.writeDoubleLE(until, END_AT);
  bytes.writeUInt32LE(meta.byteLength, END_AT + 8);
  meta.copy(bytes, HEAD);
  bytes.set(value, HEAD + meta.byteLength);
  checksum(bytes).copy(bytes, MAGIC.byteLength);
  return bytes;
}

/** Undefined if the file is damaged, or somebody else's. */
export function decodeFile(bytes: Buffer): EntryFile | undefined {
  if (bytes.byteLength < HEAD || !checksum(bytes).equals(bytes.subarray(MAGIC.byteLength, END_AT)))
    return undefined;
  const start = HEAD + metaLength(bytes);
  const meta = decodeMeta(bytes);
  return meta && { ...meta, value: bytes.subarray(start) };
}

/** Reads the beginning of a file, without a look at its checksum. */
export function decodeMeta(bytes: Buffer): EntryMeta | undefined {
  if (bytes.byteLength < HEAD || !bytes.subarray(0, MAGIC.byteLength).equals(MAGIC)) return undefined;
  try {
    const text = bytes.toString('utf8', HEAD, HEAD + metaLength(bytes));
    const [key, tags] = JSON.parse(text) as [string, EntryMeta['tags']];
    return { key, tags, until: bytes.readDoubleLE(END_AT) };
  } catch {
    return undefined;
  }
}

/** Bytes of key and tags, which follow the head. */
export function metaLength(head: Buffer): number {
  return head.readUInt32LE(END_AT + 8);
}

function checksum(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes.subarray(END_AT)).digest().subarray(0, CHECKSUM);
}
