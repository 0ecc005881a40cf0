import { BlaizeError } from '@blaizejs/errors';

/**
 * What a response stream has yielded, as text or bytes.
 *
 * @throws BlaizeError `ERR_BLAIZE_STREAM_CHUNK` for anything else
 */
export function toChunk(chunk: unknown): string | Uint8Array {
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return chunk;
  // Bytes of another realm, or a typed array of larger elements.
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const kind = chunk === null ? 'null' : `a value of type ${typeof chunk}`;
  throw new BlaizeError(
    'ERR_BLAIZE_STREAM_CHUNK',
    `A response stream yields strings or bytes, not ${kind}: see ndjson().`,
  );
}
