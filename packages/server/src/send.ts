import { Readable, Stream } from 'node:stream';

import { discard, type RequestContext } from '@blaizejs/context/internal';
import type { HeaderFields } from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';

import { sendStream } from './send-stream.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';
const BYTES_TYPE = 'application/octet-stream';

/**
 * Writes what a context's response has recorded: turns its value into status, header fields and bytes. Everything but
 * a stream is handed to the protocol before this returns.
 *
 * @throws TypeError for a value that is no JSON; rejects where a stream fails
 */
export function send(ctx: RequestContext): void | Promise<void> {
  const { exchange } = ctx;
  const { statusCode: status, fields, kind, body } = ctx.response;

  // RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5: these have no content; a 204 has no length either.
  if (status === 204 || status === 205 || status === 304) {
    discard(body);
    if (status !== 304) delete fields['content-length'];
    if (status === 205) fields['content-length'] = '0';
    return exchange.respond(status, fields, null);
  }
  if (kind === 'none') {
    // Whatever was set, this is how much there is; only HEAD may tell of content that it leaves out.
    if (exchange.method !== 'HEAD') fields['content-length'] = '0';
    return exchange.respond(status, fields, null);
  }
  if (kind === 'json') return sendText(exchange, status, fields, toJson(body), JSON_TYPE);
  if (typeof body === 'string') return sendText(exchange, status, fields, body, TEXT_TYPE);
  if (body instanceof Uint8Array) return sendBytes(exchange, status, fields, body);
  if (body instanceof ArrayBuffer) return sendBytes(exchange, status, fields, new Uint8Array(body));
  if (ArrayBuffer.isView(body)) {
    return sendBytes(exchange, status, fields, new Uint8Array(body.buffer, body.byteOffset, body.byteLength));
  }
  const source = toReadable(body, fields);
  if (source) {
    fields['content-type'] ??= BYTES_TYPE;
    return sendStream(ctx, status, fields, source);
  }
  return sendText(exchange, status, fields, toJson(body), JSON_TYPE);
}

function sendText(
  exchange: Exchange,
  status: number,
  fields: HeaderFields,
  text: string,
  type: string,
): void {
  fields['content-type'] ??= type;
  fields['content-length'] = String(Buffer.byteLength(text));
  exchange.respond(status, fields, exchange.method === 'HEAD' ? null : text);
}

function sendBytes(exchange: Exchange, status: number, fields: HeaderFields, bytes: Uint8Array): void {
  fields['content-type'] ??= BYTES_TYPE;
  fields['content-length'] = String(bytes.byteLength);
  exchange.respond(status, fields, exchange.method === 'HEAD' ? null : bytes);
}

function toJson(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`A ${typeof value} can't be sent as JSON.`);
  return text;
}

function toReadable(body: unknown, fields: HeaderFields): Readable | undefined {
  if (body instanceof Readable) return body;
  if (body instanceof ReadableStream) return Readable.fromWeb(body);
  if (body instanceof Blob) {
    if (body.type !== '') fields['content-type'] ??= body.type;
    fields['content-length'] = String(body.size);
    return Readable.fromWeb(body.stream());
  }
  if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body) {
    return Readable.from(body as AsyncIterable<unknown>);
  }
  if (body instanceof Stream)
    throw new TypeError(`A ${body.constructor.name} can't be read, and so not be sent.`);
  return undefined;
}
