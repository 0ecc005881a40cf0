// The live page: a list that follows what happens to it, in whichever window, and the windows that show it.
import { readEvents } from '@blaizejs/client';
import { connectWebSocket } from '@blaizejs/realtime/client';
import { UnauthorizedError } from 'blaizejs/errors';

import type { Routes } from '../.blaize/routes.d.ts';
import { api, type Bookmark, messageOf } from './api.ts';
import { find, setText, show } from './dom.ts';
import { LiveList } from './live-list.ts';

const bookmarks = new LiveList(find('#list', HTMLElement), rowOf);

function rowOf(bookmark: Bookmark): HTMLElement {
  const row = document.importNode(find('#row', HTMLTemplateElement).content, true);
  const item = find('li', HTMLElement, row);
  const link = find('a', HTMLAnchorElement, item);
  link.href = `/go/${bookmark.id}`;
  // As text: a title is whatever somebody typed.
  link.textContent = bookmark.title;
  setText('.where', [new URL(bookmark.url).host, ...bookmark.tags].join(' · '), item);
  return item;
}

/** Follows the list. A connection that breaks is made again, and continues after the last event that has arrived. */
async function follow(signal: AbortSignal): Promise<void> {
  // The server sends something every 15 seconds.
  const events = readEvents(api.get, '/api/live', { reconnect: true, idleTimeout: 45_000, signal });
  for await (const { event, data } of events) {
    if (event === 'list') bookmarks.load(data);
    else if (event === 'saved') bookmarks.save(data);
    else if (event === 'removed') bookmarks.remove(data.id);
    setText('#count', bookmarks.size === 1 ? '1 bookmark' : `${bookmarks.size} bookmarks`);
    show('#live', true);
  }
}

/** Shows in which windows the list is open. */
function showWindows(signal: AbortSignal): void {
  const url = new URL('/api/live/windows', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const list = find('#windows', HTMLElement);
  // Browsers open a WebSocket over HTTP/2 only if they have such a connection, and otherwise one of HTTP/1.1 for it alone. So
  // something is asked for first, each time.
  const connect = async (): Promise<URL> => {
    await api.get('/api/users/me', { signal });
    return url;
  };
  const socket = connectWebSocket<Routes['GET']['/api/live/windows']>(connect, {
    minDelay: 250,
    maxDelay: 5000,
    message: ({ me, windows }) => {
      const items = windows.map(({ id, browser, protocol }) => {
        const item = document.createElement('li');
        item.textContent = `${browser}, over ${protocol}${id === me ? ' (this window)' : ''}`;
        return item;
      });
      list.replaceChildren(...items);
    },
    // Nobody knows meanwhile who is there.
    close: () => list.replaceChildren(),
  });
  signal.addEventListener('abort', () => socket.close());
}

/** Until the page is left, or there is an error that will not pass. */
async function begin(signal: AbortSignal): Promise<void> {
  try {
    await api.get('/api/users/me', { signal });
    showWindows(signal);
    await follow(signal);
  } catch (error) {
    if (signal.aborted) return;
    visit.abort();
    const isSignedOut = error instanceof UnauthorizedError;
    show('#live', false);
    show('#signed-out', isSignedOut);
    show('#status', !isSignedOut);
    setText('#status', isSignedOut ? '' : messageOf(error));
  }
}

// Browsers keep a page that was left for a while, with its connections: others would go on seeing its window.
let visit = new AbortController();
addEventListener('pagehide', () => visit.abort());
addEventListener('pageshow', ({ persisted }) => {
  if (!persisted) return;
  visit = new AbortController();
  void begin(visit.signal);
});
await begin(visit.signal);
