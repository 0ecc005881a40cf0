import { createHash } from 'node:crypto';

import { HttpError, ServiceUnavailableError } from '@blaizejs/errors';
import { expect, test } from 'vitest';

import { onEveryTransport } from './transports.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const MARKUP = `<img src=x onerror=alert(1)>"'&</title></style><script>`;

const fail = (): never => {
  throw new Error('hostile');
};
const traps = { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail };

/** What else can be thrown. Each is a 500, and nothing more than that. */
const thrown: Record<string, unknown> = {
  'a-string': MARKUP,
  nothing: undefined,
  null: null,
  'a-symbol': Symbol('s'),
  'throwing-getters': Object.defineProperties(
    {},
    { message: { get: fail }, stack: { get: fail }, cause: { get: fail } },
  ),
  'a-proxy': new Proxy({}, traps),
  'a-proxy-of-an-error': new Proxy(new Error('x'), { has: fail, ownKeys: fail, getPrototypeOf: fail }),
  'a-proxy-as-cause': new Error('outer', { cause: new Proxy(new Error('x'), traps) }),
  'a-cycle': Object.assign(new Error('round'), { cause: undefined }),
  'no-stack': Object.assign(new Error('x'), { stack: undefined }),
  'a-strange-stack': Object.assign(new Error('x'), { stack: { toString: fail } }),
  'a-foreign-file': Object.assign(new Error('x'), {
    stack: 'Error: x\n    at f (/etc/passwd:1:1)\n    at g (/nowhere.ts:1:1)',
  }),
};
(thrown['a-cycle'] as Error).cause = thrown['a-cycle'];

onEveryTransport(
  'an error in development',
  () => ({}),
  ({ server }) => {
    const add = (path: string, handler: () => unknown): void => {
      server.router.addRoute('GET', path, { handler });
    };
    add('/fails/:id', () => {
      throw new TypeError(`failed ${MARKUP}`, {
        cause: new AggregateError([new Error('deep down')], 'behind it'),
      });
    });
    add('/reset/:token', fail);
    add('/busy', () => {
      throw new ServiceUnavailableError('Come back later.', {
        headers: { 'retry-after': '7' },
        details: { why: MARKUP },
      });
    });
    add('/bad', () => {
      throw new HttpError(422, 'Not like that.');
    });
    for (const [name, value] of Object.entries(thrown)) {
      add(`/thrown/${name}`, () => {
        throw value;
      });
    }
    server.use(async (ctx, next) => {
      ctx.response.headers({
        vary: 'origin',
        'content-security-policy': "script-src 'unsafe-inline'",
        'x-own': 'stays',
      });
      await next();
    });
  },
  (reach) => {
    const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      reach().request(path, { method, headers: { accept: BROWSER, ...headers } });
    const page = async (path: string, headers?: Record<string, string>): Promise<string> => {
      const response = await ask(path, headers);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      return response.text();
    };

    test('is a page with message, code, source, causes, calls and the request', async () => {
      const html = await page('/fails/7?page=2', { 'x-correlation-id': 'abc-1' });
      expect(html).toContain('<b>500</b> Internal Server Error');
      expect(html).toContain('TypeError · ERR_BLAIZE_INTERNAL_SERVER_ERROR');
      expect(html).toMatch(/<b>packages\/server\/test\/development-errors\.test\.ts:\d+:\d+<\/b>/);
      expect(html).toMatch(/<span class="here"><i>\d+<\/i> {6}throw <mark>new<\/mark> TypeError\(/);
      expect(html).toContain('Caused by <b>AggregateError</b>: behind it');
      expect(html).toContain('Contains <b>Error</b>: deep down');
      expect(html).toMatch(/<summary>All calls, including \d+ in Node and packages<\/summary>/);
      expect(html).toContain('<td>GET /fails/7?page=2</td>');
      expect(html).toContain('<td>abc-1</td>');
      expect(html).toMatch(/<th scope="row">id<\/th>\s*<td>7<\/td>/);
      expect(html).toMatch(/<th scope="row">accept<\/th>\s*<td>text\/html,/);
    });

    test('that is shown holds no markup but its own', async () => {
      const html = await page(`/fails/${encodeURIComponent(MARKUP)}?${MARKUP.replaceAll(/[ <>"]/g, '')}`, {
        'x-markup': MARKUP,
        'user-agent': MARKUP,
      });
      const own =
        /^(?:!doctype|\/?(?:html|head|meta|title|style|body|header|main|footer|figure|figcaption|div|p|h1|h2|b|i|pre|span|mark|ol|li|code|details|summary|table|tbody|tr|th|td))$/;
      const tags = [...html.matchAll(/<([^\s>]*)[^>]*>/g)];
      expect(tags.filter(([, name]) => !own.test(name!)).map(([tag]) => tag)).toEqual([]);
      expect(tags.filter(([tag]) => /\s(?:on\w+|style|src|href)\s*=/i.test(tag)).map(([tag]) => tag)).toEqual(
        [],
      );
      expect(html.match(/<(?:title|style)>/g)).toHaveLength(2);
      expect(html).toContain('&#60;img src=x onerror=alert(1)&#62;&#34;&#39;&#38;');
    });

    test('runs nothing, loads nothing, and is kept by nobody', async () => {
      const response = await ask('/fails/1');
      const html = await response.text();
      const style = /<style>([^]*?)<\/style>/.exec(html)![1]!;
      const hash = createHash('sha256').update(style).digest('base64');
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        vary: 'origin, accept',
        'x-own': 'stays',
      });
    });

    test('shows nothing that lets somebody in', async () => {
      const secret = 'hunter2';
      const html = await page(`/reset/${secret}?access_token=${secret}`, {
        authorization: `Bearer ${secret}`,
        'proxy-authorization': secret,
        'x-api-key': secret,
        'x-csrf-token': secret,
        'x-custom': `Bearer ${secret}`,
        referer: `https://a.example/?token=${secret}`,
        ...(reach().transport === 'in process' ? {} : { cookie: `sid=${secret}` }),
      });
      expect(html).not.toContain(`=${secret}`);
      expect(html.replaceAll(/<pre>[^]*?<\/pre>/g, '')).not.toContain(secret);
      expect(html).toMatch(/<th scope="row">authorization<\/th>\s*<td>\[redacted\]<\/td>/);
      expect(html).toContain('<td>GET /reset/[redacted]?access_token=[redacted]</td>');
    });

    test('answers HEAD with what GET has, without the page (RFC 9110 section 9.3.2)', async () => {
      const [get, head] = [await ask('/bad'), await ask('/bad', {}, 'HEAD')];
      expect([head.status, await head.text()]).toEqual([422, '']);
      expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
      expect(Number(head.headers.get('content-length'))).toBeGreaterThan(1_000);
      await get.text();
    });

    test('keeps its status, header fields and details', async () => {
      const response = await ask('/busy');
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7']);
      expect(await response.text()).toContain('&#34;why&#34;: &#34;&#60;img');
    });

    test('of the client shows no source', async () => {
      const html = await page('/bad');
      expect(html).toContain('Not like that.');
      expect(html).not.toContain('<pre>');
    });

    test.each(['application/json', '*/*', 'application/problem+json, text/html;q=0.5'])(
      'is problem details where %s is asked for (RFC 9457)',
      async (accept) => {
        const response = await ask('/fails/1', { accept });
        expect(response.headers.get('content-type')).toBe('application/problem+json');
        expect(response.headers.get('vary')).toBe('origin');
        expect(await response.json()).toMatchObject({ status: 500, detail: `failed ${MARKUP}` });
      },
    );

    test.each(Object.keys(thrown))('that is no usual one has its page all the same: %s', async (name) => {
      const html = await page(`/thrown/${name}`);
      expect(html).toContain('<b>500</b>');
      expect(html).not.toMatch(/root:|<script/);
      const plain = await ask(`/thrown/${name}`, { accept: '*/*' });
      expect(await plain.json()).toMatchObject({ status: 500, code: 'ERR_BLAIZE_INTERNAL_SERVER_ERROR' });
    });
  },
);
