import { createChannel, createPresence, type EventLog, type PubSub } from '@blaizejs/realtime';
import { createPlugin, type ServicesOf } from 'blaizejs';
import { z } from 'zod';

import type { Bookmark } from './db/bookmarks.ts';
import { bookmark } from './schemas/bookmark.ts';

declare module 'blaizejs' {
  interface Services extends ServicesOf<typeof live> {}
}

/** What happens to a list. `stale`: too much to tell, load it anew. */
export const changeEvents = {
  saved: bookmark,
  removed: z.object({ id: z.int() }),
  stale: z.null(),
};

/** A window of a browser in which somebody looks at a list. */
export const openWindow = z.object({ browser: z.string(), protocol: z.string() });

/** Reaches other processes. Default: only this one is reached. */
export interface LiveOptions {
  readonly log?: EventLog | undefined;
  readonly pubSub?: PubSub | undefined;
}

// Milliseconds until those are told who could not be told before.
const RETRY = 1000;

/** Tells the pages of a user what happens to their list, and which windows show it. */
export const live = createPlugin('live', '1.0.0', ({ log }, { log: eventLog, pubSub }: LiveOptions) => {
  const channel = createChannel('bookmarks', { events: changeEvents, log: eventLog });
  const windows = createPresence<z.output<typeof openWindow>>('windows', { pubSub });
  const untold = new Set<number>();
  let timer: NodeJS.Timeout | undefined;

  const changesOf = (userId: number) => channel.topic(String(userId));

  // The change is in the database already: whoever made it need not know that pages could not be told.
  const tell = async (userId: number, published: Promise<unknown>): Promise<void> => {
    try {
      await published;
    } catch (error) {
      log.warn({ error: String(error) }, 'Pages could not be told of a change; they load the list later');
      untold.add(userId);
      timer ??= setTimeout(tellAgain, RETRY).unref();
    }
  };
  const stale = (userId: number) => tell(userId, changesOf(userId).publish('stale', null));
  const tellAgain = (): void => {
    const users = [...untold];
    untold.clear();
    timer = undefined;
    for (const userId of users) void stale(userId);
  };
  return {
    services: {
      live: {
        windows,
        changesOf,
        saved: (userId: number, data: Bookmark) => tell(userId, changesOf(userId).publish('saved', data)),
        removed: (userId: number, id: number) => tell(userId, changesOf(userId).publish('removed', { id })),
        stale,
      },
    },
    terminate: () => clearTimeout(timer),
  };
});
