import { createPostRoute } from '@blaizejs/router';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { onEveryTransport, type Reached, WIRES } from '../transports.ts';
import type { Field } from './hpack.ts';
import { data, END_HEADERS, headers, RawHttp2, request } from './raw-http2.ts';
import { sendHttp1 } from './send-raw.ts';

/** What a route says of a request with these lines, in this order, and of its trailer section. */
async function seen(
  reached: Reached,
  path: string,
  lines: Field[],
  content = '',
  trailers: Field[] = [],
): Promise<unknown> {
  const text = await (reached.transport === 'HTTP/2' ? overHttp2 : overHttp1)(
    reached,
    path,
    lines,
    content,
    trailers,
  );
  return JSON.parse(text);
}

async function overHttp1(
  reached: Reached,
  path: string,
  lines: Field[],
  content: string,
  trailers: Field[],
): Promise<string> {
  const chunk = content === '' ? '' : `${content.length.toString(16)}\r\n${content}\r\n`;
  const bytes = [
    `POST ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ntransfer-encoding: chunked\r\n`,
    ...lines.map(([name, value]) => `${name}: ${value}\r\n`),
    `\r\n${chunk}0\r\n`,
    ...trailers.map(([name, value]) => `${name}: ${value}\r\n`),
    '\r\n',
  ];
  return (await sendHttp1(reached, Buffer.from(bytes.join(''), 'latin1'))).content.toString();
}

async function overHttp2(
  { app }: Reached,
  path: string,
  lines: Field[],
  content: string,
  trailers: Field[],
): Promise<string> {
  using client = await RawHttp2.open(app);
  client.send(
    headers(1, request(path, 'POST', ...lines), END_HEADERS),
    data(1, content),
    headers(1, trailers),
  );
  return (await client.outcome(1)).content;
}

const names = [
  'accept',
  'authorization',
  'content-type',
  'user-agent',
  'referer',
  'if-match',
  'if-none-match',
  'content-language',
  'x-any',
  'constructor',
  '__proto__',
];

