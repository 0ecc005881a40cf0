import { createPostRoute } from '@blaizejs/router';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { onEveryTransport, type Reached, WIRES } from '../transports.ts';
import { type RawAnswer, sendRaw } from './send-raw.ts';

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';

const post = (
  reached: Reached,
  target: string,
  type: string,
  content: string | Buffer,
  fields: Record<string, string> = {},
): Promise<RawAnswer> =>
  sendRaw(reached, { method: 'POST', target, content, fields: { 'content-type': type, ...fields } });

const valueOf = ({ content }: RawAnswer): unknown => JSON.parse(content.toString());

onEveryTransport(
  'the content of a request',
  () => ({}),
  ({ server: { router } }) => {
    router.addRoute(
      'POST',
      '/any',
      createPostRoute({ schema: { body: z.unknown() }, handler: ({ request }) => ({ body: request.body }) }),
    );
    router.addRoute(
      'POST',
      '/json',
      createPostRoute({ schema: { body: z.json() }, handler: ({ request }) => ({ body: request.body }) }),
    );
    router.addRoute(
      'POST',
      '/optional',
      createPostRoute({
        schema: { body: z.object({ a: z.number() }).optional() },
        handler: ({ request }) => ({ empty: request.body === undefined }),
      }),
    );
    router.addRoute(
      'POST',
      '/merge',
      createPostRoute({
        schema: { body: z.unknown() },
        handler: ({ request }) => {
          const copy = Object.assign({}, request.body, request.query) as { admin?: unknown };
          return { admin: copy.admin, names: Object.keys(request.body as object) };
        },
      }),
    );
    router.addRoute(
      'POST',
      '/tags',
      createPostRoute({ schema: { body: z.array(z.string()) }, handler: () => 'ok' }),
    );
  },
  (reach) => {
    test.each([
      '{"__proto__":{"admin":true}}',
      '{"a":[{"b":{"__proto__":{"admin":true}}}]}',
      '{"\\u005f\\u005fproto\\u005f\\u005f":{"admin":true}}',
      '{"__proto__":null}',
      '{"constructor":{"prototype":{"admin":true}}}',
      '{"a":{"\\u0063onstructor":{"prototype":{"admin":true}}}}',
    ])('JSON that would set a prototype is refused (CWE-1321): %s', async (json) => {
      const answer = await post(reach(), '/any', JSON_TYPE, json);
      expect([answer.status, valueOf(answer)]).toMatchObject([
        400,
        { detail: expect.stringContaining('would set a prototype') as string },
      ]);
    });

    test('names in a form or a query set no prototype (CWE-1321)', async () => {
      const names =
        '__proto__=1&__proto__[admin]=1&constructor[prototype][admin]=1&__proto__.admin=1&__proto__=2';
      const answer = await post(reach(), `/merge?${names}`, FORM, names);
      expect(valueOf(answer)).toEqual({
        names: ['__proto__', '__proto__[admin]', 'constructor[prototype][admin]', '__proto__.admin'],
      });
      expect({}).not.toHaveProperty('admin');
    });

    test.each([513, 5000, 100_000, 500_000])(
      '%i levels are refused, not fallen over (CWE-674)',
      async (levels) => {
        for (const path of ['/any', '/json']) {
          const answer = await post(reach(), path, JSON_TYPE, '['.repeat(levels) + ']'.repeat(levels));
          expect([answer.status, valueOf(answer)]).toMatchObject([
            400,
            { detail: 'The body is nested deeper than 512 levels.' },
          ]);
        }
      },
    );

    test('512 levels are read, checked and sent back', async () => {
      const json = '['.repeat(512) + ']'.repeat(512);
      const answer = await post(reach(), '/json', JSON_TYPE, json);
      expect(answer.content.toString()).toBe(`{"body":${json}}`);
    });

    test.each([
      ['a number beyond all bounds', '1e400', null],
      ['a million digits', '9'.repeat(1_000_000), null],
      ['a million zeros', `0.${'0'.repeat(1_000_000)}`, 0],
      ['a negative zero', '-0', 0],
    ])('%s is a number (RFC 8259 section 6)', async (_what, json, body) => {
      expect(valueOf(await post(reach(), '/any', JSON_TYPE, json))).toEqual({ body });
    });

    test.each([
      'NaN',
      'Infinity',
      '01',
      '+1',
      '0x1',
      "{'a':1}",
      '{"a":1,}',
      '{"a":1}{}',
      '{a:1}',
      '// x\n1',
      '\u00a01',
    ])('what only looks like JSON is refused (RFC 8259 section 2): %j', async (json) => {
      expect((await post(reach(), '/any', JSON_TYPE, json)).status).toBe(400);
    });

    test('a hundred thousand names in JSON cost no more than reading them (CWE-407)', async () => {
      const names = Array.from({ length: 100_000 }, (_, index) => index.toString(36));
      const json = `{${names.map((name) => `"${name}":1`).join()}}`;
      const answer = (await post(reach(), '/merge', JSON_TYPE, json)).content.toString();
      expect((JSON.parse(answer) as { names: string[] }).names).toHaveLength(names.length);
    });

    test.each([
      ['names', Array.from({ length: 100_000 }, (_, index) => `${index.toString(36)}=1`).join('&')],
      ['values of one name', '&a='.repeat(300_000)],
    ])('a form of a hundred thousand %s is refused before it is read (CWE-407)', async (_, form) => {
      expect((await post(reach(), '/merge', FORM, form)).status).toBe(413);
    });

    test('what is wrong many times is told a few times (CWE-407)', async () => {
      const answer = await post(reach(), '/tags', JSON_TYPE, `[${'1,'.repeat(400_000)}1]`);
      expect(answer.status).toBe(400);
      expect(answer.content.length).toBeLessThan(100_000);
    });

    test.each([
      ['a lone byte', [0xff]],
      ['an overlong encoding', [0xc0, 0xaf]],
      ['a surrogate', [0xed, 0xa0, 0x80]],
      ['half of a character', [0xe2, 0x82]],
      ['UTF-16', [0xff, 0xfe, 0x31, 0x00]],
    ])('%s is no UTF-8 (RFC 3629 section 3)', async (_what, bytes) => {
      const quoted = Buffer.from([0x22, ...bytes, 0x22]);
      for (const type of [JSON_TYPE, 'text/plain', FORM]) {
        expect((await post(reach(), '/any', type, quoted)).status).toBe(400);
      }
    });

    test('a byte order mark before JSON is passed over (RFC 8259 section 8.1)', async () => {
      expect(valueOf(await post(reach(), '/any', JSON_TYPE, '\ufeff{"a":1}'))).toEqual({ body: { a: 1 } });
    });

    test.each([
      ['utf-8', 200],
      ['UTF-8', 200],
      ['"utf-8"', 200],
      ['us-ascii', 200],
      ['utf-8; charset=utf-16', 200],
      ['utf-16', 415],
      ['utf-16; charset=utf-8', 415],
      ['iso-8859-1', 415],
      ['utf-7', 415],
      ['"utf-16le"', 415],
      ['x'.repeat(5000), 415],
    ])('charset=%s: %i (RFC 9110 section 8.3.2)', async (charset, status) => {
      for (const type of [JSON_TYPE, 'text/plain', FORM]) {
        const answer = await post(reach(), '/any', `${type}; charset=${charset}`, '{"a":1}');
        expect(answer.status).toBe(status);
      }
    });

    test.each([
      'gzip',
      'GZIP',
      'deflate',
      'br',
      'zstd',
      'compress',
      'identity, gzip',
      'gzip, identity',
      'gzip,gzip',
      'any',
    ])(
      'content in coding %s is not read, and the answer says what is (RFC 9110 section 15.5.16)',
      async (coding) => {
        const answer = await post(reach(), '/any', JSON_TYPE, '{"a":1}', { 'content-encoding': coding });
        expect([answer.status, answer.fields['accept-encoding']]).toEqual([415, ['identity']]);
      },
    );

    test('content in coding identity is as it is (RFC 9110 section 12.5.3)', async () => {
      const answer = await post(reach(), '/any', JSON_TYPE, '{"a":1}', { 'content-encoding': 'Identity' });
      expect(valueOf(answer)).toEqual({ body: { a: 1 } });
    });

    test('content of a type that is not read is refused with those that are (RFC 9110 section 15.5.16)', async () => {
      const answer = await post(reach(), '/any', 'application/xml', '<a/>');
      expect([answer.status, answer.fields.accept]).toEqual([
        415,
        ['application/json, application/x-www-form-urlencoded, text/plain'],
      ]);
    });

    test('no content is no JSON, whatever its type (RFC 9110 section 8.6)', async () => {
      for (const fields of [{ 'content-length': '0' }, {}] as Record<string, string>[]) {
        const typed = { ...fields, 'content-type': JSON_TYPE };
        const empty = await sendRaw(reach(), { method: 'POST', target: '/optional', fields: typed });
        expect(valueOf(empty)).toEqual({ empty: true });
        const wanted = await sendRaw(reach(), { method: 'POST', target: '/tags', fields: typed });
        expect(wanted.status).toBe(400);
      }
    });
  },
  WIRES,
);
