import type { RouteOptions } from '@blaizejs/types';
import { expect, test } from 'vitest';

import { onEveryTransport, type Reached, WIRES } from '../transports.ts';
import { type RawAnswer, sendRaw } from './send-raw.ts';

const echo: RouteOptions['handler'] = ({ request: { path, params, query, url } }) => ({
  path,
  params,
  query,
  pathname: url.pathname,
});

/** What a route says of a target, as long as it says something. */
async function seen(reached: Reached, target: string): Promise<unknown> {
  const { status, content } = await sendRaw(reached, { target });
  expect(status).toBe(200);
  return JSON.parse(content.toString());
}

function problemOf({ status, fields, content }: RawAnswer): unknown {
  expect(fields['content-type']).toEqual(['application/problem+json']);
  const { detail } = JSON.parse(content.toString()) as { detail: string };
  return [status, detail];
}

onEveryTransport(
  'URLs',
  () => ({}),
  ({ server }) => {
    for (const path of ['/', '/plain', '/café', '/users/:id', '/users/:id/posts', '/files/*', '/a-:b.:c']) {
      server.router.addRoute('GET', path, { handler: echo });
    }
  },
  (reach) => {
    // RFC 3986 section 5.2.4 has clients remove them, and browsers do, also where they are encoded. Who normalises here
    // lets `/public/../admin` past a proxy that guards `/admin`; who does not lets it out of the folder that is served.
    test.each([
      '/users/..',
      '/users/.',
      '/users/../plain',
      '/users/%2e%2e',
      '/users/.%2E/posts',
      '/users/%2e/posts',
      '/files/a/../../b',
      '/files/./a',
      '/files/a/..',
      '/files/..%2f..%2fetc%2fpasswd',
      '/files/%2e%2e%5csecret',
      '/users/..%5C..%5Csecret',
      '/users/a%2f%2e%2e%2fb',
      '/nowhere/../plain',
      '/..',
      '/../../../etc/passwd',
      '/users/..?x=1',
    ])('a dot segment is refused (RFC 3986 section 3.3, CVE-2021-41773): %s', async (target) => {
      const answer = await sendRaw(reach(), { target });
      expect(problemOf(answer)).toEqual([400, 'The path has a dot segment, such as "..".']);
    });

    test.each([
      ['/users/...', '...'],
      ['/users/.hidden', '.hidden'],
      ['/users/..a', '..a'],
      ['/users/a..', 'a..'],
      ['/users/a.%2e', 'a..'],
      ['/users/..;x', '..;x'],
      ['/users/7;version=1', '7;version=1'],
      ['/users/x?back=/../y', 'x'],
    ])('dots within a segment are data (RFC 3986 section 3.3): %s', async (target, id) => {
      expect(await seen(reach(), target)).toMatchObject({ params: { id } });
    });

    test.each([
      ['/users/a%2Fb', { id: 'a/b' }],
      ['/users/a%2fposts', { id: 'a/posts' }],
      ['/users/%2F', { id: '/' }],
      ['/users/a%5Cb', { id: 'a\\b' }],
      ['/users/a%2Fb/posts', { id: 'a/b' }],
      ['/files/a%2Fb/c', { '*': 'a/b/c' }],
    ])('an encoded slash is data, and ends no segment (RFC 3986 section 2.2): %s', async (target, params) => {
      expect(await seen(reach(), target)).toMatchObject({ params });
    });

    test('an encoded slash does not make the path of another route (RFC 3986 section 2.2)', async () => {
      expect((await sendRaw(reach(), { target: '/%2Fplain' })).status).toBe(404);
      expect((await sendRaw(reach(), { target: '/users%2F7' })).status).toBe(404);
    });

    test.each([
      ['/users/%252e%252e', '%2e%2e'],
      ['/users/%252F', '%2F'],
      ['/users/%25', '%'],
      ['/users/%2500', '%00'],
    ])('what is encoded twice is decoded once (CVE-2001-0333): %s', async (target, id) => {
      expect(await seen(reach(), target)).toMatchObject({ params: { id } });
    });

    test.each([
      ['an incomplete encoding', '/users/%'],
      ['another', '/users/%2'],
      ['one that is not hexadecimal', '/users/%zz'],
      ['an overlong full stop (RFC 3629 section 3, CVE-2000-0884)', '/users/%c0%ae%c0%ae'],
      ['an overlong slash', '/files/%c0%af'],
      ['another overlong slash', '/files/%e0%80%af'],
      ['a lone surrogate (RFC 3629 section 3)', '/users/%ED%A0%80'],
      ['what ends within a character', '/users/%E2%82'],
      ['another character set', '/users/%FC'],
      ['where there is no route', '/nowhere/%zz'],
      ['an encoded NUL (CWE-158)', '/files/a.txt%00.png'],
    ])('%s is refused (RFC 3986 section 2.1): %s', async (_what, target) => {
      const answer = await sendRaw(reach(), { target });
      expect(problemOf(answer)).toEqual([400, 'The path is not a valid percent-encoded path.']);
    });

    test.each([
      '/plain#',
      '/plain#/users/7',
      '/plain?a=1#b',
      '/users/7#x',
      '/users/a\\b',
      '/files/..\\..\\secret',
      '/nowhere\\',
      '/caf\xe9',
      '/users/\xc3\xa9',
      '/users/\xff',
      '/users/a\x7f',
      '/users/a b',
      '/users/a\tb',
      '/users/a\0b',
    ])('what no URL has is refused (RFC 9112 section 3.2, RFC 9113 section 8.3.1): %j', async (target) => {
      // Node itself refuses some of it: with 400 over HTTP/1.1, by resetting the stream over HTTP/2.
      const answer = await sendRaw(reach(), { target }).catch((error: unknown) => error);
      if (answer instanceof Error) expect(answer.message).toContain('PROTOCOL_ERROR');
      else expect(answer).toMatchObject({ status: 400 });
    });

    test.each(['//', '//plain', '/plain/', '/plain//', '//localhost/plain', '/users//posts', '/users/'])(
      'an empty segment is one like any other, and never left out (RFC 3986 section 3.3): %s',
      async (target) => {
        expect((await sendRaw(reach(), { target })).status).toBe(404);
      },
    );

    test('a path that begins with two slashes names no other host (RFC 3986 section 4.2)', async () => {
      expect(await seen(reach(), '/files//evil.example/x')).toEqual({
        path: '/files//evil.example/x',
        pathname: '/files//evil.example/x',
        params: { '*': '/evil.example/x' },
        query: {},
      });
    });

    test('encoded and plain characters are the same, and so is a path with any of them (RFC 3986 section 6.2.2)', async () => {
      expect(await seen(reach(), '/%70lain')).toMatchObject({ path: '/%70lain', params: {} });
      expect(await seen(reach(), '/caf%c3%a9')).toMatchObject({ pathname: '/caf%c3%a9', params: {} });
      expect(await seen(reach(), '/users/%F0%9F%98%80')).toMatchObject({ params: { id: '😀' } });
      expect(await seen(reach(), '/a-x%2Ey')).toMatchObject({ params: { b: 'x', c: 'y' } });
      expect(await seen(reach(), '/a%2Dx.y')).toMatchObject({ params: { b: 'x' } });
      // Reserved characters are not: `/plain?a=1` is another URL.
      expect((await sendRaw(reach(), { target: '/plain%3Fa=1' })).status).toBe(404);
    });

    test('the query is never part of the path, whatever it holds (RFC 3986 section 3.4)', async () => {
      expect(await seen(reach(), '/plain?next=/../..&q=%2e%2e&x=a/b?c&%zz')).toMatchObject({
        path: '/plain',
        query: { next: '/../..', q: '..', x: 'a/b?c', '%zz': '' },
      });
    });

    test('the asterisk form is for OPTIONS alone (RFC 9112 section 3.2.4, RFC 9113 section 8.3.1)', async () => {
      const options = await sendRaw(reach(), { method: 'OPTIONS', target: '*' });
      expect([options.status, options.fields.allow]).toEqual([204, ['GET, HEAD, OPTIONS']]);
      const get = await sendRaw(reach(), { target: '*' }).catch((error: unknown) => error);
      if (get instanceof Error) expect(get.message).toContain('PROTOCOL_ERROR');
      else expect(get).toMatchObject({ status: 400 });
    });

    test('the absolute form is served as its path is (RFC 9112 section 3.2.2)', async () => {
      if (reach().transport === 'HTTP/2') return;
      expect(await seen(reach(), 'http://localhost/users/a%2Fb?x=%20')).toMatchObject({
        path: '/users/a%2Fb',
        params: { id: 'a/b' },
        query: { x: ' ' },
      });
      expect(await seen(reach(), 'http://localhost')).toMatchObject({ path: '/' });
      expect(await seen(reach(), 'http://localhost?x=1')).toMatchObject({ path: '/', query: { x: '1' } });
      for (const path of ['/users/../plain', '/users/%2e%2e', '/plain#x', '/users/a\\b']) {
        expect((await sendRaw(reach(), { target: `http://localhost${path}` })).status).toBe(400);
      }
    });
  },
  WIRES,
);
