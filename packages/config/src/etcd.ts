import { checkOptions, isObject, list, options, optional, text } from '@blaizejs/errors/internal';

import { decode } from './read-text.ts';
import {
  bodyOf,
  expectStatus,
  json,
  readable,
  type RemoteOptions,
  remoteShape,
  request,
  secretText,
  send,
  shownUrl,
  sourceError,
  url,
} from './remote/request.ts';
import { keepWatching } from './remote/watch.ts';
import type { ConfigSource } from './source.ts';
import type { TextEntry } from './text-layer.ts';

export type { ConfigSource } from './source.ts';
export type { RemoteOptions } from './remote/request.ts';

/** Options of {@link etcdSource}. */
export interface EtcdSourceOptions extends RemoteOptions {
  /** Where the keys begin: `/app/` makes `/app/db/url` the value of `db.url`. */
  readonly prefix: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

// More are no configuration. etcd says so if there are.
const MAX_KEYS = 10_000;
// A connection may have broken without a sign of it.
const LONGEST_WATCH = 300_000;

const check = options(
  {
    urls: list(url, 'the URL of a server, or a list of them'),
    prefix: text('where the keys begin: `/app/`'),
    username: optional(text('a name')),
    password: secretText,
    ...remoteShape,
  },
  'an object',
);

/**
 * The keys of etcd 3 under a prefix, by its JSON gateway. Changes are watched.
 *
 * @param urls of the servers; each is tried until one answers
 * @throws ConfigurationError for wrong options
 */
export function etcdSource(urls: string | readonly string[], options: EtcdSourceOptions): ConfigSource {
  return new Etcd(checkOptions(check, { ...options, urls: [urls].flat() }, 'etcdSource()'));
}

class Etcd implements ConfigSource {
  readonly name: string;
  readonly #options: ReturnType<typeof check>;
  readonly #range: { readonly key: string; readonly range_end: string };
  #token: string | undefined;
  #revision = 0;

  constructor(options: ReturnType<typeof check>) {
    this.#options = options;
    this.name = `etcd ${shownUrl(options.urls[0] ?? '')}`;
    const prefix = Buffer.from(options.prefix);
    this.#range = { key: prefix.toString('base64'), range_end: endOf(prefix).toString('base64') };
  }

  async load(signal: AbortSignal): Promise<{ entries: TextEntry[] }> {
    const body = { ...this.#range, limit: MAX_KEYS };
    const answer = await this.#ask((base, headers) =>
      this.#post(base, '/v3/kv/range', body, headers, signal),
    );
    const {
      header,
      kvs = [],
      more,
    } = answer as { header?: { revision?: string }; kvs?: unknown; more?: unknown };
    const revision = Number(header?.revision);
    if (!Number.isSafeInteger(revision) || !Array.isArray(kvs))
      throw sourceError('the answer is not one of etcd 3');
    if (more === true) throw sourceError(`there are more than ${MAX_KEYS} keys`);
    this.#revision = revision;
    return { entries: kvs.map((entry) => this.#entry(entry)) };
  }

  watch(watcher: Parameters<NonNullable<ConfigSource['watch']>>[0]): Promise<void> {
    return keepWatching(watcher, (signal) => this.#watchOnce(signal, () => watcher.changed()));
  }

  #entry(entry: unknown): TextEntry {
    const { key = '', value = '' } = entry as { key?: string; value?: string };
    const name = Buffer.from(key, 'base64').toString();
    const decoded = decode(Buffer.from(value, 'base64'));
    if ('problem' in decoded) throw sourceError(`${name}: ${decoded.problem}`);
    const path = name.slice(this.#options.prefix.length).replace(/^\//, '').split('/');
    return { path, value: decoded.text, from: `etcd ${name}` };
  }

  /** Tells of changes until the watch ends. */
  async #watchOnce(outer: AbortSignal, changed: () => void): Promise<void> {
    const signal = AbortSignal.any([outer, AbortSignal.timeout(LONGEST_WATCH)]);
    try {
      await this.#ask(async (base, headers) => {
        const body = { create_request: { ...this.#range, start_revision: String(this.#revision + 1) } };
        const response = await send(
          this.#options,
          base + '/v3/watch',
          { method: 'POST', body: JSON.stringify(body), headers },
          signal,
        );
        if (response.status !== 200) await response.body?.cancel();
        expectStatus(response, 200);
        for await (const line of this.#lines(response)) if (this.#read(line)) changed();
      });
    } catch (error) {
      if (!signal.aborted) throw readable(error);
      return;
    }
    if (!signal.aborted) throw sourceError('the watch has ended');
  }

  /** @returns whether something has changed */
  #read(line: string): boolean {
    const message = json(line);
    const result = isObject(message) ? message['result'] : undefined;
    if (!isObject(result)) throw sourceError('the watch has failed');
    const { header, events, canceled, compact_revision: compacted } = result;
    const revision = Number(isObject(header) ? header['revision'] : undefined);
    if (canceled === true) {
      // What has changed since is forgotten, so everything has to be read again.
      if (compacted !== undefined) this.#revision = Number(compacted) - 1;
      return compacted !== undefined;
    }
    if (!Array.isArray(events) || events.length === 0) return false;
    // A reload that fails must not have etcd tell the same again.
    if (revision > this.#revision) this.#revision = revision;
    return true;
  }

  async *#lines(response: Response): AsyncGenerator<string> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of bodyOf(response)) {
      rest += decoder.decode(chunk, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > this.#options.maxSize)
        throw sourceError(`a line is longer than ${this.#options.maxSize} bytes`);
      yield* lines.filter((line) => line.trim() !== '');
    }
  }

  /** Asks one server after the other, and signs in again if a token has ended. */
  async #ask<T>(run: (base: string, headers: Record<string, string>) => Promise<T>): Promise<T> {
    let failure: unknown;
    for (const base of this.#options.urls.map((one) => one.replace(/\/$/, ''))) {
      for (const fresh of [false, true]) {
        try {
          return await run(base, await this.#authorization(base, fresh));
        } catch (error) {
          failure = error;
          if (this.#options.username === undefined || !/status 40[01]/.test(String(error))) break;
        }
      }
    }
    throw failure;
  }

  async #authorization(base: string, fresh: boolean): Promise<Record<string, string>> {
    const { username: name, password } = this.#options;
    if (name === undefined) return {};
    if (this.#token === undefined || fresh) {
      const signal = new AbortController().signal;
      const answer = (await this.#post(base, '/v3/auth/authenticate', { name, password }, {}, signal)) as {
        token?: unknown;
      };
      if (typeof answer.token !== 'string') throw sourceError('etcd gave no token');
      this.#token = answer.token;
    }
    return { authorization: this.#token };
  }

  async #post(
    base: string,
    path: string,
    body: object,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<object> {
    const answer = await request(
      this.#options,
      base + path,
      { method: 'POST', body: JSON.stringify(body), headers },
      signal,
    );
    expectStatus(answer, 200);
    const value = json(answer.text);
    if (!isObject(value)) throw sourceError('the answer is not one of etcd 3');
    return value;
  }
}

/** The first key behind all that begin with a prefix. */
function endOf(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  for (let index = end.length - 1; index >= 0; index--) {
    const byte = end[index] ?? 0;
    if (byte === 0xff) continue;
    end[index] = byte + 1;
    return end.subarray(0, index + 1);
  }
  return Buffer.from([0]);
}
