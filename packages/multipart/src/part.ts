import { finished, Readable } from 'node:stream';

import { BlaizeError } from '@blaizejs/errors';

import { Collected } from './byte-queue.ts';
import { decodeValue } from './field-value.ts';
import { safeFileName } from './file-name.ts';
import type { ParsedPart, PartParser } from './part-parser.ts';
import { describe } from './refusals.ts';

/** One field or file of a form. Its content can be read once, and only until the loop asks for the next part. */
export interface Part {
  /** The name of the field, unchanged: `a[b]` is a name like any other. */
  readonly name: string;
  /**
   * The name of the file, made safe: without folders, invisible characters, and what Windows forbids. Empty for a file input
   * in which nothing was chosen; undefined for a field.
   */
  readonly filename: string | undefined;
  /** The name of the file as the client sent it. Don't use it in a path. */
  readonly originalName: string | undefined;
  /** The media type in lower case, without parameters: `image/png`. It is what the client claims; nothing has checked it. */
  readonly type: string;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The content as it arrives. If you call this, read or destroy the stream before you ask for the next part. */
  stream(): Readable;
  /** The content as text. @throws 415 for a charset other than UTF-8; 400 if it is not UTF-8 */
  text(): Promise<string>;
  /** The content as bytes: up to `fieldSize` or `fileSize` of them. */
  bytes(): Promise<Uint8Array>;
}

/** A part that is being read. */
export class OpenPart implements Part {
  readonly name: string;
  readonly filename: string | undefined;
  readonly originalName: string | undefined;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly #parser: PartParser;
  readonly #parsed: ParsedPart;
  #taken: Promise<unknown> | undefined;
  #stream: Readable | undefined;

  constructor(parser: PartParser, parsed: ParsedPart) {
    const { name, originalName, type, headers } = parsed;
    this.name = name;
    this.originalName = originalName;
    this.filename = originalName && safeFileName(originalName);
    this.type = type;
    this.headers = headers;
    this.#parser = parser;
    this.#parsed = parsed;
  }

  stream(): Readable {
    const stream = Readable.from(this.#take(), { objectMode: false });
    // If the body breaks off, a part that is no longer read must not crash the process.
    stream.on('error', () => undefined);
    this.#stream = stream;
    this.#taken = new Promise<void>((resolve) => finished(stream, { writable: false }, () => resolve()));
    return stream;
  }

  async text(): Promise<string> {
    return decodeValue(this.#parsed, await this.#collect());
  }

  async bytes(): Promise<Uint8Array> {
    return this.#collect();
  }

  /** Waits until the content has been read, if somebody is reading it. */
  async released(): Promise<void> {
    await this.#taken;
  }

  /** Like {@link released}, after the loop was left: a stream that nobody has started to read is destroyed. */
  async left(): Promise<void> {
    const stream = this.#stream;
    if (stream && stream.readableFlowing !== true && stream.listenerCount('readable') === 0) stream.destroy();
    await this.#taken;
  }

  #collect(): Promise<Buffer> {
    const reading = collect(this.#take());
    this.#taken = reading.catch(() => undefined);
    return reading;
  }

  #take(): AsyncIterable<Buffer> {
    const isOver = !this.#taken && !this.#parser.isCurrent(this.#parsed);
    if (this.#taken || isOver) {
      throw new BlaizeError(
        'ERR_BLAIZE_BODY_READ',
        `The content of ${describe(this.#parsed)} ${
          isOver
            ? 'was skipped: read it before the loop asks for the next part'
            : 'was already read; keep the result'
        }.`,
      );
    }
    return this.#parser.content(this.#parsed);
  }
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const collected = new Collected();
  for await (const chunk of chunks) collected.add(chunk);
  return collected.bytes;
}
