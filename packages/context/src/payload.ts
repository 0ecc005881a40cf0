import type { Readable } from 'node:stream';

import type { EncodedPayload, HeaderFields } from '@blaizejs/types';

import { type Feed, isFeed } from './feed.ts';
import { encodeForm } from './form-payload.ts';
import { isPlain, tagOf } from './is-plain.ts';
import { isBlob, isStream, onStreamError, toReadable } from './to-readable.ts';
import { unsendable } from './unsendable.ts';

/** How to encode a recorded value: by its type, always as JSON, or not at all. */
export type BodyKind = 'none' | 'auto' | 'json';

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';
const FORM_TYPE = 'application/x-www-form-urlencoded;charset=UTF-8';
const BYTES_TYPE = 'application/octet-stream';

/**
 * Encodes a recorded value for the wire. Sets `content-type` unless there is one, and `content-length` if the length is
 * known.
 *
 * Values are recognised by their shape, because their class may be from another realm, or from a package with its own
 * versions of the Web's classes.
 *
 * @throws TypeError `ERR_BLAIZE_RESPONSE_VALUE` for a value that JSON can't represent, one that would be `{}`, such as a
 *   Map, and a stream that can't be read
 */
export function encode(kind: BodyKind, value: unknown, fields: HeaderFields): EncodedPayload | Feed {
  if (kind === 'none') return null;
  if (kind === 'json') return text(toJson(value), JSON_TYPE, fields);
  if (typeof value === 'string') return text(value, TEXT_TYPE, fields);
  if (typeof value !== 'object' || value === null || isPlain(value)) {
    return text(toJson(value), JSON_TYPE, fields);
  }
  if (value instanceof Uint8Array) return bytes(value, fields);
  if (isFeed(value)) {
    fields['content-type'] ??= BYTES_TYPE;
    return value;
  }
  if (ArrayBuffer.isView(value)) {
    return bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), fields);
  }
  switch (tagOf(value)) {
    case 'ArrayBuffer':
    case 'SharedArrayBuffer':
      return bytes(new Uint8Array(value as ArrayBuffer), fields);
    case 'URLSearchParams':
      return text((value as URLSearchParams).toString(), FORM_TYPE, fields);
    case 'FormData': {
      const { body, type } = encodeForm(value as FormData);
      fields['content-type'] ??= type;
      return stream(body, fields) as Readable;
    }
    default:
      return stream(value, fields) ?? text(toJson(value), JSON_TYPE, fields);
  }
}

/** Whether a value is sent as bytes or a stream, and not as text or JSON, which a schema can check. */
export function isBinary(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || isPlain(value)) return false;
  return (
    ArrayBuffer.isView(value) ||
    /^(?:Shared)?ArrayBuffer$|^FormData$|^URLSearchParams$/.test(tagOf(value)) ||
    isStream(value)
  );
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

function stream(value: object, fields: HeaderFields): Readable | undefined {
  if (isBlob(value)) {
    if (value.type !== '') fields['content-type'] ??= value.type;
    fields['content-length'] = String(value.size);
  }
  const source = toReadable(value);
  if (!source) return undefined;
  fields['content-type'] ??= BYTES_TYPE;
  if (source !== value) {
    // Until it is sent, nobody else listens, and an error would end the process.
    source.on('error', ignore);
    onStreamError(value, (error) => source.destroy(error));
  }
  return source;
}

function toJson(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) throw unsendable(`A ${typeof value} can't be sent as JSON.`);
  if (json === '{}' && typeof value === 'object') assertEmpty(value as object);
  return json;
}

/** @throws TypeError for an object whose content JSON would lose */
function assertEmpty(value: object): void {
  const tag = tagOf(value);
  if (tag === 'Object' || typeof (value as { toJSON?: unknown }).toJSON === 'function') return;
  const advice = ADVICE[tag] ?? 'Send a plain object or a list that has its content.';
  throw unsendable(`A ${tag} can't be sent as JSON: that would be {}, without its content. ${advice}`);
}

const ADVICE: Readonly<Record<string, string>> = {
  Map: 'Send Object.fromEntries(map) or [...map].',
  Set: 'Send [...set].',
  Promise: 'Await it.',
  Generator: 'Send [...generator], or use an async generator to stream it.',
  Headers: 'Send Object.fromEntries(headers).',
  FormData: 'Return the form itself.',
  Blob: 'Return the blob itself.',
  File: 'Return the file itself.',
  Response: 'Return the response itself.',
};

function ignore(): void {}
