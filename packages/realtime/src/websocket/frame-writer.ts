import type { Duplex } from 'node:stream';

import type { OutgoingMessage } from './outgoing-message.ts';
import { PartWriter } from './part-writer.ts';

type Done = (isSent: boolean) => void;

/** Writes frames in order, and knows what waits. */
export class FrameWriter {
  readonly #stream: Duplex;
  readonly #threshold: number | undefined;
  /** Over HTTP/2 only. */
  #parts: PartWriter | undefined;
  /** Bytes of messages that are being compressed. */
  #compressing = 0;
  /** The end of the line, if something waits until it is compressed. */
  #line: Promise<void> | undefined;
  /** Who waits for a message to leave. */
  #waiting: Set<Done> | undefined;
  #moved = false;
  /** Made when it is first needed: most connections are idle. */
  #wrote: (() => void) | undefined;

  constructor(stream: Duplex, threshold: number | undefined) {
    this.#stream = stream;
    this.#threshold = threshold;
  }

  /** Bytes that wait for the client. */
  get queued(): number {
    return this.#stream.writableLength + this.#compressing + (this.#parts?.size ?? 0);
  }

  /** Whether nothing waits, here or in the stream. */
  get isIdle(): boolean {
    return this.queued === 0 && !this.#line && !this.#parts && !this.#waiting?.size;
  }

  /** Whether anything has left since the last call. */
  takeMoved(): boolean {
    const moved = this.#moved;
    this.#moved = false;
    return moved;
  }

  /** @returns whether it has left, once it has or never will */
  send(message: OutgoingMessage): Promise<boolean> {
    return new Promise((resolve) => {
      const waiting = (this.#waiting ??= new Set());
      const done: Done = (isSent) => {
        waiting.delete(done);
        resolve(isSent);
      };
      waiting.add(done);
      this.post(message, done);
    });
  }

  post(message: OutgoingMessage, done?: Done): void {
    const frame = message.frame(this.#threshold);
    if (!this.#line && frame instanceof Buffer) return this.#write(frame, done);
    const { size } = message;
    this.#compressing += size;
    this.#wait(async () => {
      const bytes = await frame;
      this.#compressing -= size;
      this.#write(bytes, done);
    });
  }

  /** Writes a control frame behind all messages. */
  write(frame: Buffer, written?: () => void): void {
    const done = written && ((isSent: boolean) => (isSent ? written() : undefined));
    if (this.#line) this.#wait(() => this.#write(frame, done));
    else this.#write(frame, done);
  }

  /** Ends the stream behind everything. */
  end(): void {
    if (this.#line) this.#wait(() => this.#end());
    else this.#end();
  }

  /** Nothing that waits will leave any more. */
  abandon(): void {
    this.#parts?.abandon();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    for (const done of waiting ?? []) done(false);
  }

  #wait(step: () => void | Promise<void>): void {
    const line = (this.#line ?? Promise.resolve()).then(step).catch(() => void this.#stream.destroy());
    this.#line = line;
    void line.then(() => {
      if (this.#line === line) this.#line = undefined;
    });
  }

  #end(): void {
    if (this.#parts) this.#parts.end();
    else this.#stream.end();
  }

  #write(frame: Buffer, done: Done | undefined): void {
    const isParted = 'session' in this.#stream;
    if (!this.#stream.writable) done?.(false);
    else if (isParted) {
      // Also made when it is first needed, and let go of once everything has left.
      this.#parts ??= new PartWriter(this.#stream, (isEmpty) => {
        this.#moved = true;
        if (isEmpty) this.#parts = undefined;
      });
      this.#parts.write(frame, done);
    } else if (!done) this.#stream.write(frame, (this.#wrote ??= () => void (this.#moved = true)));
    else {
      this.#stream.write(frame, (error) => {
        this.#moved = true;
        done(!error);
      });
    }
  }
}
