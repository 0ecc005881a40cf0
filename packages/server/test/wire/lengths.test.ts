import { once } from 'node:events';
import { Readable } from 'node:stream';

import type { RouteOptions } from '@blaizejs/types';
import { expect, test } from 'vitest';

import { onEveryTransport, WIRES } from '../transports.ts';
import { openHttp1, sendRaw } from './send-raw.ts';

let source: Readable;
const pieces = (...all: string[]): Readable => (source = Readable.from(all));

const handlers: Record<string, RouteOptions['handler']> = {
  '/exact': ({ response }) => response.header('content-length', 6).stream(pieces('ä', 'bcde')),
  '/nothing': ({ response }) => response.header('content-length', 0).stream(pieces()),
  '/more': ({ response }) => response.header('content-length', 5).stream(pieces('abc', 'def')),
  '/less': ({ response }) => response.header('content-length', 7).stream(pieces('abc', 'def')),
  '/more-at-once': ({ response }) => response.header('content-length', 5).stream(pieces('abcdef', 'g')),
  '/less-at-once': ({ response }) => response.header('content-length', 5).stream(pieces()),
  '/response': () => new Response(new Blob(['abcdef']).stream(), { headers: { 'content-length': '7' } }),
  '/no-number': ({ response }) => response.header('content-length', '5, 5').stream(pieces('abcde')),
  '/negative': ({ response }) => response.header('content-length', -1).stream(pieces('abcde')),
  '/twice': ({ response }) => response.header('content-length', ['1', '2']).stream(pieces('abc')),
  '/text': ({ response }) => response.header('content-length', 100).text('abc'),
  '/chunked-text': ({ response }) => response.header('transfer-encoding', 'chunked').text('abc'),
  '/chunked-stream': ({ response }) =>
    response.headers({ 'transfer-encoding': 'chunked', 'content-length': 3 }).stream(pieces('abc')),
  '/trailers': ({ response }) => response.header('trailer', 'x-a').text('abc'),
  '/chunked-204': ({ response }) => response.header('transfer-encoding', 'chunked').status(204),
  '/two-types': ({ response }) => response.text('abc').header('content-type', ['text/plain', 'text/html']),
  '/two-locations': ({ response }) => response.header('location', ['/a', '/b']).status(302),
};

onEveryTransport(
  'the length of an answer',
  () => ({}),
  ({ server }) => {
    for (const [path, handler] of Object.entries(handlers)) server.router.addRoute('GET', path, { handler });
  },
  (reach) => {
    test.each([
      ['/exact', 'äbcde'],
      ['/nothing', ''],
    ])('%s: a stream that gives what was announced is whole', async (target, text) => {
      const { fields, content } = await sendRaw(reach(), { target });
      expect(content.toString()).toBe(text);
      expect(fields['content-length']).toEqual([String(Buffer.byteLength(text))]);
    });

    test.each(['/more', '/less', '/response'])(
      '%s: a stream that gives another length is broken off (RFC 9112 section 8, RFC 9113 section 8.1.1)',
      async (path) => {
        const answer = reach().request(path);
        await expect(answer.then((response) => response.text())).rejects.toThrow();
      },
    );

    test.each(['/more', '/more-at-once'])(
      '%s: no byte is sent beyond the announced length (RFC 9112 section 6.3)',
      async (target) => {
        if (reach().transport === 'HTTP/2') return;
        const socket = await openHttp1(reach());
        let text = '';
        socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
        socket.on('error', () => undefined);
        socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
        await once(socket, 'close');
        expect(text).not.toMatch(/def/);
      },
    );

    test.each(['/more-at-once', '/less-at-once', '/no-number', '/negative', '/twice'])(
      '%s: where that shows before the head is out it is a 500',
      async (path) => {
        const response = await reach().request(path);
        expect([response.status, await response.json()]).toMatchObject([500, { status: 500 }]);
        expect(source.destroyed).toBe(true);
      },
    );

    test('what is known in full has its own length, whatever was set', async () => {
      const { fields, content } = await sendRaw(reach(), { target: '/text' });
      expect([fields['content-length'], content.toString()]).toEqual([['3'], 'abc']);
    });

    test('no trailers are promised where there are none (RFC 9110 section 6.6.2)', async () => {
      const { status, fields } = await sendRaw(reach(), { target: '/trailers' });
      expect([status, fields.trailer]).toEqual([200, undefined]);
    });

    test.each(['/chunked-text', '/chunked-stream'])(
      '%s: a length never goes with Transfer-Encoding (RFC 9112 section 6.2)',
      async (target) => {
        const { fields, content } = await sendRaw(reach(), { target });
        expect([fields['transfer-encoding'], fields['content-length']]).toEqual([undefined, ['3']]);
        expect(content.toString()).toBe('abc');
      },
    );

    test('a 204 has no Transfer-Encoding (RFC 9112 section 6.1)', async () => {
      const { status, fields } = await sendRaw(reach(), { target: '/chunked-204' });
      expect([status, fields['transfer-encoding']]).toEqual([204, undefined]);
    });

    test.each(['/two-types', '/two-locations'])(
      '%s: a field that has one line is not sent twice (RFC 9110 section 5.3)',
      async (target) => {
        expect((await sendRaw(reach(), { target })).status).toBe(500);
      },
    );
  },
  WIRES,
);
