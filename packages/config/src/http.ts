import { checkOptions, oneOf, options, optional } from '@blaizejs/errors/internal';

import { parseDocument } from './config-files.ts';
import {
  interval,
  type RemoteOptions,
  remoteShape,
  request,
  shownUrl,
  sourceError,
  url,
  expectStatus,
} from './remote/request.ts';
import { keepWatching, pause } from './remote/watch.ts';
import type { ConfigSource, SourceValues } from './source.ts';

export type { ConfigSource } from './source.ts';
export type { RemoteOptions } from './remote/request.ts';

/** Options of {@link httpSource}. */
export interface HttpSourceOptions extends RemoteOptions {
  /** Default: what the media type of the answer says, or the extension of the URL, or JSON */
  readonly format?: 'json' | 'yaml' | 'toml' | undefined;
  /** Milliseconds from one request to the next. Default: 30,000 */
  readonly interval?: number | undefined;
}

const check = options(
  { url, format: optional(oneOf('json', 'yaml', 'toml')), interval, ...remoteShape },
  'an object',
);

/**
 * A document at a URL. It's asked for again at an interval, with `If-None-Match` if it has an ETag. Redirects are
 * refused.
 *
 * @throws ConfigurationError for wrong options
 */
export function httpSource(href: string, options: HttpSourceOptions = {}): ConfigSource {
  const remote = checkOptions(check, { ...options, url: href }, 'httpSource()');
  const name = shownUrl(remote.url);
  let last:
    { readonly etag: string | null; readonly text: string; readonly values: SourceValues } | undefined;

  const get = (signal: AbortSignal): ReturnType<typeof request> => {
    const headers = {
      accept: 'application/json, application/yaml, application/toml;q=0.9',
      ...(last?.etag && { 'if-none-match': last.etag }),
    };
    return request(remote, remote.url, { headers }, signal);
  };

  return {
    name,
    async load(signal) {
      const answer = await get(signal);
      if (answer.status === 304 && last) return last.values;
      expectStatus(answer, 200);
      const { text, headers } = answer;
      const format = remote.format ?? formatOf(headers.get('content-type') ?? '', name);
      const parsed = await parseDocument(text, format, name);
      if ('problem' in parsed) throw sourceError(parsed.problem);
      last = { etag: headers.get('etag'), text, values: parsed };
      return parsed;
    },
    watch: (watcher) =>
      keepWatching(watcher, async (signal) => {
        // A tenth more or less, so that processes that started together do not ask together for ever.
        await pause(remote.interval * (0.9 + Math.random() / 5), signal);
        if (signal.aborted) return;
        const answer = await get(signal);
        if (answer.status === 304) return;
        expectStatus(answer, 200);
        if (answer.text !== last?.text) watcher.changed();
      }),
  };
}

function formatOf(type: string, path: string): 'json' | 'yaml' | 'toml' {
  for (const format of ['json', 'yaml', 'toml'] as const) if (type.includes(format)) return format;
  if (/\.ya?ml$/i.test(path)) return 'yaml';
  return /\.toml$/i.test(path) ? 'toml' : 'json';
}
