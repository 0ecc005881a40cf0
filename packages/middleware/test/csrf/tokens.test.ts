import { expect, test } from 'vitest';

import type { State } from '@blaizejs/types';

import { createMiddleware } from '../../src/create-middleware.ts';
import { csrf, type CsrfToken } from '../../src/csrf.ts';
import { onEveryWay, type Reached } from '../../../../tooling/test/ways.ts';

const SECRET = 'a'.repeat(32);
const FORM = 'application/x-www-form-urlencoded';
const ATTACKER = 'https://attacker.example';

type Headers = Record<string, string>;

const sessionOf = ({ request }: { request: { cookies: Readonly<Record<string, string>> } }) =>
  request.cookies.sid;

const makeToken = ({ state }: { state: State }) => (state as { csrf: CsrfToken }).csrf.token();

/** What a page has, and the cookie that the browser has got with it. */
async function page(reached: Reached, cookie = ''): Promise<{ token: string; cookie: string }> {
  const response = await reached.request('/form', { headers: cookie === '' ? {} : { cookie } });
  const token = await response.text();
  const [line] = response.headers.getSetCookie();
  const sent = line?.replace(/;.*/s, '');
  return { token, cookie: [cookie, sent].filter(Boolean).join('; ') };
}

async function status(reached: Reached, headers: Headers, body?: string | object): Promise<number> {
  const init = { method: 'POST', headers, ...(body !== undefined && { body }) };
  const response = await reached.request('/', init);
  await response.body?.cancel();
  return response.status;
}

