import { Readable } from 'node:stream';

import { END } from '@blaizejs/context/internal';
import { BlaizeError } from '@blaizejs/errors';

import type { Bridge } from './bridge.ts';
import { FacadeHead } from './facade-head.ts';

/** What becomes of the bytes that are written. */
type Sink =
  /** The middleware answers: they are recorded as the answer of the context. */
  | 'answer'
  /** A whole answer passes through: they are kept until its end. */
  | 'keep'
  /** A stream passes through. */
  | 'stream';

type Encoding = BufferEncoding | undefined;
type Callback = (error?: Error | null) => void;

// What middleware replaces to see, or to change, the answer.
const PATCHED = ['writeHead', 'write', 'end'] as const;

const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * A response as Node has it, whose header is that of a context's response. Middleware may replace its methods, as it does with
 * Node's: an answer that comes from elsewhere then passes through them.
 */
export class FacadeResponse extends FacadeHead {
  #sink: Sink = 'answer';
  #kept: Buffer[] = [];
  #body: Readable | undefined;
  /** Called when the reader of the body wants more. */
  #resume: Callback | undefined;
  /** Called when the exchange is over. */
  #finish: Callback | undefined;
  #onHead: (() => void) | undefined;
  #onEnd: (() => void) | undefined;

  constructor(bridge: Bridge) {
    super(bridge);
    this.on('error', ignore);
  }

  get finished(): boolean {
    return this.writableEnded || this.bridge.isOver;
  }

  /** Whether an answer has to pass through methods that middleware has replaced. If it has answered itself, it has done so already. */
  get isPatched(): boolean {
    if (this.hasHead) return false;
    const { prototype } = FacadeResponse;
    return PATCHED.some((name) => this[name] !== prototype[name]);
  }

  /** As Node does for the first bytes. Calls `writeHead()`, which middleware may have replaced. */
  _implicitHeader(): void {
    this.writeHead(this.statusCode);
  }

  flushHeaders(): void {
    if (!this.headersSent) this._implicitHeader();
    if (this.hasHead && !this.writableEnded) this.#openBody(true);
  }

