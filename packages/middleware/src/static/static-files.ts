import path from 'node:path';

import { addVary } from '@blaizejs/context/internal';
import { MethodNotAllowedError } from '@blaizejs/errors';
import { readHttpError } from '@blaizejs/errors/internal';
import type { AnyContext, ContextResponse, RouteInfo } from '@blaizejs/types';

import { answerFile, recordFile, type Sending } from './answer.ts';
import { CachedFiles } from './cached-files.ts';
import { type Coding, preferredCodings, SUFFIXES } from './coding.ts';
import { closeContent, type Content } from './content.ts';
import { readUrlPath, segmentsAreSafe } from './file-path.ts';
import { isFileName, typeOf } from './media-types.ts';
import { isNavigation, NAVIGATION_HEADERS } from './navigation.ts';
import { Root, statFile } from './open-file.ts';
import type { StaticSettings } from './options.ts';

/** The content for a request, and how it is compressed. */
interface Choice {
  readonly content: Content;
  readonly coding: Coding | undefined;
}

const FOREVER = 'max-age=31536000, immutable';

/** The files of a folder, as they are served to clients. */
export class StaticFiles {
  readonly #settings: StaticSettings;
  readonly #files: CachedFiles;

  constructor(settings: StaticSettings) {
    this.#settings = settings;
    const { root, memory, revalidate = process.env.NODE_ENV === 'production' ? 1000 : 0 } = settings;
    const real = new Root(root, (segments) => segmentsAreSafe(segments, settings));
    this.#files = new CachedFiles(real, { memory, revalidate });
  }

  /** Answers if there is a file. Synchronous if it is in memory. */
  serve(ctx: AnyContext): ContextResponse | undefined | Promise<ContextResponse | undefined> {
    const { request, route } = ctx;
    if (isTaken(route) || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined;
    const segments = this.#segmentsOf(request.path);
    if (!segments) return undefined;
    const name = this.#fileNameOf(segments);
    if (name !== undefined) {
      const choice = this.#known(name, ctx);
      if (choice) return recordFile(ctx, choice.content, this.#sending(name, choice));
    }
    return this.#find(ctx, segments, name);
  }

  /** What to answer instead of an error: 405 if the path has a file, and the method is not one that reads it. */
  async refuseMethod(error: Error, { request, route }: AnyContext): Promise<Error | undefined> {
    const http = readHttpError(error);
    if (isTaken(route) || request.method === 'GET' || request.method === 'HEAD') return undefined;
    if (http === undefined || (http.status !== 404 && http.status !== 405)) return undefined;
    const segments = this.#segmentsOf(request.path);
    const name = segments && this.#fileNameOf(segments);
    const content = name === undefined ? undefined : await this.#files.find(this.#pathOf(name));
    if (!content) return undefined;
    await closeContent(content);
    const others = http.headers['allow']?.split(', ') ?? [];
    return new MethodNotAllowedError(request.method, [...new Set(['GET', 'HEAD', ...others])]);
  }

  /** The names of folders and file in the URL, below the prefix. Empty for the prefix itself, without a slash. */
  #segmentsOf(url: string): readonly string[] | undefined {
    const { prefix } = this.#settings;
    if (!url.startsWith(prefix)) return undefined;
    const rest = url.slice(prefix.length);
    return rest === '' ? [] : readUrlPath(rest, this.#settings);
  }

  /** The file that segments name; undefined for a folder, if there are no index files, and for the prefix itself. */
  #fileNameOf(segments: readonly string[]): string | undefined {
    if (segments.at(-1) !== '') return segments.length === 0 ? undefined : segments.join('/');
    const { index } = this.#settings;
    return index === false ? undefined : [...segments.slice(0, -1), index].join('/');
  }

  #pathOf(name: string): string {
    return path.join(this.#settings.root, name);
  }

  /** What is in memory for a request; undefined if it takes a look at the folder to know. */
  #known(name: string, ctx: AnyContext): Choice | undefined {
    const file = this.#pathOf(name);
    const content = this.#files.known(file);
    if (!content) return undefined;
    for (const coding of this.#codings(ctx)) {
      const compressed = this.#files.known(file + SUFFIXES[coding]);
      if (compressed) return { content: compressed, coding };
      if (compressed === undefined) return undefined;
    }
    return { content, coding: undefined };
  }

  async #find(
    ctx: AnyContext,
    segments: readonly string[],
    name: string | undefined,
  ): Promise<ContextResponse | undefined> {
    if (name !== undefined) {
      const choice = await this.#choose(name, ctx);
      if (choice) return answerFile(ctx, choice.content, this.#sending(name, choice));
    }
    return (await this.#redirect(ctx, segments)) ?? this.#fallBack(ctx, segments);
  }

  async #choose(name: string, ctx: AnyContext): Promise<Choice | undefined> {
    const file = this.#pathOf(name);
    const content = await this.#files.find(file);
    if (!content) return undefined;
    try {
      for (const coding of this.#codings(ctx)) {
        const compressed = await this.#files.find(file + SUFFIXES[coding], true);
        if (!compressed) continue;
        await closeContent(content);
        return { content: compressed, coding };
      }
    } catch (error) {
      await closeContent(content);
      throw error;
    }
    return { content, coding: undefined };
  }

  #codings({ request }: AnyContext): readonly Coding[] {
    const { precompressed } = this.#settings;
    if (precompressed.length === 0) return precompressed;
    return preferredCodings(request.header('accept-encoding'), precompressed);
  }

  /** `/docs` leads to `/docs/`, so that the links of its index file work. */
  async #redirect(ctx: AnyContext, segments: readonly string[]): Promise<ContextResponse | undefined> {
    const { index, prefix, cacheControl } = this.#settings;
    if (index === false || segments.at(-1) === '') return undefined;
    const name = segments.join('/');
    if (!(await statFile(this.#pathOf(name)))?.isDirectory()) return undefined;
    const content = await this.#files.find(this.#pathOf(path.join(name, index)));
    if (!content) return undefined;
    await closeContent(content);
    const { request, response } = ctx;
    const own = segments.length === 0 ? prefix.slice(prefix.lastIndexOf('/') + 1) : '';
    const folder = own || encodeURIComponent(segments.at(-1) ?? '');
    // Relative, so that it also works behind a proxy that serves this under another path, and never names another host.
    response.redirect(`./${folder}/${request.url.search}`, 301);
    if (response.get('cache-control') === undefined) response.header('cache-control', cacheControl);
    return response;
  }

  /** Answers a navigation to a page that the app in the browser may know. */
  async #fallBack(ctx: AnyContext, segments: readonly string[]): Promise<ContextResponse | undefined> {
    const { fallback, types } = this.#settings;
    if (fallback === undefined || ctx.route) return undefined;
    // Also for what gets a 404 instead.
    addVary(ctx.response, NAVIGATION_HEADERS);
    if (!isNavigation(ctx.request) || isFileName(segments.at(-1) ?? '', types)) return undefined;
    const choice = await this.#choose(fallback, ctx);
    return choice && answerFile(ctx, choice.content, this.#sending(fallback, choice));
  }

  #sending(name: string, { coding }: Choice): Sending {
    const { immutable, cacheControl, precompressed, types } = this.#settings;
    return {
      type: typeOf(name, types),
      cacheControl: immutable?.test(name) ? FOREVER : cacheControl,
      coding,
      vary: precompressed.length === 0 ? undefined : 'accept-encoding',
    };
  }
}

/** A route or mount comes before a file, unless it takes whatever else there is. */
function isTaken(route: RouteInfo | undefined): boolean {
  return route !== undefined && route.wildcard === undefined;
}
