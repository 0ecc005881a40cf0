import { once } from 'node:events';
import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';

import { startTestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { onEveryTransport, type Reached, WIRES } from './transports.ts';
import { openHttp1 } from './wire/send-raw.ts';

const LINK = '</app.css>; rel=preload; as=style';

/** What a browser says when it loads a page. */
const NAVIGATION = { 'sec-fetch-mode': 'navigate' };

interface Asked {
  readonly method?: string;
  readonly version?: '1.0' | '1.1' | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The links of the hints that come before an answer, its status and links, and the answer. */
async function askWhole(
  reached: Reached,
  path: string,
  { method = 'GET', version = '1.1', headers = {} }: Asked = {},
): Promise<{ hints: string[]; status: number; link: string | undefined; body: string }> {
  if (reached.transport === 'HTTP/2') {
    const session = connectHttp2(reached.app.url);
    const stream = session.request({ ':method': method, ':path': path, ...headers }, { endStream: true });
    const hints: string[] = [];
    stream.on('headers', (fields: IncomingHttpHeaders) => hints.push(String(fields['link'])));
    const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status': number }];
    const body = Buffer.concat((await stream.toArray()) as Buffer[]).toString();
    session.close();
    return { hints, status: head[':status'], link: head['link'] as string | undefined, body };
  }
  const socket = await openHttp1(reached);
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(
    `${method} ${path} HTTP/${version}\r\nHost: localhost\r\nConnection: close\r\n${fields.join('')}\r\n`,
  );
  const text = Buffer.concat((await socket.toArray()) as Buffer[]).toString();
  const heads = text.split('\r\n\r\n');
  const hints = heads.filter((head) => head.startsWith('HTTP/1.1 103'));
  const linkOf = (head = ''): string | undefined => /^link: (.*)$/im.exec(head)?.[1];
  const final = heads[hints.length];
  return {
    hints: hints.map((head) => linkOf(head) ?? ''),
    status: Number(final?.split(' ')[1]),
    link: linkOf(final),
    body: heads.slice(hints.length + 1).join('\r\n\r\n'),
  };
}

async function ask(
  reached: Reached,
  path: string,
  version?: '1.0' | '1.1',
): Promise<{ hints: string[]; body: string }> {
  const { hints, body } = await askWhole(reached, path, { version });
  return { hints, body };
}

onEveryTransport(
  'early hints',
  () => ({}),
  ({ server: { router } }) => {
    router.addRoute('GET', '/given', {
      handler: ({ response }) => response.earlyHints({ link: LINK }).text('ok'),
    });
    router.addRoute('GET', '/of-the-answer', {
      middleware: [
        (ctx, next) => {
          ctx.response.header('link', [LINK, '</app.js>; rel=modulepreload']).earlyHints();
          return next();
        },
      ],
      handler: () => 'ok',
    });
    router.addRoute('GET', '/without', { handler: ({ response }) => response.earlyHints().text('ok') });
    router.addRoute('GET', '/late', {
      handler: async function* ({ response }) {
        yield 'o';
        await new Promise((resolve) => setImmediate(resolve));
        response.earlyHints({ link: LINK });
        yield 'k';
      },
    });
    router.addRoute('GET', '/invalid', {
      handler: ({ response }) => response.earlyHints({ link: '</a>\r\nx-injected: 1' }).text('ok'),
    });
  },
  (reach) => {
    test.each([
      ['/given', [LINK]],
      ['/of-the-answer', [`${LINK}, </app.js>; rel=modulepreload`]],
      ['/without', []],
    ])('come before the answer: %s', async (path, hints) => {
      expect(await ask(reach(), path)).toEqual({ hints, body: 'ok' });
    });

    test('are left out once the answer has begun', async () => {
      const { hints, body } = await ask(reach(), '/late');
      expect([hints, body.replaceAll(/[^a-z]/g, '')]).toEqual([[], 'ok']);
    });

    test('that are not valid are an error, and not sent', async () => {
      const { hints, body } = await ask(reach(), '/invalid');
      expect(hints).toEqual([]);
      expect(body).toContain('"status":500');
    });

    test('are not sent over HTTP/1.0 (RFC 9110 section 15.2)', async () => {
      if (reach().transport === 'HTTP/2') return;
      for (const path of ['/given', '/of-the-answer']) {
        expect(await ask(reach(), path, '1.0')).toEqual({ hints: [], body: 'ok' });
      }
    });
  },
  WIRES,
);

const SCRIPT = '</app.js>; rel=modulepreload';

onEveryTransport(
  'early hints by option',
  () => ({
    middleware: [
      (ctx, next) => {
        if (ctx.request.path.startsWith('/linked')) ctx.response.header('link', LINK);
        return next();
      },
    ],
  }),
  ({ server: { router } }) => {
    router.addRoute('GET', '/listed', { earlyHints: [LINK, SCRIPT], handler: () => 'ok' });
    router.addRoute('POST', '/listed', { handler: () => 'ok' });
    router.addRoute('GET', '/linked', { earlyHints: true, handler: () => 'ok' });
    router.addRoute('GET', '/linked/more', { earlyHints: [LINK, SCRIPT], handler: () => 'ok' });
    router.addRoute('GET', '/linked/off', { handler: () => 'ok' });
    router.addRoute('GET', '/unlinked', { earlyHints: true, handler: () => 'ok' });
    router.addRoute('GET', '/refused', {
      earlyHints: [LINK],
      middleware: [(ctx) => void ctx.response.status(401).text('no')],
      handler: () => 'ok',
    });
    router.addRoute('GET', '/failing', {
      earlyHints: [LINK],
      handler: () => {
        throw new Error('broken');
      },
    });
    router.addRoute('GET', '/streamed', {
      earlyHints: [LINK],
      handler: async function* () {
        yield 'o';
        await new Promise((resolve) => setImmediate(resolve));
        yield 'k';
      },
    });
  },
  (reach) => {
    test.each([
      ['/listed', [`${LINK}, ${SCRIPT}`]],
      ['/linked', [LINK]],
      ['/linked/more', [`${LINK}, ${SCRIPT}`]],
    ])('go ahead of a page, which has the same links: %s', async (path, hints) => {
      expect(await askWhole(reach(), path, { headers: NAVIGATION })).toEqual({
        hints,
        status: 200,
        link: hints[0],
        body: 'ok',
      });
    });

    test('go to page loads only', async () => {
      for (const asked of [
        {},
        { headers: { 'sec-fetch-mode': 'cors' } },
        { headers: NAVIGATION, method: 'HEAD' },
        { headers: { ...NAVIGATION, 'content-length': '0' }, method: 'POST' },
      ]) {
        expect(await askWhole(reach(), '/listed', asked)).toMatchObject({ hints: [], status: 200 });
      }
    });

    test('do not go to HTTP/1.0, whose answer has the links', async () => {
      if (reach().transport === 'HTTP/2') return;
      const answer = await askWhole(reach(), '/listed', { version: '1.0', headers: NAVIGATION });
      expect(answer).toEqual({ hints: [], status: 200, link: `${LINK}, ${SCRIPT}`, body: 'ok' });
    });

    test.each(['/linked/off', '/unlinked', '/nowhere'])(
      'are not sent without the option or a link: %s',
      async (path) => {
        expect((await askWhole(reach(), path, { headers: NAVIGATION })).hints).toEqual([]);
      },
    );

    test('are not sent to someone whom middleware refuses', async () => {
      const { hints, status, link } = await askWhole(reach(), '/refused', { headers: NAVIGATION });
      expect([hints, status, link]).toEqual([[], 401, undefined]);
    });

    test('leave an error and a stream as they are', async () => {
      const failing = await askWhole(reach(), '/failing', { headers: NAVIGATION });
      expect([failing.hints, failing.status]).toEqual([[LINK], 500]);
      const { hints, link, body } = await askWhole(reach(), '/streamed', { headers: NAVIGATION });
      expect([hints, link, body.replaceAll(/[^a-z]/g, '')]).toEqual([[LINK], LINK, 'ok']);
    });
  },
  WIRES,
);

onEveryTransport(
  'early hints of a whole app',
  () => ({
    earlyHints: true,
    middleware: [
      (ctx, next) => {
        ctx.response.header('link', LINK);
        return next();
      },
    ],
  }),
  ({ server: { router } }) => {
    router.addRoute('GET', '/', { handler: () => 'ok' });
    router.addRoute('GET', '/off', { earlyHints: false, handler: () => 'ok' });
  },
  (reach) => {
    test('are sent for its routes, except those that want none', async () => {
      const headers = NAVIGATION;
      expect(await askWhole(reach(), '/', { headers })).toMatchObject({ hints: [LINK], link: LINK });
      expect(await askWhole(reach(), '/off', { headers })).toMatchObject({ hints: [], link: LINK });
      expect((await askWhole(reach(), '/nowhere', { headers })).hints).toEqual([]);
    });
  },
  WIRES,
);

test('a route with a link that could inject a header is refused', async () => {
  await using app = await startTestServer();
  const earlyHints = ['</a>; rel=preload\r\nx-injected: 1'];
  expect(() => app.server.router.addRoute('GET', '/', { earlyHints, handler: () => 'ok' })).toThrow(
    'earlyHints[0]: expected a link such as </app.css>; rel=preload; as=style',
  );
});
