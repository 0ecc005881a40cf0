import { once } from 'node:events';
import { Readable } from 'node:stream';

import { NotFoundError } from '@blaizejs/errors';
import type { RouteOptions } from '@blaizejs/types';
import { expect, test } from 'vitest';

import { onEveryTransport, WIRES } from '../transports.ts';
import { sendRaw } from './send-raw.ts';

let source: Readable;
const stream = (): Readable => (source = Readable.from(['one ', 'two']));

const known: Record<string, [RouteOptions['handler'], string]> = {
  '/json': [() => ({ text: 'häß ✓ 😀' }), '{"text":"häß ✓ 😀"}'],
  '/json-text': [({ response }) => response.json('✓'), '"✓"'],
  '/text': [() => 'häß ✓ 😀', 'häß ✓ 😀'],
  '/lone-surrogate': [() => 'a\ud800b', 'a\ufffdb'],
  '/empty-text': [() => '', ''],
  '/html': [({ response }) => response.html('<p>ß</p>'), '<p>ß</p>'],
  '/number': [() => 1.5, '1.5'],
  '/bytes': [() => Buffer.from('ß'), 'ß'],
  '/part-of-a-buffer': [() => new TextEncoder().encode('xßx').subarray(1, 3), 'ß'],
  '/view': [() => new DataView(new TextEncoder().encode('ßx').buffer, 1, 2), '\ufffdx'],
  '/array-buffer': [() => new TextEncoder().encode('ß').buffer, 'ß'],
  '/blob': [() => new Blob(['ß'], { type: 'text/x-blob' }), 'ß'],
  '/status-only': [({ response }) => response.status(202), ''],
  '/redirect': [({ response }) => response.redirect('/json'), ''],
  '/stream-of-known-length': [
    ({ response }) => response.header('content-length', 7).stream(stream()),
    'one two',
  ],
};

const unknown: Record<string, RouteOptions['handler']> = {
  '/stream': stream,
  '/web-stream': () => new Blob(['one two']).stream(),
  '/generator': async function* () {
    yield await Promise.resolve('one two');
  },
  '/response': () => new Response('one two', { headers: { 'x-more': '1' } }),
  '/events': ({ response }) => response.type('text/event-stream').stream(stream()),
  '/error': () => {
    throw new NotFoundError('No.', { headers: { 'x-more': '1' } });
  },
};

// What differs from one answer to the next, and what belongs to the connection.
const CHANGING = ['date', 'x-correlation-id', 'transfer-encoding'];