onEveryWay(
  'csrf({ token })',
  () => ({ middleware: [csrf({ token: { secret: SECRET, session: sessionOf } })], bodyLimit: 10_000 }),
  (router) => {
    router.addRoute('GET', '/form', { handler: makeToken });
    router.addRoute('GET', '/two', {
      handler: async (ctx) => [await makeToken(ctx), await makeToken(ctx)],
    });
    router.addRoute('GET', '/plain', { handler: () => 'hi' });
    router.addRoute('GET', '/private', {
      handler: async (ctx) => {
        ctx.response.header('cache-control', 'private, max-age=60').header('vary', 'Accept');
        return makeToken(ctx);
      },
    });
    router.addRoute('GET', '/late', {
      handler: (ctx) =>
        ctx.response.type('text/plain').stream(
          (async function* () {
            yield 'then: ';
            try {
              yield await makeToken(ctx);
            } catch (error) {
              yield (error as { code: string }).code;
            }
          })(),
        ),
    });
    router.addRoute('POST', '/', { handler: () => 'done' });
    router.addRoute('PUT', '/', { handler: () => 'done' });
    router.addRoute('DELETE', '/', { handler: () => 'done' });
    router.addRoute('POST', '/fields', {
      handler: async ({ request }) => Object.fromEntries((await request.formData()).entries()),
    });
  },
  (reach) => {
    test('nothing sets a cookie before a token is made', async () => {
      const { headers } = await reach().request('/plain');
      expect(headers.getSetCookie()).toEqual([]);
      expect(headers.get('cache-control')).toBeNull();
      expect(headers.get('vary')).toBeNull();
    });

    test('the first token sets a cookie that only this host can set, and is kept from shared caches', async () => {
      const { headers } = await reach().request('/form');
      expect(headers.getSetCookie()).toEqual([
        expect.stringMatching(/^__Host-csrf=[\w-]{22}; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
      ]);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('vary')).toBe('Cookie');
    });

    test('further tokens need no further cookie', async () => {
      const { cookie } = await page(reach());
      const { headers } = await reach().request('/form', { headers: { cookie } });
      expect(headers.getSetCookie()).toEqual([]);
      expect(headers.get('cache-control')).toBe('no-store');
    });

    test('a page that only its own browser keeps is left so', async () => {
      const { headers } = await reach().request('/private');
      expect(headers.get('cache-control')).toBe('private, max-age=60');
      expect(headers.get('vary')).toBe('Accept, Cookie');
    });

    test('each token is another text, and all of them are valid', async () => {
      const response = await reach().request('/two');
      const tokens = (await response.json()) as string[];
      const cookie = response.headers.getSetCookie()[0]?.replace(/;.*/s, '') ?? '';
      const again = await page(reach(), cookie);
      expect(new Set([...tokens, again.token]).size).toBe(3);
      // Not even a part of them repeats.
      const halves = [...tokens, again.token].flatMap((token) => [token.slice(0, 42), token.slice(44)]);
      expect(new Set(halves).size).toBe(6);
      for (const token of [...tokens, again.token])
        expect(await status(reach(), { cookie, 'x-csrf-token': token })).toBe(200);
    });

    test('a client that says nothing may send its form with a token, by header or field', async () => {
      const { token, cookie } = await page(reach());
      expect(await status(reach(), { cookie, 'x-csrf-token': token }, '{"a":1}')).toBe(200);
      expect(await status(reach(), { cookie, 'content-type': FORM }, `a=1&_csrf=${token}`)).toBe(200);
      const charset = 'Application/X-WWW-Form-Urlencoded; charset=UTF-8';
      expect(await status(reach(), { cookie, 'content-type': charset }, `_csrf=${token}&a=%C3%A9`)).toBe(200);
      for (const method of ['PUT', 'DELETE']) {
        const response = await reach().request('/', { method, headers: { cookie, 'x-csrf-token': token } });
        expect(response.status).toBe(200);
      }
    });

    test('the handler still reads the form', async () => {
      const { token, cookie } = await page(reach());
      const body = `a=%C3%A9&_csrf=${token}`;
      const headers = { cookie, 'content-type': FORM };
      const response = await reach().request('/fields', { method: 'POST', headers, body });
      expect(await response.json()).toEqual({ a: 'é', _csrf: token });
    });

    test('it needs one even without cookies: a form can sign its visitor in as somebody else', async () => {
      expect(await status(reach(), {})).toBe(403);
      expect(await status(reach(), { 'content-type': FORM }, 'user=eve&password=x')).toBe(403);
      const { token } = await page(reach());
      expect(await status(reach(), { 'x-csrf-token': token })).toBe(403);
    });

    test('those who say where they come from need none', async () => {
      const cookie = 'sid=1';
      expect(await status(reach(), { cookie, 'sec-fetch-site': 'same-origin' })).toBe(200);
      expect(await status(reach(), { cookie, origin: new URL(reach().app.url).origin })).toBe(200);
    });

    test('a token does not make up for another site', async () => {
      const { token, cookie } = await page(reach());
      const valid = { cookie, 'x-csrf-token': token };
      for (const from of [
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': '' },
        { 'sec-fetch-site': 'cross-site', origin: ATTACKER },
        { origin: ATTACKER },
        { origin: 'null' },
        { origin: '' },
      ] as Headers[]) {
        expect(await status(reach(), { ...valid, ...from })).toBe(403);
        const field = { cookie, 'content-type': FORM, ...from };
        expect(await status(reach(), field, `_csrf=${token}`)).toBe(403);
      }
    });

    test('a token is of one session', async () => {
      const visitor = await page(reach());
      const user = await page(reach(), 'sid=1');
      expect(await status(reach(), { cookie: user.cookie, 'x-csrf-token': user.token })).toBe(200);
      const [, own = ''] = user.cookie.split('; ');
      // Signed out, somebody else, and somebody who has signed in since.
      expect(await status(reach(), { cookie: own, 'x-csrf-token': user.token })).toBe(403);
      expect(await status(reach(), { cookie: `sid=2; ${own}`, 'x-csrf-token': user.token })).toBe(403);
      const later = `sid=1; ${visitor.cookie}`;
      expect(await status(reach(), { cookie: later, 'x-csrf-token': visitor.token })).toBe(403);
      const reloaded = await page(reach(), later);
      expect(reloaded.cookie).toBe(later);
      expect(await status(reach(), { cookie: later, 'x-csrf-token': reloaded.token })).toBe(200);
    });

    test('a cookie that another subdomain has planted is not enough, whatever token comes with it', async () => {
      const attacker = await page(reach());
      const signedIn = await page(reach(), 'sid=eve');
      const [, planted = ''] = signedIn.cookie.split('; ');
      // The victim has no cookie of its own yet, or loses it.
      for (const { cookie, token } of [attacker, { cookie: planted, token: signedIn.token }])
        expect(await status(reach(), { cookie: `sid=victim; ${cookie}`, 'x-csrf-token': token })).toBe(403);
      // Both are sent: nobody knows which is which.
      const victim = await page(reach());
      for (const cookie of [`${attacker.cookie}; ${victim.cookie}`, `${victim.cookie}; ${attacker.cookie}`])
        for (const { token } of [attacker, victim])
          expect(await status(reach(), { cookie, 'x-csrf-token': token })).toBe(403);
    });

    test('what the cookie has is no token', async () => {
      const { cookie } = await page(reach());
      const [, seed = ''] = cookie.split('=');
      expect(await status(reach(), { cookie, 'x-csrf-token': seed })).toBe(403);
    });

    test.each<[string, (token: string) => string]>([
      ['nothing', () => ''],
      ['a part', (token) => token.slice(0, -1)],
      ['more', (token) => `${token}A`],
      ['another first character', (token) => (token.startsWith('A') ? 'B' : 'A') + token.slice(1)],
      ['another last half', (token) => token.slice(0, 43) + 'A'.repeat(43)],
      ['two halves that are alike', () => 'A'.repeat(86)],
      ['two tokens', (token) => `${token}, ${token}`],
      ['the other alphabet', (token) => token.slice(0, 85) + '+'],
      ['a huge text', () => 'A'.repeat(4000)],
      ['a name of everything', () => 'constructor'],
    ])('%s is refused', async (_what, change) => {
      const { token, cookie } = await page(reach());
      const wrong = change(token);
      expect(await status(reach(), { cookie, 'x-csrf-token': wrong })).toBe(403);
      // The field does not make up for the header.
      const both = { cookie, 'x-csrf-token': wrong, 'content-type': FORM };
      expect(await status(reach(), both, `_csrf=${token}`)).toBe(403);
      const body = new URLSearchParams({ _csrf: wrong }).toString();
      expect(await status(reach(), { cookie, 'content-type': FORM }, body)).toBe(403);
    });

    test('a token that is sent twice is none', async () => {
      const { token, cookie } = await page(reach());
      const body = `_csrf=${token}&_csrf=${token}`;
      expect(await status(reach(), { cookie, 'content-type': FORM }, body)).toBe(403);
    });

    test.each(['', 'a', '__Host-csrf=', `__Host-csrf=${'A'.repeat(23)}`, '__Host-csrf=../../..; a=b'])(
      'a token with the cookie "%s" is refused',
      async (cookie) => {
        const { token } = await page(reach());
        expect(await status(reach(), { cookie, 'x-csrf-token': token })).toBe(403);
      },
    );

    test.each([
      ['text/plain', (token: string) => `_csrf=${token}`],
      ['application/json', (token: string) => JSON.stringify({ _csrf: token })],
      [
        'multipart/form-data; boundary=b',
        (token: string) => `--b\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n${token}\r\n--b--\r\n`,
      ],
      ['not a type', (token: string) => `_csrf=${token}`],
    ])('a field in a body of the type %s is not looked for', async (type, bodyWith) => {
      const { token, cookie } = await page(reach());
      expect(await status(reach(), { cookie, 'content-type': type }, bodyWith(token))).toBe(403);
      const headers = { cookie, 'content-type': type, 'x-csrf-token': token };
      expect(await status(reach(), headers, bodyWith(token))).toBe(200);
    });

    test('a form that is too large, or has too many fields, is not read for its token', async () => {
      const { token, cookie } = await page(reach());
      const headers = { cookie, 'content-type': FORM };
      expect(await status(reach(), headers, `_csrf=${token}&a=${'a'.repeat(10_000)}`)).toBe(413);
      expect(await status(reach(), headers, `_csrf=${token}${'&a'.repeat(1000)}`)).toBe(413);
      expect(await status(reach(), headers, `_csrf=${token}&a=%FF`)).toBe(200);
      // Without its cookie, it is not read at all.
      expect(await status(reach(), { 'content-type': FORM }, 'a'.repeat(10_001))).toBe(403);
    });

    test('thirty clients at once get a cookie each, and none of them is another one', async () => {
      const pages = await Promise.all(Array.from({ length: 30 }, () => page(reach())));
      expect(new Set(pages.map(({ cookie }) => cookie)).size).toBe(30);
      const next = (index: number) => pages[(index + 1) % pages.length]?.token ?? '';
      const own = pages.map(({ cookie, token }) => status(reach(), { cookie, 'x-csrf-token': token }));
      const others = pages.map(({ cookie }, index) =>
        status(reach(), { cookie, 'x-csrf-token': next(index) }),
      );
      expect(new Set(await Promise.all(own))).toEqual(new Set([200]));
      expect(new Set(await Promise.all(others))).toEqual(new Set([403]));
    });

    test('in a page that is already on its way, a token can no longer be made', async () => {
      expect(await (await reach().request('/late')).text()).toBe('then: ERR_BLAIZE_CSRF_TOKEN');
    });

    test('the answer says what was missing', async () => {
      const response = await reach().request('/', { method: 'POST', headers: { cookie: 'sid=1' } });
      expect(await response.json()).toMatchObject({
        status: 403,
        code: 'ERR_BLAIZE_CSRF',
        detail: expect.stringMatching(
          /it has no token that is valid for its cookie and session\. Reload/,
        ) as string,
      });
    });
  },
);

