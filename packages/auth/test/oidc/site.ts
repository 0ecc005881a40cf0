import { startTestServer, type RequestOptions, type TestServer } from '@blaizejs/testing';
import type { Middleware } from '@blaizejs/types';

import { oidc, type OidcClaims, type OidcLogin, type OidcOptions } from '../../src/oidc.ts';
import { memoryStore, session, type Session } from '../../src/session.ts';
import { CLIENT, type TestProvider } from './provider.ts';

/** How browsers see the app. It really is on another port, and hears another `Host`. */
export const ORIGIN = 'https://app.example.com';
export const REDIRECT_URI = `${ORIGIN}/auth/callback`;
export const SECRET = 'a secret for tests that is long enough';

/** The ways in which a request reaches the app. */
export const WAYS = ['http1', 'http2'] as const;
export type Way = (typeof WAYS)[number];

type Options = Partial<OidcOptions<undefined, OidcClaims, Session>>;

/** An app in which people sign in at a provider, and everything that it has logged. */
export class LoginSite implements AsyncDisposable {
  readonly app: TestServer;
  readonly login: OidcLogin<OidcClaims, Session>;
  readonly sessions: Middleware<{ session: Session }>;
  readonly logged: string[];

  private constructor(
    app: TestServer,
    login: OidcLogin<OidcClaims, Session>,
    sessions: Middleware<{ session: Session }>,
    logged: string[],
  ) {
    this.app = app;
    this.login = login;
    this.sessions = sessions;
    this.logged = logged;
  }

  static async start(
    { issuer }: Pick<TestProvider, 'issuer'>,
    options: Options = {},
    sessions: Middleware<{ session: Session }> = session({ store: memoryStore() }),
  ): Promise<LoginSite> {
    const logged: string[] = [];
    const log = (...args: unknown[]): void => void logged.push(args.map((arg) => textOf(arg)).join(' '));
    const login = oidc<undefined, OidcClaims, Session>({
      issuer,
      ...CLIENT,
      redirectUri: REDIRECT_URI,
      secret: SECRET,
      ...options,
      session: sessions,
    });
    const app = await startTestServer({
      mode: 'production',
      logger: { debug: log, info: log, warn: log, error: log },
      plugins: [login],
    });
    const { router } = app.server;
    router.addRoute('GET', '/', { handler: () => 'home' });
    router.addRoute('GET', '/me', { middleware: [login.auth()], handler: ({ state }) => state.user });
    router.addRoute('GET', '/page', {
      middleware: [login.auth({ redirect: true })],
      handler: ({ state }) => state.user.sub,
    });
    router.addRoute('GET', '/maybe', {
      middleware: [login.auth({ optional: true })],
      handler: ({ state }) => state.user?.sub ?? 'nobody',
    });
    router.addRoute('GET', '/tokens', {
      middleware: [login.auth()],
      handler: async (ctx) => {
        const { accessToken, ...rest } = await login.tokens(ctx);
        return { ...rest, length: accessToken.length, last: accessToken.slice(-4) };
      },
    });
    router.addRoute('GET', '/info', { middleware: [login.auth()], handler: (ctx) => login.userInfo(ctx) });
    router.addRoute('GET', '/cart', {
      middleware: [sessions],
      handler: async ({ state, request, response }) => {
        const { put } = request.query;
        if (typeof put === 'string') state.session.set('cart', put);
        return response.json({
          cart: (await state.session.get('cart')) ?? null,
          id: (await state.session.id()) ?? null,
        });
      },
    });
    return new LoginSite(app, login, sessions, logged);
  }

  /** Warnings and errors. */
  get problems(): string[] {
    return this.logged.filter((line) => !/Server (?:running|stopped)/.test(line));
  }

  send(way: Way, path: string, options: RequestOptions = {}): Promise<Response> {
    return this.app[way].request(path, options);
  }

