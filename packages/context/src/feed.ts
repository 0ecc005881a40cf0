import { Readable } from 'node:stream';

import { leftOut } from '@blaizejs/errors/internal';

import { END } from './end.ts';

declare const BLAIZE_WITHOUT_FEEDS: true | undefined;

/** What begins a feed. */
export const FEED = Symbol.for('blaizejs.feed');

/**
 * A body that writes itself to where it is sent. It has neither the buffer nor the listeners of a stream: idle ones take a
 * third of the memory. It becomes a stream if something else than sending it takes it.
 */
export interface Feed {
  /** Begins. It is asked for everything else only after this, but may also be destroyed before. */
  [FEED](outlet: Outlet): void;
  /** Goes on after the outlet was full. */
  resume(): void;
  /** Ends it between two of its chunks. */
  end(): void;
  /** Nobody takes any more. */
  destroy(): void;
}

/** Where a feed writes to. */
export interface Outlet {
  /** @returns whether to go on at once, and not to wait for {@link Feed.resume} */
  write(chunk: string | Uint8Array): boolean;
  /** Called when everything was written. */
  end(): void;
  /** Called if there will be no more, although that is not the end. */
  fail(error?: Error): void;
}

/** Whether a body is a feed. */
export function isFeed(value: unknown): value is Feed {
  return typeof value === 'object' && value !== null && FEED in value;
}

/** A feed as a stream, for whatever reads or transforms it. */
export const toFeedStream: (feed: Feed) => Readable =
  typeof BLAIZE_WITHOUT_FEEDS === 'undefined' ? makeStream : leftOut('FEED');

let FeedStream: ReturnType<typeof defineStream> | undefined;

function makeStream(feed: Feed): Readable {
  FeedStream ??= defineStream();
  return new FeedStream(feed);
}

// In a function: a bundle that needs no feeds could not leave out a class with a computed name.
function defineStream(): new (feed: Feed) => Readable {
  return class extends Readable implements Outlet {
    readonly #feed: Feed;
    #hasBegun = false;

    constructor(feed: Feed) {
      super({ highWaterMark: 16_384 });
      this.#feed = feed;
    }

    write(chunk: string | Uint8Array): boolean {
      return this.push(chunk);
    }

    end(): void {
      this.push(null);
    }

    fail(error?: Error): void {
      this.destroy(error);
    }

    [END](): void {
      this.#feed.end();
    }

    override _read(): void {
      if (this.#hasBegun) return this.#feed.resume();
      this.#hasBegun = true;
      this.#feed[FEED](this);
    }

    override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
      this.#feed.destroy();
      callback(error);
    }
  };
}
