import { vi } from 'vitest';

import { inject, type RequestOptions, startTestServer, type TestServer } from '@blaizejs/testing';
import type { Context, KeyValueStore } from '@blaizejs/types';

import { memoryStore, session, type Session, type SessionOptions } from '../../src/session.ts';

/** The ways in which a request can reach an app. */
export const WAYS = ['http1', 'http2', 'in process'] as const;
export type Way = (typeof WAYS)[number];

export const SECRET = 'a secret for tests that is long enough';

/** The two places where a session can be. */
export const PLACES = {
  'in a cookie': (): SessionOptions<Data> => ({ secret: SECRET }),
  'in a store': (): SessionOptions<Data> => ({ store: memoryStore() }),
} as const;
export type Place = keyof typeof PLACES;

/** Each place in each way. */
export const EVERYWHERE = (Object.keys(PLACES) as Place[]).flatMap((place) =>
  WAYS.map((way) => ({ place, way })),
);

export type Data = Record<string, unknown>;
export type Handler = (session: Session, ctx: Context) => unknown;

/** What most tests need. Keys and values are in the query. */
const ROUTES: Record<string, Handler> = {
  '/nothing': () => 'nothing',
  '/get': async (own, { request: { query }, response }) =>
    response.json((await own.get(String(query.key))) ?? null),
  '/set': (own, { request: { query } }) => {
    for (const [key, value] of Object.entries(query)) own.set(key, value);
    return 'set';
  },
  '/sign-in': (own, { request: { query } }) => {
    own.regenerate();
    own.set('user', query.user ?? 'ada');
    return 'signed in';
  },
  '/sign-out': (own) => {
    own.destroy();
    return 'signed out';
  },
  '/about': async (own) => ({ id: (await own.id()) ?? null, isNew: await own.isNew() }),
};

/** A server with sessions, and everything that it has logged. */
export class Site implements AsyncDisposable {
  readonly #app: TestServer;
  readonly logged: string[];

  private constructor(app: TestServer, logged: string[]) {
    this.#app = app;
    this.logged = logged;
  }

  static async start(
    options: SessionOptions<Data>,
    routes: Record<string, Handler> = {},
    server: Parameters<typeof startTestServer>[0] = {},
  ): Promise<Site> {
    const logged: string[] = [];
    const log = (...args: unknown[]): void => {
      const line = args.map((arg) => textOf(arg)).join(' ');
      if (!/Server (?:running|stopped)/.test(line)) logged.push(line);
    };
    const app = await startTestServer({
      mode: 'production',
      logger: { debug: log, info: log, warn: log, error: log },
      ...server,
      middleware: [...(server.middleware ?? []), session(options)],
    });
    for (const [path, handler] of Object.entries({ ...ROUTES, ...routes })) {
      for (const method of ['GET', 'POST'] as const) {
        app.server.router.addRoute(method, path, { handler: (ctx) => handler(sessionOf(ctx), ctx) });
      }
    }
    return new Site(app, logged);
  }

  get server(): TestServer['server'] {
    return this.#app.server;
  }

  get url(): string {
    return this.#app.url;
  }

  send(way: Way, path: string, options: RequestOptions = {}): Promise<Response> {
    if (way === 'in process') return inject(this.#app.server, path, options);
    return this.#app[way].request(path, options);
  }

  browser(way: Way): Browser {
    return new Browser(this, way);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app.close();
  }
}

export function sessionOf(ctx: object): Session {
  return (ctx as { readonly state: { readonly session: Session } }).state.session;
}

/** Keeps cookies as a browser does. */
export class Browser {
  readonly #site: Site;
  readonly #way: Way;
  readonly cookies = new Map<string, string>();

  constructor(site: Site, way: Way) {
    this.#site = site;
    this.#way = way;
  }

  /** The `Cookie` header. */
  get cookie(): string {
    return [...this.cookies].map((pair) => pair.join('=')).join('; ');
  }

  /** Another one with the same cookies. */
  copy(): Browser {
    const copy = new Browser(this.#site, this.#way);
    for (const [name, value] of this.cookies) copy.cookies.set(name, value);
    return copy;
  }

  async send(path: string, { headers, ...options }: RequestOptions = {}): Promise<Response> {
    const all = new Headers(headers);
    if (this.cookies.size > 0) all.set('cookie', this.cookie);
    const response = await this.#site.send(this.#way, path, { ...options, headers: all });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0\b/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** The JSON of an answer. */
  async ask(path: string): Promise<unknown> {
    const response = await this.send(path);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return text.startsWith('"') || /^[\d{[nft]/.test(text) ? parse(text) : text;
  }

  get(key: string): Promise<unknown> {
    return this.ask(`/get?key=${key}`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function textOf(value: unknown): string {
  return value instanceof Error ? value.message : typeof value === 'string' ? value : JSON.stringify(value);
}

type Method = 'get' | 'set' | 'delete' | 'deleteTag';

/** A store that counts its calls, and that a test can make wait or fail. */
export class WatchedStore implements KeyValueStore {
  readonly calls: string[] = [];
  readonly entries = new Map<string, Uint8Array>();
  /** Called before each call. */
  before: (method: Method, key: string) => Promise<void> | void = () => undefined;

  async get(key: string): Promise<Uint8Array | undefined> {
    await this.#begin('get', key);
    return this.entries.get(key);
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    await this.#begin('set', key);
    this.entries.set(key, value);
  }

  async delete(key: string): Promise<void> {
    await this.#begin('delete', key);
    this.entries.delete(key);
  }

  async deleteTag(tag: string): Promise<void> {
    await this.#begin('deleteTag', tag);
  }

  async #begin(method: Method, key: string): Promise<void> {
    this.calls.push(method);
    await this.before(method, key);
  }
}

/** Something that a test lets go on. */
export class Gate {
  open!: () => void;
  readonly opened: Promise<void>;
  reached!: () => void;
  readonly arrival: Promise<void>;

  constructor() {
    this.opened = new Promise((resolve) => (this.open = resolve));
    this.arrival = new Promise((resolve) => (this.reached = resolve));
  }

  /** Waits until it is open. */
  pass(): Promise<void> {
    this.reached();
    return this.opened;
  }
}

/** Fakes the time of day only. */
export class Clock implements Disposable {
  #now = Date.now();

  constructor() {
    vi.useFakeTimers({ toFake: ['Date'], now: this.#now });
  }

  advance(milliseconds: number): void {
    vi.setSystemTime((this.#now += milliseconds));
  }

  [Symbol.dispose](): void {
    vi.useRealTimers();
  }
}