  browser(way: Way): LoginBrowser {
    return new LoginBrowser(this, way);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.close();
  }
}

/** Keeps cookies of each origin, and follows redirects, as a browser does. */
export class LoginBrowser {
  readonly #site: LoginSite;
  readonly #way: Way;
  readonly cookies = new Map<string, Map<string, string>>();
  /** All that it was ever sent. */
  readonly seen: string[] = [];

  constructor(site: LoginSite, way: Way) {
    this.#site = site;
    this.#way = way;
  }

  /** The cookies of the app. */
  get own(): Map<string, string> {
    return this.#cookiesOf(ORIGIN);
  }

  /** One request; redirects are not followed. */
  async go(
    to: string,
    { headers, ...options }: RequestOptions = {},
  ): Promise<Response & { readonly at: string }> {
    const url = new URL(to, ORIGIN);
    const cookies = this.#cookiesOf(url.origin);
    const all = new Headers(headers);
    if (cookies.size > 0) all.set('cookie', [...cookies].map((pair) => pair.join('=')).join('; '));
    const init = { ...options, headers: all };
    const response =
      url.origin === ORIGIN
        ? await this.#site.send(this.#way, url.pathname + url.search, init)
        : await fetch(url, { ...(init as RequestInit), redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0\b|expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    this.seen.push(url.href, ...[...response.headers].flat());
    return Object.assign(response, { at: url.href });
  }

  /** Follows redirects until there is a page, or `until` holds for where one leads. */
  async follow(
    to: string,
    options: RequestOptions = {},
    until: (url: URL) => boolean = () => false,
  ): Promise<Response & { readonly at: string }> {
    let response = await this.go(to, options);
    for (let hops = 0; response.status >= 300 && response.status < 400; hops++) {
      const next = new URL(response.headers.get('location') ?? '', response.at);
      await response.text();
      if (until(next)) return Object.assign(response, { at: next.href });
      if (hops > 10) throw new Error(`Too many redirects: ${next.href}`);
      response = await this.go(next.href);
    }
    return response;
  }

  /** Goes to the login, and signs in at the provider. @returns the URL that leads back to the app */
  async begin(user = 'ada', path = '/auth/login'): Promise<string> {
    const isBack = (url: URL): boolean => url.origin === ORIGIN && url.pathname.endsWith('callback');
    const page = await this.follow(path, {}, isBack);
    if (isBack(new URL(page.at))) return page.at;
    const html = await page.text();
    const [, action = ''] = /action="([^"]+)"/.exec(html) ?? [];
    if (action === '') throw new Error(`No form at ${page.at}: ${page.status} ${html.slice(0, 500)}`);
    const body = new URLSearchParams({ prompt: 'login', login: user, password: 'x' });
    const back = await this.follow(
      new URL(action, page.at).href,
      {
        method: 'POST',
        body: body.toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
      isBack,
    );
    if (!isBack(new URL(back.at)))
      throw new Error(`Not back: ${back.at} ${back.status} ${(await back.text()).slice(0, 500)}`);
    return back.at;
  }

  /** Signs in. */
  async signIn(user = 'ada', path = '/auth/login'): Promise<Response> {
    return this.go(await this.begin(user, path));
  }

  async json(path: string): Promise<unknown> {
    const response = await this.go(path);
    return response.status === 200 ? response.json() : response.status;
  }

  #cookiesOf(origin: string): Map<string, string> {
    const cookies = this.cookies.get(origin) ?? new Map<string, string>();
    this.cookies.set(origin, cookies);
    return cookies;
  }
}

function textOf(value: unknown): string {
  if (value instanceof Error)
    return `${value.stack ?? ''} ${JSON.stringify(value)} ${value.cause === undefined ? '' : textOf(value.cause)}`;
  return typeof value === 'string'
    ? value
    : JSON.stringify(value, (_key, each: unknown) => (each instanceof Error ? textOf(each) : each));
}