  override write(chunk: unknown, encoding?: Encoding | Callback, callback?: Callback): boolean {
    if (this.#isEndedFor('write')) return false;
    return this.attempt(() => {
      if (!this.hasHead) this._implicitHeader();
      if (!this.hasHead) return false;
      this.#openBody(false, chunk);
      return typeof encoding === 'function'
        ? super.write(chunk, encoding)
        : super.write(chunk, encoding ?? 'utf8', callback);
    }, false);
  }

  override end(chunk?: unknown, encoding?: Encoding | Callback, callback?: Callback): this {
    if (typeof chunk === 'function') return this.end(undefined, undefined, chunk as Callback);
    if (typeof encoding === 'function') return this.end(chunk, undefined, encoding);
    if (this.#isEndedFor('end')) return this;
    this.attempt(() => {
      if (!this.hasHead) this._implicitHeader();
      if (!this.hasHead || this.writableEnded) return;
      const isWhole = this.#sink === 'answer' && !this.#body;
      const hasChunk = chunk !== undefined && chunk !== null;
      if (isWhole) this.#recordWhole(hasChunk ? toPayload(chunk, encoding) : null);
      else if (hasChunk) super.write(chunk, encoding ?? 'utf8');
      super.end(callback);
      if (isWhole) this.bridge.answered();
    });
    return this;
  }

  writeContinue(): void {
    // The server does that when the body is read.
  }

  writeProcessing(): void {
    // Nobody needs a 102.
  }

  /** Does nothing: time is limited by the server. */
  setTimeout(): this {
    return this;
  }

  /** An error that a listener throws fails the request: in an event, nobody would catch it. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    try {
      return super.emit(event, ...args);
    } catch (error) {
      this.bridge.fail(error);
      return true;
    }
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: Callback): void {
    const body = this.#body;
    if (this.#sink === 'keep') this.#kept.push(chunk);
    else if (body && !body.destroyed && !body.push(chunk)) {
      this.#resume = callback;
      return;
    }
    callback();
  }

  override _final(callback: Callback): void {
    this.#finish = callback;
    this.#onEnd?.();
    this.#body?.push(null);
    if (this.bridge.isOver) callback();
  }

  override _destroy(error: Error | null, callback: Callback): void {
    if (!this.bridge.isOver) {
      if (this.#body) this.#body.destroy(error ?? closed());
      else if (error) this.bridge.failIfWaiting(error);
      else if (this.bridge.isWaiting) this.bridge.ctx.exchange.abort();
    }
    callback(error);
  }

  /**
   * Lets a whole answer pass through the methods.
   *
   * @param done called with what has come out
   */
  passWhole(
    status: number,
    payload: string | Uint8Array | null,
    done: (kept: readonly Buffer[]) => void,
  ): void {
    this.statusCode = status;
    this.#sink = 'keep';
    this.#onEnd = () => done(this.#kept);
    this.end(payload ?? undefined);
  }

  /**
   * Prepares for a stream that is going to be written.
   *
   * @param opened called with what comes out, once its head is known
   */
  passStream(status: number, opened: (body: Readable) => void): void {
    this.statusCode = status;
    this.#sink = 'stream';
    this.#onHead = () => opened(this.#body as Readable);
    this.#onEnd = () => this.#openBody(false);
  }

  /** Called when the exchange is over. */
  exchangeOver(aborted: boolean, status: number): void {
    if (aborted) {
      this.destroy();
      return;
    }
    this.hasHead = true;
    if (status !== 0) this.statusCode = status;
    if (this.#finish) {
      this.#finish();
      return;
    }
    // It was not used. Ending it would be expensive: it would live on until the next turn, and with it the whole request.
    this.emit('finish');
    this.emit('close');
  }

  #recordWhole(payload: string | Uint8Array | null): void {
    this.side.send(payload);
    this.#recordHead();
  }

  #recordHead(): void {
    this.side.status(this.statusCode);
    const { statusMessage } = this;
    if (statusMessage !== undefined && REASON.test(statusMessage)) this.side.statusText = statusMessage;
  }

  /** Makes the stream for what is written, if it is sent as a stream. */
  #openBody(flush: boolean, first?: unknown): void {
    if (this.#body || this.#sink === 'keep') return;
    const body = (this.#body = new Readable({
      read: () => {
        const resume = this.#resume;
        this.#resume = undefined;
        resume?.();
      },
      destroy: (error, callback) => {
        const resume = this.#resume;
        this.#resume = undefined;
        resume?.();
        callback(error);
      },
    }));
    // What middleware makes of the rest, such as the end of a compressed stream, belongs to the answer.
    Object.assign(body, { [END]: () => void this.end() });
    if (this.#sink === 'answer') {
      if (typeof first === 'string' && !this.hasHeader('content-type'))
        this.side.type('text/plain; charset=utf-8');
      this.side.stream(body, { flush: flush || undefined });
      this.#recordHead();
      this.bridge.answered();
    }
    this.#onHead?.();
  }

  #isEndedFor(method: string): boolean {
    if (!this.writableEnded && !this.bridge.isOver) return false;
    // As Node does: no error is thrown.
    if (!this.bridge.isOver)
      this.bridge.warn('Connect middleware wrote after the end', { method: `res.${method}()` });
    return true;
  }
}

function toPayload(chunk: unknown, encoding: Encoding): string | Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk !== 'string') {
    throw new TypeError(`res.end() takes a string or bytes, not a value of type ${typeof chunk}.`);
  }
  return encoding === undefined || /^utf-?8$/i.test(encoding) ? chunk : Buffer.from(chunk, encoding);
}

function closed(): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_STREAM_CLOSED', 'A response stream was destroyed before its end.');
}

function ignore(): void {}
