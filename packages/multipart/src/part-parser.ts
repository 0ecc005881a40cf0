import { ByteQueue } from './byte-queue.ts';
import type { Limits } from './limits.ts';
import { type PartHead, readPartHead } from './part-head.ts';
import { describe, malformed, overLimit, type Place } from './refusals.ts';

const CRLF: Buffer = Buffer.from('\r\n');
const END_OF_HEAD: Buffer = Buffer.from('\r\n\r\n');
const DASH = 45;
const SPACE = 32;
const TAB = 9;

/** A part whose headers have been read. */
export interface ParsedPart extends PartHead, Place {
  readonly field: string;
}

/**
 * Reads a multipart body part by part (RFC 2046 section 5.1, RFC 7578). It reads only as much as it is asked for, and
 * loses nothing silently: what it can't read is a 400.
 *
 * This is no library's parser: those that exist silently drop what they can't read (a header without a colon, a part
 * without a name, padding after a boundary).
 */
export class PartParser {
  readonly #queue: ByteQueue;
  readonly #delimiter: Buffer;
  readonly #limits: Limits;
  /** The part whose content is next in the queue. */
  #current: ParsedPart | undefined;
  #size = 0;
  #started = false;
  #ended = false;
  readonly #count = { parts: 0, fields: 0, files: 0 };

  constructor(stream: AsyncIterable<Uint8Array>, boundary: string, limits: Limits) {
    // The first boundary needs no line break before it.
    this.#queue = new ByteQueue(stream, CRLF);
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
    this.#limits = limits;
  }

  /**
   * Skips what is left of the current part, and reads the head of the next one. Returns undefined after the last.
   *
   * @throws 400 `ERR_BLAIZE_MULTIPART_MALFORMED`; 413 `ERR_BLAIZE_MULTIPART_LIMIT`; what the stream throws
   */
  async next(): Promise<ParsedPart | undefined> {
    if (this.#ended) return undefined;
    if (!this.#started) {
      this.#started = true;
      await skip(this.#untilDelimiter('before its first boundary'));
    } else if (this.#current) await skip(this.content(this.#current));
    if (await this.#isLast()) {
      await this.#queue.drain();
      this.#ended = true;
      return undefined;
    }
    return this.#readHead();
  }

  /** Whether the content of a part can still be read. */
  isCurrent(part: ParsedPart): boolean {
    return this.#current === part;
  }

  /** The content of the current part. @throws as {@link next} does */
  async *content(part: ParsedPart): AsyncGenerator<Buffer, void, undefined> {
    const limit = part.originalName === undefined ? 'fieldSize' : 'fileSize';
    const max = this.#limits[limit];
    for await (const chunk of this.#untilDelimiter(`in ${describe(part)}`)) {
      this.#size += chunk.length;
      if (this.#size > max) throw overLimit(limit, max, part);
      yield chunk;
    }
  }

  /** Stops reading. The connection discards what is left of the body. */
  async close(): Promise<void> {
    this.#ended = true;
    this.#current = undefined;
    await this.#queue.close();
  }

  /** The bytes up to the next delimiter, which it removes. */
  async *#untilDelimiter(where: string): AsyncGenerator<Buffer, void, undefined> {
    const queue = this.#queue;
    for (;;) {
      const at = queue.bytes.indexOf(this.#delimiter);
      if (at !== -1) {
        const rest = queue.take(at);
        queue.take(this.#delimiter.length);
        this.#current = undefined;
        if (rest.length > 0) yield rest;
        return;
      }
      // The last bytes may be the beginning of a delimiter.
      const sure = queue.bytes.length - this.#delimiter.length + 1;
      if (sure > 0) yield queue.take(sure);
      if (!(await queue.more())) throw malformed(`it ends ${where}.`);
    }
  }

  /** Reads the rest of a line with a boundary. Returns whether it is the last. */
  async #isLast(): Promise<boolean> {
    const queue = this.#queue;
    if (!(await queue.has(2))) throw malformed('it ends after a boundary.');
    const last = queue.bytes[0] === DASH && queue.bytes[1] === DASH;
    if (last) queue.take(2);
    // RFC 2046 section 5.1.1: transport padding.
    while ((await queue.has(1)) && (queue.bytes[0] === SPACE || queue.bytes[0] === TAB)) {
      const end = queue.bytes.findIndex((byte) => byte !== SPACE && byte !== TAB);
      queue.take(end === -1 ? queue.bytes.length : end);
    }
    if (last && queue.bytes.length === 0) return true;
    if (!(await queue.has(2))) throw malformed('it ends after a boundary.');
    if (!queue.take(2).equals(CRLF))
      throw malformed('a boundary is followed by something else than a line break.');
    return last;
  }

  async #readHead(): Promise<ParsedPart> {
    const number = ++this.#count.parts;
    if (number > this.#limits.parts) throw overLimit('parts', this.#limits.parts, { number });
    const head = readPartHead(await this.#headBytes(number), `part ${number}`);
    const part: ParsedPart = { ...head, number, field: head.name };
    this.#checkLimits(part);
    this.#current = part;
    this.#size = 0;
    await this.#skipEmptyLine(part);
    return part;
  }

  /** The headers, without the line break at their end. */
  async #headBytes(number: number): Promise<Buffer> {
    const queue = this.#queue;
    const max = this.#limits.headerSize;
    for (;;) {
      const end = queue.bytes.indexOf(END_OF_HEAD);
      if ((end === -1 ? queue.bytes.length - END_OF_HEAD.length : end) > max) {
        throw overLimit('headerSize', max, { number });
      }
      if (queue.bytes.subarray(0, 2).equals(CRLF)) throw malformed(`part ${number} has no headers.`);
      if (end !== -1) {
        const head = queue.take(end);
        queue.take(2);
        if (Buffer.concat([CRLF, head]).includes(this.#delimiter))
          throw malformed(`the headers of part ${number} have no end.`);
        return head;
      }
      if (!(await queue.more())) throw malformed(`it ends in the headers of part ${number}.`);
    }
  }

  /** The line break of the empty line may belong to a boundary: then the part has no content at all. */
  async #skipEmptyLine(part: Place): Promise<void> {
    const { length } = this.#delimiter;
    for (;;) {
      const { bytes } = this.#queue;
      const there = bytes.subarray(0, length);
      if (!there.equals(this.#delimiter.subarray(0, there.length))) break;
      // The delimiter is found where content begins.
      if (there.length === length) return;
      if (!(await this.#queue.more())) throw malformed(`it ends in ${describe(part)}.`);
    }
    this.#queue.take(2);
  }

  #checkLimits(part: ParsedPart): void {
    const limits = this.#limits;
    const { name, originalName = '', number } = part;
    if (Math.max(Buffer.byteLength(name), Buffer.byteLength(originalName)) > limits.nameSize) {
      throw overLimit('nameSize', limits.nameSize, { number });
    }
    const kind = part.originalName === undefined ? 'fields' : 'files';
    if (++this.#count[kind] > limits[kind]) throw overLimit(kind, limits[kind], part);
  }
}

async function skip(chunks: AsyncIterable<Buffer>): Promise<void> {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- only that they pass matters
  for await (const _ of chunks);
}
