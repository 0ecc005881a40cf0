/** What a cache keeps under a key. */
export type CacheRecord = ValueRecord | Lease;

/** A value that was loaded. */
export interface ValueRecord {
  readonly kind: 'value';
  /** Undefined if the value is `undefined`. */
  readonly json: string | undefined;
  readonly tags: readonly string[];
  /** Times as `Date.now()` counts them. */
  readonly freshUntil: number;
  /** When the store forgets it. */
  readonly until: number;
  /** Milliseconds without a reader after which it ends; 0 if that does not matter. */
  readonly idle: number;
  /** When it ends if nobody reads it. */
  readonly idleUntil: number;
}

/**
 * Takes the place of a value while it is loaded, with its tags. Who loads stores the value only if the lease is still
 * there: whatever purges the key or a tag takes it away.
 */
export interface Lease {
  readonly kind: 'lease';
  readonly tags: readonly string[];
  readonly until: number;
}

const VERSION = 1;
const KINDS = { value: 1, undefined: 2, lease: 3 } as const;
/** Version, kind, what makes it unique, four times, and the length of the tags. */
const HEAD = 2 + 16 + 4 * 8 + 4;

/** Eight random bytes of this process, and a count. */
let unique: Buffer | undefined;

/** As bytes, which are never equal to those of another record. */
export function encodeRecord(record: CacheRecord): Uint8Array {
  const isLease = record.kind === 'lease';
  const tags = record.tags.length === 0 ? '' : JSON.stringify(record.tags);
  const json = isLease ? '' : (record.json ?? '');
  const tagsLength = Buffer.byteLength(tags);
  const bytes = Buffer.allocUnsafe(HEAD + tagsLength + Buffer.byteLength(json));
  bytes[0] = VERSION;
  bytes[1] = isLease ? KINDS.lease : record.json === undefined ? KINDS.undefined : KINDS.value;
  if (!unique) unique = Buffer.from(crypto.getRandomValues(new Uint8Array(16)).fill(0, 8));
  unique.writeDoubleLE(unique.readDoubleLE(8) + 1, 8);
  unique.copy(bytes, 2);
  bytes.writeDoubleLE(isLease ? 0 : record.freshUntil, 18);
  bytes.writeDoubleLE(record.until, 26);
  bytes.writeDoubleLE(isLease ? 0 : record.idle, 34);
  bytes.writeDoubleLE(isLease ? 0 : record.idleUntil, 42);
  bytes.writeUInt32LE(tagsLength, 50);
  bytes.write(tags, HEAD);
  bytes.write(json, HEAD + tagsLength);
  return bytes;
}

/** Undefined if they are not the bytes of a record: somebody else's, or those of another version. */
export function decodeRecord(bytes: Uint8Array): CacheRecord | undefined {
  if (bytes.byteLength < HEAD || bytes[0] !== VERSION) return undefined;
  const view =
    bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = HEAD + view.readUInt32LE(50);
  const until = view.readDoubleLE(26);
  try {
    const kind = view[1];
    const tags = start === HEAD ? NO_TAGS : (JSON.parse(view.toString('utf8', HEAD, start)) as string[]);
    if (kind === KINDS.lease) return { kind: 'lease', tags, until };
    if (kind !== KINDS.value && kind !== KINDS.undefined) return undefined;
    return {
      kind: 'value',
      json: kind === KINDS.undefined ? undefined : view.toString('utf8', start),
      tags,
      freshUntil: view.readDoubleLE(18),
      until,
      idle: view.readDoubleLE(34),
      idleUntil: view.readDoubleLE(42),
    };
  } catch {
    return undefined;
  }
}

const NO_TAGS: readonly string[] = [];
