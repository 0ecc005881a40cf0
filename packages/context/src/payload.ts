import { Readable, Stream } from 'node:stream';

import type { EncodedPayload, HeaderFields } from '@blaizejs/types';

/** How a recorded value is encoded: by its own type, as JSON whatever it is, or not at all. */
export type BodyKind = 'none' | 'auto' | 'json';

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';
const BYTES_TYPE = 'application/octet-stream';

/**
 * Encodes a recorded value: the one place that knows what a value is on the wire. It sets `content-type` unless there is
 * one, and `content-length` if the length is known.
 *
 * @throws TypeError for a value that JSON does not have, and for a stream that can only be written to
 */
export function encode(kind: BodyKind, value: unknown, fields: HeaderFields): EncodedPayload {
  if (kind === 'none') return null;
  if (kind === 'json') return text(toJson(value), JSON_TYPE, fields);
  if (typeof value === 'string') return text(value, TEXT_TYPE, fields);
  if (typeof value !== 'object' || value === null) return text(toJson(value), JSON_TYPE, fields);
  if (value instanceof Uint8Array) return bytes(value, fields);
  if (value instanceof ArrayBuffer) return bytes(new Uint8Array(value), fields);
  if (ArrayBuffer.isView(value)) {
    return bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), fields);
  }
  if (value instanceof Blob) {
    if (value.type !== '') fields['content-type'] ??= value.type;
    fields['content-length'] = String(value.size);
  }
  const source = toReadable(value);
  if (!source) return text(toJson(value), JSON_TYPE, fields);
  fields['content-type'] ??= BYTES_TYPE;
  // Until it is sent nobody else listens, and its error would end the process.
  if (source !== value) source.on('error', ignore);
  return source;
}

/** Whether a value is sent as bytes, as they are or piece by piece, and not as text or JSON that a schema can check. */
export function isBinary(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    (ArrayBuffer.isView(value) ||
      value instanceof ArrayBuffer ||
      value instanceof Blob ||
      value instanceof ReadableStream ||
      Symbol.asyncIterator in value)
  );
}

/** Lets go of a stream that will not be sent. */
export function discard(body: unknown): void {
  if (body instanceof Readable) body.on('error', ignore).destroy();
  else if (body instanceof ReadableStream && !body.locked) void body.cancel().catch(ignore);
}

function text(value: string, type: string, fields: HeaderFields): string {
  fields['content-type'] ??= type;
  fields['content-length'] = String(Buffer.byteLength(value));
  return value;
}

function bytes(value: Uint8Array, fields: HeaderFields): Uint8Array {
  fields['content-type'] ??= BYTES_TYPE;
  fields['content-length'] = String(value.byteLength);
  return value;
}

function toJson(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) throw new TypeError(`A ${typeof value} can't be sent as JSON.`);
  return json;
}

function toReadable(value: object): Readable | undefined {
  if (value instanceof Readable) return value;
  if (value instanceof ReadableStream) return Readable.fromWeb(value);
  if (value instanceof Blob) return Readable.fromWeb(value.stream());
  if (Symbol.asyncIterator in value) return Readable.from(value as AsyncIterable<unknown>);
  if (value instanceof Stream) {
    throw new TypeError(`A ${value.constructor.name} can't be read, so it can't be sent.`);
  }
  return undefined;
}

function ignore(): void {}
