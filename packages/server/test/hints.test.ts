import { once } from 'node:events';
import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';

import { expect, test } from 'vitest';

import { onEveryTransport, type Reached, WIRES } from './transports.ts';
import { openHttp1 } from './wire/send-raw.ts';

const LINK = '</app.css>; rel=preload; as=style';

/** The links of the hints that come before an answer, and the answer. */
async function ask(
  reached: Reached,
  path: string,
  version = '1.1',
): Promise<{ hints: string[]; body: string }> {
  if (reached.transport === 'HTTP/2') {
    const session = connectHttp2(reached.app.url);
    const stream = session.request({ ':path': path });
    const hints: string[] = [];
    stream.on('headers', (fields: IncomingHttpHeaders) => hints.push(String(fields['link'])));
    await once(stream, 'response');
    const body = Buffer.concat((await stream.toArray()) as Buffer[]).toString();
    session.close();
    return { hints, body };
  }
  const socket = await openHttp1(reached);
  socket.write(`GET ${path} HTTP/${version}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  const text = Buffer.concat((await socket.toArray()) as Buffer[]).toString();
  const heads = text.split('\r\n\r\n');
  const hints = heads.filter((head) => head.startsWith('HTTP/1.1 103'));
  return {
    hints: hints.map((head) => /^link: (.*)$/im.exec(head)?.[1] ?? ''),
    body: heads.slice(hints.length + 1).join('\r\n\r\n'),
  };
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
