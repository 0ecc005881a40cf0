import type { AsyncResource } from 'node:async_hooks';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

import { logError, type RequestContext, takeScope } from '@blaizejs/context/internal';
import { BlaizeError } from '@blaizejs/errors';
import { leftOut } from '@blaizejs/errors/internal';

import type { EventStreams, Stoppable } from './event-streams.ts';
import { isAftermath } from './is-aftermath.ts';

declare const BLAIZE_WITHOUT_CLOSE: true | undefined;

/** Called with an error after which an answer has to be broken off. */
export type OnBroken = (ctx: RequestContext, error: unknown) => void;

/** A body that is sent bit by bit. Nothing waits for its end: a function that awaits it would keep much memory meanwhile. */
export abstract class SentBody implements Stoppable {
  protected readonly ctx: RequestContext;
  /** Where the code of the source runs. */
  protected readonly scope: AsyncResource;
  readonly #streams: EventStreams;
  readonly #onBroken: OnBroken;
  /** Whether no more is written, and whether the source was let go. */
  protected isOver = false;
  protected isDone = false;

  constructor(ctx: RequestContext, streams: EventStreams, onBroken: OnBroken) {
    this.ctx = ctx;
    this.scope = ctx.response.within ?? takeScope(ctx);
    this.#streams = streams;
    this.#onBroken = onBroken;
  }

  abstract stop(): void;

  cut(): void {
    this.ctx.exchange.abort();
  }

  /** Called when the exchange is over. */
  leave(): void {
    this.#streams.delete(this);
    this.letGo();
  }

  /** Tells the source that nobody takes any more. A source may wait for ever before it ends. */
  protected abstract release(): void;

  /** Ends the answer, and lets the source go when the client has all of it. */
  protected finish(sink: Writable): void {
    this.isOver = true;
    try {
      sink.end();
    } catch (error) {
      return this.break(error);
    }
    void this.#waitFor(sink);
  }

  protected break(error: unknown): void {
    const { exchange } = this.ctx;
    this.isOver = true;
    this.letGo();
    // If the client left before the head was sent, the exchange has not ended yet.
    if (exchange.aborted && isAftermath(error, this.ctx)) exchange.abort();
    else this.fails(error);
  }

  /** Called with what the app has to answer, or to report. */
  protected fails(error: unknown): void {
    this.scope.runInAsyncScope(this.#onBroken, undefined, this.ctx, error);
  }

  protected letGo(): void {
    if (this.isDone) return;
    this.isDone = true;
    try {
      this.scope.runInAsyncScope(() => this.release());
    } catch (error) {
      // Its class may override `destroy()`.
      logError(() => this.ctx.log, 'error', error, 'A stream that was sent could not be destroyed');
    }
  }

  /** Tells code that waits: nothing asks it for more, so it would never find out. */
  protected abandon(): void {
    this.scope.runInAsyncScope(abandon, undefined, this.ctx);
  }

  async #waitFor(sink: Writable): Promise<void> {
    try {
      await finished(sink, { readable: false });
      this.letGo();
    } catch (error) {
      // The source is complete. What failed is the connection, by the client's doing.
      if (this.ctx.exchange.aborted) this.letGo();
      else this.break(error);
    }
  }
}

/** Why a stream is broken off that was closed from outside. */
export function closed(): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_STREAM_CLOSED', 'A response stream was destroyed before its end.');
}

const abandon = typeof BLAIZE_WITHOUT_CLOSE === 'undefined' ? tellStop : leftOut('close()');

function tellStop({ request }: RequestContext): void {
  request.abandon(
    new BlaizeError('ERR_BLAIZE_ABORTED', 'The event stream was ended because the server is shutting down.'),
  );
}