onEveryTransport(
  'content',
  () => ({}),
  ({ server }) => {
    for (const [path, [handler]] of Object.entries(known)) server.router.addRoute('GET', path, { handler });
    for (const [path, handler] of Object.entries(unknown)) server.router.addRoute('GET', path, { handler });
    server.router.addRoute('GET', '/without/:status', {
      handler: ({ request, response }) =>
        response.header('etag', '"1"').status(Number(request.params.status)).stream(stream()),
    });
    server.router.addRoute('GET', '/response/:status', {
      handler: ({ request }) => new Response(null, { status: Number(request.params.status) }),
    });
    server.router.addRoute('GET', '/length/:status', {
      handler: ({ request, response }) =>
        response.header('content-length', 7).status(Number(request.params.status)),
    });
    server.router.addRoute('GET', '/dated', {
      handler: ({ response }) => response.header('date', 'Sun, 06 Nov 1994 08:49:37 GMT').text('x'),
    });
    server.router.addRoute('GET', '/tagged', {
      handler: ({ response }) =>
        response.headers({ etag: '"1"', 'last-modified': 'Sun, 06 Nov 1994 08:49:37 GMT' }).text('in full'),
    });
  },
  (reach) => {
    test.each(Object.entries(known))(
      'GET %s says how many bytes it has, and has that many (RFC 9110 section 8.6)',
      async (target, [, text]) => {
        const { fields, content } = await sendRaw(reach(), { target });
        expect(content.toString()).toBe(text);
        expect(fields['content-length']).toEqual([String(content.length)]);
        expect(fields['transfer-encoding']).toBeUndefined();
      },
    );

    test.each([...Object.keys(known), ...Object.keys(unknown), '/nowhere'])(
      'HEAD %s has the fields of GET, and no content (RFC 9110 section 9.3.2)',
      async (target) => {
        const get = await sendRaw(reach(), { target });
        const head = await sendRaw(reach(), { target, method: 'HEAD' });
        const names = new Set([...Object.keys(get.fields), ...Object.keys(head.fields)]);
        for (const name of CHANGING) names.delete(name);
        // Nobody knows what GET would have sent.
        if (['/status-only', '/redirect', '/error', '/nowhere'].includes(target))
          names.delete('content-length');
        for (const name of names) expect([name, head.fields[name]]).toEqual([name, get.fields[name]]);
        expect([head.status, head.content.length]).toEqual([get.status, 0]);
      },
    );

    test('HEAD lets go of the stream that it leaves out', async () => {
      await sendRaw(reach(), { target: '/stream', method: 'HEAD' });
      if (!source.closed) await once(source, 'close');
      expect(source.destroyed).toBe(true);
    });

    test.each([
      ['a 204 (RFC 9110 section 15.3.5)', 204, undefined],
      ['a 205 (RFC 9110 section 15.3.6)', 205, ['0']],
      ['a 304 (RFC 9110 section 15.4.5)', 304, undefined],
    ])('%s has no content, whatever is given for it', async (_what, status, length) => {
      for (const method of ['GET', 'HEAD']) {
        for (const path of ['/without', '/response']) {
          const answer = await sendRaw(reach(), { method, target: `${path}/${status}` });
          expect([answer.status, answer.content.length]).toEqual([status, 0]);
          expect(answer.fields['content-length']).toEqual(length);
          expect(answer.fields['transfer-encoding']).toBeUndefined();
        }
        if (!source.closed) await once(source, 'close');
      }
      const { fields } = await sendRaw(reach(), { target: `/without/${status}` });
      expect(fields.etag).toEqual(['"1"']);
    });

    test('a length that is set stays just where it may: with 304 (RFC 9110 section 8.6)', async () => {
      const lengths = [200, 204, 205, 304].map(
        async (status) => (await sendRaw(reach(), { target: `/length/${status}` })).fields['content-length'],
      );
      expect(await Promise.all(lengths)).toEqual([['0'], undefined, ['0'], ['7']]);
    });

    test.each(['/json', '/stream', '/without/204', '/without/304', '/nowhere', '/error'])(
      '%s has one Date, of now, in the one format that is sent (RFC 9110 sections 5.6.7 and 6.6.1)',
      async (target) => {
        const { fields } = await sendRaw(reach(), { target });
        expect(fields.date).toEqual([
          expect.stringMatching(
            /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/,
          ),
        ]);
        expect(Math.abs(Date.now() - Date.parse(String(fields.date)))).toBeLessThan(10_000);
      },
    );

    test('a Date of their own is not joined by another', async () => {
      const { fields } = await sendRaw(reach(), { target: '/dated' });
      expect(fields.date).toEqual(['Sun, 06 Nov 1994 08:49:37 GMT']);
    });

    test.each([
      { 'if-none-match': '"1"' },
      { 'if-none-match': '*' },
      { 'if-match': '"2"' },
      { 'if-modified-since': 'Mon, 07 Nov 1994 08:49:37 GMT' },
      { 'if-unmodified-since': 'Sat, 05 Nov 1994 08:49:37 GMT' },
      { range: 'bytes=0-1' },
      { range: 'bytes=5-,0-1' },
      { range: 'bytes=100-200' },
      { range: 'bytes=0-1', 'if-range': '"1"' },
    ])(
      'a route answers in full, as it knows nothing of %j (RFC 9110 sections 13.2.1 and 14.2)',
      async (fields) => {
        const answer = await sendRaw(reach(), { target: '/tagged', fields });
        expect([answer.status, answer.content.toString()]).toEqual([200, 'in full']);
        expect(answer.fields['content-range'] ?? answer.fields['accept-ranges']).toBeUndefined();
      },
    );
  },
  WIRES,
);