onEveryWay(
  'csrf({ token }) after sessions',
  () => ({
    logger: false,
    middleware: [
      createMiddleware<{ session: { id(): Promise<unknown> } }>({
        name: 'session',
        onRequest: ({ state, request }) => {
          const given = request.header('x-session');
          const ids: Record<string, () => unknown> = {
            away: () => {
              throw new RangeError('The store is away.');
            },
            number: () => 7,
            null: () => null,
          };
          state.session = { id: () => Promise.resolve().then(() => (ids[given ?? ''] ?? (() => given))()) };
        },
      }),
      csrf<{ session: { id(): Promise<string | undefined> } }>({
        token: { secret: SECRET, session: ({ state }) => state.session.id() },
      }),
      // Twice makes no difference.
      csrf({ token: { secret: SECRET, session: () => undefined } }),
    ],
  }),
  (router) => {
    router.addRoute('GET', '/form', { handler: makeToken });
    router.addRoute('POST', '/', { handler: () => 'done' });
  },
  (reach) => {
    const pageOf = async (session: string) => {
      const response = await reach().request('/form', { headers: { 'x-session': session } });
      const lines = response.headers.getSetCookie();
      return { status: response.status, lines, token: await response.text() };
    };

    test('a session may be looked up', async () => {
      const { lines, token } = await pageOf('1');
      expect(lines).toHaveLength(1);
      const headers = { cookie: lines[0]?.replace(/;.*/s, '') ?? '', 'x-csrf-token': token };
      expect(await status(reach(), { ...headers, 'x-session': '1' })).toBe(200);
      expect(await status(reach(), { ...headers, 'x-session': '2' })).toBe(403);
      expect(await status(reach(), headers)).toBe(403);
    });

    test('if it cannot be, nothing passes', async () => {
      const { lines, token } = await pageOf('1');
      const headers = { cookie: lines[0]?.replace(/;.*/s, '') ?? '', 'x-csrf-token': token };
      for (const session of ['away', 'number', 'null']) {
        expect(await status(reach(), { ...headers, 'x-session': session })).toBe(500);
        expect(await pageOf(session)).toMatchObject({ status: 500 });
      }
    });
  },
);
