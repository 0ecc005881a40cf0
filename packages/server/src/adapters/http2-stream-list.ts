import type { ServerHttp2Session } from 'node:http2';
import { isMap, isSet } from 'node:util/types';

// The major versions of Node whose lib/internal/http2/core.js was read: it uses only methods that the classes below have.
const KNOWN_NODES: readonly number[] = [20, 22, 24, 26];

/** The part of Node's private state of a session that holds its streams. */
interface SessionState {
  streams: unknown;
  pendingStreams: unknown;
}

interface Entry<T> {
  readonly id: number;
  stream: T;
  next: Entry<T> | undefined;
}

// A session that is idle, or has few streams, needs few. Those that it once needed stay, up to the most.
const LEAST_BUCKETS = 4;
const MOST_BUCKETS = 64;

/**
 * The streams of a session by id. Replaces Node's Map, and keeps no reference to a deleted stream.
 *
 * A Map gets a new table every few entries, and each outgrown table points to the next one. Once one of them dies in the old
 * generation, all later ones and the streams in them are promoted too, until the next full collection. An entry here is
 * unlinked when it is deleted, and the array of buckets is never replaced while the number of streams is steady.
 */
export class StreamList<T> {
  #buckets = emptyBuckets<T>(LEAST_BUCKETS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): T | undefined {
    return this.#find(id)?.stream;
  }

  has(id: number): boolean {
    return this.#find(id) !== undefined;
  }

  set(id: number, stream: T): this {
    const known = this.#find(id);
    if (known) {
      known.stream = stream;
      return this;
    }
    if (this.#size === this.#buckets.length) this.#grow();
    const buckets = this.#buckets;
    const bucket = bucketOf(id, buckets.length);
    buckets[bucket] = { id, stream, next: buckets[bucket] };
    this.#size += 1;
    return this;
  }

  delete(id: number): boolean {
    const buckets = this.#buckets;
    const bucket = bucketOf(id, buckets.length);
    let before: Entry<T> | undefined;
    let entry = buckets[bucket];
    while (entry && entry.id !== id) {
      before = entry;
      entry = entry.next;
    }
    if (!entry) return false;
    if (before) before.next = entry.next;
    else buckets[bucket] = entry.next;
    entry.next = undefined;
    this.#size -= 1;
    if (this.#size === 0 && buckets.length > MOST_BUCKETS) this.#buckets = emptyBuckets(MOST_BUCKETS);
    return true;
  }

  /**
   * Calls back for each stream in the list at the time of the call, in order of id, except those that are deleted before
   * their turn. Node destroys streams this way.
   */
  forEach(callback: (stream: T, id: number, streams: this) => void): void {
    for (const { id, stream } of this.#entries()) if (this.has(id)) callback(stream, id, this);
  }

  *values(): Generator<T, void> {
    for (const { id, stream } of this.#entries()) if (this.has(id)) yield stream;
  }

  #find(id: number): Entry<T> | undefined {
    const buckets = this.#buckets;
    let entry = buckets[bucketOf(id, buckets.length)];
    while (entry && entry.id !== id) entry = entry.next;
    return entry;
  }

  #entries(): Entry<T>[] {
    const entries: Entry<T>[] = [];
    for (let entry of this.#buckets) for (; entry; entry = entry.next) entries.push(entry);
    return entries.sort((a, b) => a.id - b.id);
  }

  #grow(): void {
    const entries = this.#entries();
    const buckets = emptyBuckets<T>(2 * this.#buckets.length);
    for (const entry of entries) {
      const bucket = bucketOf(entry.id, buckets.length);
      entry.next = buckets[bucket];
      buckets[bucket] = entry;
    }
    this.#buckets = buckets;
  }
}

/**
 * Streams that have no id yet. Replaces Node's Set. A server has at most one, which gets its id in the constructor of the
 * stream; in a Set, this outgrows a table every four streams.
 */
export class PendingStreams<T> {
  #first: T | undefined;
  /** Those that were added after it. */
  #others: Set<T> | undefined;

  get size(): number {
    return this.#streams().length;
  }

  has(stream: T): boolean {
    return this.#first === stream || this.#others?.has(stream) === true;
  }

  add(stream: T): this {
    if (this.has(stream)) return this;
    if (this.#first === undefined && this.#others === undefined) this.#first = stream;
    else (this.#others ??= new Set()).add(stream);
    return this;
  }

  delete(stream: T): boolean {
    if (this.#first === stream) {
      this.#first = undefined;
      return true;
    }
    const isDeleted = this.#others?.delete(stream) === true;
    if (this.#others?.size === 0) this.#others = undefined;
    return isDeleted;
  }

  /** Like `forEach` of {@link StreamList}, but in the order of insertion. */
  forEach(callback: (stream: T, again: T, streams: this) => void): void {
    for (const stream of this.#streams()) if (this.has(stream)) callback(stream, stream, this);
  }

  *values(): Generator<T, void> {
    for (const stream of this.#streams()) if (this.has(stream)) yield stream;
  }

  #streams(): T[] {
    return [...(this.#first === undefined ? [] : [this.#first]), ...(this.#others ?? [])];
  }
}

/**
 * Makes Node keep the streams of a session in the lists above. This replaces private state, so it does nothing if this
 * version of Node is unknown or its state looks different. The session then works as usual.
 *
 * @param session a session that has had no streams
 * @param node the version of Node
 * @returns whether the lists were replaced
 */
export function useStreamLists(session: ServerHttp2Session, node = process.versions.node): boolean {
  if (!KNOWN_NODES.includes(Number.parseInt(node, 10))) return false;
  const state = stateOf(session);
  if (!state || !isMap(state.streams) || !isSet(state.pendingStreams)) return false;
  if (state.streams.size !== 0 || state.pendingStreams.size !== 0) return false;
  state.streams = new StreamList();
  state.pendingStreams = new PendingStreams();
  return true;
}

function stateOf(session: ServerHttp2Session): SessionState | undefined {
  const [symbol, another] = Object.getOwnPropertySymbols(session).filter(
    ({ description }) => description === 'state',
  );
  if (!symbol || another) return undefined;
  const state = (session as unknown as Record<symbol, unknown>)[symbol];
  if (typeof state !== 'object' || state === null) return undefined;
  const isOwn = (name: keyof SessionState): boolean =>
    Object.getOwnPropertyDescriptor(state, name)?.writable === true;
  return isOwn('streams') && isOwn('pendingStreams') ? (state as SessionState) : undefined;
}

function emptyBuckets<T>(length: number): (Entry<T> | undefined)[] {
  return new Array<Entry<T> | undefined>(length).fill(undefined);
}

// The ids of a client's streams are odd.
function bucketOf(id: number, buckets: number): number {
  return (id >>> 1) & (buckets - 1);
}