onEveryTransport(
  'the fields of a request',
  () => ({}),
  ({ server: { router } }) => {
    router.addRoute('POST', '/fields', {
      handler: async ({ request }) => {
        await request.bytes();
        const fields = names.map((name) => [name, [request.header(name), request.headers.get(name)]]);
        return { ...(Object.fromEntries(fields) as object), cookies: request.cookies };
      },
    });
    router.addRoute(
      'POST',
      '/content',
      createPostRoute({ schema: { body: z.unknown() }, handler: ({ request }) => ({ body: request.body }) }),
    );
  },
  (reach) => {
    test('two Authorization fields are refused: the parts of a system must not see different users (RFC 9110 section 5.3)', async () => {
      for (const name of reach().transport === 'HTTP/2'
        ? ['authorization']
        : ['authorization', 'AUTHORIZATION']) {
        const lines: Field[] = [
          ['authorization', 'Bearer first'],
          [name, 'Bearer second'],
        ];
        expect(await seen(reach(), '/fields', lines)).toMatchObject({
          status: 400,
          detail: 'The request has more than one Authorization field.',
        });
      }
    });

    test.each(['content-type', 'user-agent', 'referer'])(
      'of %s the first line counts, which a request has one of (RFC 9110 section 5.3)',
      async (name) => {
        const lines: Field[] = [
          [name, 'text/first'],
          [name, 'text/second'],
        ];
        expect(await seen(reach(), '/fields', lines)).toMatchObject({ [name]: ['text/first', 'text/first'] });
      },
    );

    test('content is read as the Content-Type says that everybody sees (RFC 9110 section 8.3)', async () => {
      const json: Field = ['content-type', 'application/json'];
      const text: Field = ['content-type', 'text/plain'];
      expect(await seen(reach(), '/content', [json, text], '{"a":1}')).toEqual({ body: { a: 1 } });
      expect(await seen(reach(), '/content', [text, json], '{"a":1}')).toEqual({ body: '{"a":1}' });
    });

    test.each([
      'application/json, text/plain',
      'text/html, x/y+json',
      'json',
      '',
      ';charset=utf-8',
      'a b/c+json',
    ])('a Content-Type that is none is not guessed at: %j (RFC 9110 section 8.3.1)', async (type) => {
      expect(await seen(reach(), '/content', [['content-type', type]], '{"a":1}')).toMatchObject({
        status: 415,
      });
    });

    test('lines of a list are one list, in their order (RFC 9110 section 5.3)', async () => {
      const lines: Field[] = [
        ['x-any', '1'],
        ['accept', 'a/a, b/b'],
        ['x-any', ''],
        ['accept', 'c/c'],
        ['x-any', '2,3'],
      ];
      expect(await seen(reach(), '/fields', lines)).toMatchObject({
        accept: ['a/a, b/b, c/c', 'a/a, b/b, c/c'],
        'x-any': ['1, , 2,3', '1, , 2,3'],
      });
    });

    test.each(['if-match', 'if-none-match', 'content-language'])(
      'of %s, which is a list, no line is lost (RFC 9110 section 5.3)',
      async (name) => {
        const lines: Field[] = [
          [name, '"a"'],
          [name, '"b", "c"'],
          [name, '"d"'],
        ];
        const list = '"a", "b", "c", "d"';
        expect(await seen(reach(), '/fields', lines)).toMatchObject({ [name]: [list, list] });
      },
    );

    test('a coding is not hidden by a line before it (RFC 9110 section 8.4)', async () => {
      const lines: Field[] = [
        ['content-type', 'application/json'],
        ['content-encoding', 'identity'],
        ['content-encoding', 'gzip'],
      ];
      expect(await seen(reach(), '/content', lines, '{}')).toMatchObject({ status: 415 });
    });

    test('cookies may come in several lines; of those with one name the first counts (RFC 9113 section 8.2.3)', async () => {
      const lines: Field[] = [
        ['cookie', 'a=1; b=2'],
        ['cookie', 'a=3'],
        ['cookie', '__proto__=4; c'],
      ];
      const { cookies } = (await seen(reach(), '/fields', lines)) as { cookies: object };
      expect(Object.entries(cookies)).toEqual([
        ['a', '1'],
        ['b', '2'],
        ['__proto__', '4'],
      ]);
    });

    test('names of what objects inherit are no fields until they are sent (CWE-1321)', async () => {
      const without = (await seen(reach(), '/fields', [])) as Record<string, unknown>;
      expect(without.constructor).toEqual([null, null]);
      const lines: Field[] = [
        ['constructor', 'a'],
        ['__proto__', 'polluted'],
      ];
      expect(await seen(reach(), '/fields', lines)).toMatchObject({ constructor: ['a', 'a'] });
      expect({}).not.toHaveProperty('polluted');
    });

    test('bytes above ASCII come as they are, one character each (RFC 9110 section 5.5)', async () => {
      expect(await seen(reach(), '/fields', [['x-any', 'caf\xe9 \xff']])).toMatchObject({
        'x-any': ['caf\xe9 \xff', 'caf\xe9 \xff'],
      });
    });

    test('trailers are not taken for header fields (RFC 9110 section 6.5.1)', async () => {
      const trailers: Field[] = [
        ['authorization', 'Basic x'],
        ['content-type', 'text/html'],
        ['x-any', 'trailer'],
        ['cookie', 'a=1'],
      ];
      const lines: Field[] = [['content-type', 'text/plain']];
      expect(await seen(reach(), '/fields', lines, 'abc', trailers)).toMatchObject({
        authorization: [null, null],
        'content-type': ['text/plain', 'text/plain'],
        'x-any': [null, null],
        cookies: {},
      });
      expect(await seen(reach(), '/content', lines, 'abc', trailers)).toEqual({ body: 'abc' });
    });
  },
  WIRES,
);
