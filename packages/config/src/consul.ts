import { checkOptions, is, isObject, options, optional, text } from '@blaizejs/errors/internal';

import { decode } from './read-text.ts';
import {
  type Answer,
  expectStatus,
  json,
  type RemoteOptions,
  remoteShape,
  request,
  secretText,
  shownUrl,
  sourceError,
  url,
} from './remote/request.ts';
import { keepWatching, pause } from './remote/watch.ts';
import type { ConfigSource } from './source.ts';
import type { TextEntry } from './text-layer.ts';

export type { ConfigSource } from './source.ts';
export type { RemoteOptions } from './remote/request.ts';

/** Options of {@link consulSource}. */
export interface ConsulSourceOptions extends RemoteOptions {
  /** Where the keys begin: `app/` makes `app/db/url` the value of `db.url`. */
  readonly prefix: string;
  /** An ACL token. */
  readonly token?: string | undefined;
  /** Default: that of the agent */
  readonly datacenter?: string | undefined;
}

// Seconds that Consul waits for a change. It adds up to a sixteenth.
const WAIT = 60;
const WAIT_MS = WAIT * 1000 * (1 + 1 / 16);
// Milliseconds between two blocking queries, if keys change all the time.
const PAUSE = 200;

const check = options(
  {
    url,
    prefix: is<string>(
      'where the keys begin: `app/`',
      (value) => typeof value === 'string' && /^[^/]/.test(value),
    ),
    token: secretText,
    datacenter: optional(text('the name of a data center')),
    ...remoteShape,
  },
  'an object',
);

/**
 * The keys of Consul under a prefix. Changes are watched by blocking queries.
 *
 * @param href of an agent: `http://127.0.0.1:8500`
 * @throws ConfigurationError for wrong options
 */
export function consulSource(href: string, options: ConsulSourceOptions): ConfigSource {
  const remote = checkOptions(check, { ...options, url: href }, 'consulSource()');
  const { prefix, token, datacenter, timeout } = remote;
  const headers = token === undefined ? {} : { 'x-consul-token': token };
  let index = 0;

  const get = async (signal: AbortSignal, after: number): Promise<Answer> => {
    const address = new URL(
      `v1/kv/${prefix.split('/').map(encodeURIComponent).join('/')}`,
      withSlash(remote.url),
    );
    address.searchParams.set('recurse', 'true');
    if (datacenter !== undefined) address.searchParams.set('dc', datacenter);
    if (after > 0) {
      address.searchParams.set('index', String(after));
      address.searchParams.set('wait', `${WAIT}s`);
    }
    const answer = await request(
      remote,
      address.href,
      { headers, timeout: after > 0 ? WAIT_MS + timeout : timeout },
      signal,
    );
    // Consul has 404 for a prefix without keys.
    expectStatus(answer, 200, 404);
    return answer;
  };

  return {
    name: `Consul ${shownUrl(remote.url)}`,
    async load(signal) {
      const answer = await get(signal, 0);
      const entries = answer.status === 404 ? [] : entriesOf(json(answer.text), prefix);
      index = indexOf(answer);
      return { entries };
    },
    watch: (watcher) =>
      keepWatching(watcher, async (signal) => {
        const before = Math.max(index, 1);
        const next = indexOf(await get(signal, before));
        // An index that goes back belongs to another history: a snapshot, say.
        if (next !== before && !signal.aborted) {
          index = next;
          watcher.changed();
        }
        await pause(PAUSE, signal);
      }),
  };
}

function indexOf({ headers }: Answer): number {
  const index = Number(headers.get('x-consul-index') ?? NaN);
  if (!Number.isSafeInteger(index) || index < 0) throw sourceError('the answer is not one of Consul');
  return Math.max(index, 1);
}

function entriesOf(list: unknown, prefix: string): TextEntry[] {
  if (!Array.isArray(list)) throw sourceError('the answer is not one of Consul');
  return list.flatMap((item: unknown) => {
    const { Key: key, Value: value } = isObject(item) ? item : {};
    if (typeof key !== 'string' || !key.startsWith(prefix))
      throw sourceError('the answer is not one of Consul');
    // A folder.
    if (key.endsWith('/')) return [];
    const decoded = decode(Buffer.from(typeof value === 'string' ? value : '', 'base64'));
    if ('problem' in decoded) throw sourceError(`${key}: ${decoded.problem}`);
    const path = key.slice(prefix.length).replace(/^\//, '').split('/');
    return [{ path, value: decoded.text, from: `Consul ${key}` }];
  });
}

function withSlash(href: string): string {
  return href.endsWith('/') ? href : `${href}/`;
}
