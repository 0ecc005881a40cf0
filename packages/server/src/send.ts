import { Readable, Stream, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

import { discard, type RequestContext, runWithContext } from '@blaizejs/context';
import { BlaizeError } from '@blaizejs/errors';
import type { Exchange, HeaderFields } from '@blaizejs/types';

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';
const BYTES_TYPE = 'application/octet-stream';

/**
 * Writes what a context's response has recorded: turns its value into status, header fields and bytes. Everything but
 * a stream is handed to the protocol before this returns.
 *
 * @throws TypeError for a value that is no JSON; rejects where a stream fails
 */
export function send(ctx: RequestContext, exchange: Exchange): void | Promise<void> {
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
  if (source) return sendStream(ctx, exchange, status, fields, source);
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

/**
 * Writes a stream, as fast as the client takes it, and destroys it when the client leaves. Its first chunk is awaited
 * before the head goes out, so that a source that fails at once is still a proper error; events are the exception,
 * whose reader waits for the head.
 */
async function sendStream(
  ctx: RequestContext,
  exchange: Exchange,
  status: number,
  fields: HeaderFields,
  source: Readable,
): Promise<void> {
  fields['content-type'] ??= BYTES_TYPE;
  if (exchange.method === 'HEAD') {
    discard(source);
    exchange.respond(status, fields, null);
    return;
  }
  exchange.onClose(() => {
    runWithContext(ctx, () => source.destroy());
  });
  try {
    // Iterated rather than piped: what the source does to read belongs to this request, also after a drain.
    const chunks = source[Symbol.asyncIterator]() as AsyncIterator<unknown, undefined>;
    const eager = String(fields['content-type']).startsWith('text/event-stream');
    const first = eager ? undefined : await chunks.next();
    const chunk = first && !first.done ? toChunk(first.value) : undefined;
    if (exchange.aborted) return;
    const sink = exchange.respondStream(status, fields);
    if (chunk !== undefined) await write(sink, chunk);
    for (let step = first?.done ? first : await chunks.next(); !step.done; step = await chunks.next()) {
      await write(sink, toChunk(step.value));
    }
    sink.end();
    await finished(sink);
  } catch (error) {
    if (!exchange.aborted) throw error;
  } finally {
    source.destroy();
  }
}

function toChunk(chunk: unknown): string | Uint8Array {
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return chunk;
  throw new BlaizeError(
    'ERR_BLAIZE_STREAM_CHUNK',
    `A stream that is sent gives strings and bytes; this one gave a value of type ${typeof chunk}.`,
  );
}

/** Writes a chunk; where the sink has enough for now, until it has not or is gone. */
function write(sink: Writable, chunk: string | Uint8Array): void | Promise<void> {
  if (sink.write(chunk) || sink.destroyed) return;
  return new Promise((resolve) => {
    const done = (): void => {
      sink.off('drain', done).off('close', done);
      resolve();
    };
    sink.on('drain', done).on('close', done);
  });
}
