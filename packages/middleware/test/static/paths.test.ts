import { once } from 'node:events';
import { mkdir, rename, rm, symlink, link } from 'node:fs/promises';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import { afterAll, describe, expect, test } from 'vitest';

import { Folder, PROTOCOLS, serve } from './site.ts';

const outside = await Folder.of({ 'secret.txt': 'secret', 'sub/secret.txt': 'secret' });
const folder = await Folder.of({
  'a.txt': 'a',
  'sub/b.txt': 'b',
  '100%.txt': 'percent',
  '%2e%2e.txt': 'encoded name',
  'größe 1.txt': 'umlaut',
  '猫/猫.txt': 'cat',
  "it's (1)+&;=,@!~$.txt": 'signs',
  '?#.txt': 'delimiters',
  'no-extension': 'none',
  '.env': 'secret',
  '.git/config': 'secret',
  'sub/.env': 'secret',
  '.well-known/security.txt': 'contact',
  '.well-known/.env': 'secret',
  'sub/.well-known/a.txt': 'secret',
});
const app = await serve(folder);
const open = await serve(folder, { wellKnown: true });
afterAll(async () => {
  await Promise.all([app.close(), open.close()]);
  await Promise.all([folder[Symbol.asyncDispose](), outside[Symbol.asyncDispose]()]);
});

describe.each(PROTOCOLS)('over %s', (protocol) => {
  const get = async (path: string, from = app) => {
    const response = await from[protocol].request(path);
    return [response.status, await response.text()] as const;
  };

  test.each([
    ['/a.txt', 'a'],
    ['/sub/b.txt', 'b'],
    ['/sub/b.txt?v=1', 'b'],
    ['/%61.txt', 'a'],
    ['/100%25.txt', 'percent'],
    ['/%252e%252e.txt', 'encoded name'],
    ['/gr%C3%B6%C3%9Fe%201.txt', 'umlaut'],
    ['/%E7%8C%AB/%E7%8C%AB.txt', 'cat'],
    ["/it's%20(1)+&;=,@!~$.txt", 'signs'],
    ['/%3F%23.txt', 'delimiters'],
    ['/no-extension', 'none'],
  ])('%s is served', async (path, content) => {
    expect(await get(path)).toEqual([200, content]);
  });

  test.each([
    '/../secret.txt',
    '/sub/../a.txt',
    '/sub/./b.txt',
    '//a.txt',
    '/sub//b.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%2f..%2fetc%2fpasswd',
    '/..%5c..%5cetc%5cpasswd',
    '/sub%5cb.txt',
    '/sub%2fb.txt',
    '/..\\a.txt',
    '/%252e%252e/a.txt',
    '/%252e%252e%252fa.txt',
    '/%c0%ae%c0%ae/a.txt',
    '/%c0%af/a.txt',
    '/%e0%80%ae%e0%80%ae/a.txt',
    '/%uff0e%uff0e/a.txt',
    '/%ef%bc%8e%ef%bc%8e/a.txt',
    '/a.txt%00',
    '/a.txt%00.html',
    '/a.txt%0a',
    '/%0d%0aset-cookie:%20a=b',
    '/%2fetc/passwd',
    '/%5c%5chost%5cshare',
    '/file:///etc/passwd',
    '/C:/Windows/win.ini',
    '/C:%5cWindows%5cwin.ini',
    '/a.txt::$DATA',
    '/a.txt:stream',
    '/NUL',
    '/con.txt',
    '/aux.html',
    '/com1',
    '/lpt%C2%B9.txt',
    '/a.txt.',
    '/a.txt%20',
    '/a.txt/',
    '/a.txt/b',
    '/.env',
    '/%2eenv',
    '/.git/config',
    '/sub/.env',
    '/.well-known/security.txt',
    '/...',
    '/%',
    '/%zz',
    `/${'a'.repeat(300)}`,
    `/${'a/'.repeat(1000)}`,
    '/constructor',
    '/__proto__',
  ])('%s is not', async (path) => {
    const [status, body] = await get(path);
    expect(status === 404 || status === 400, String(status)).toBe(true);
    expect(body).toMatch(/"code":"ERR_BLAIZE_/);
    expect(body).not.toContain('secret"');
  });

  test('`.well-known` is served if asked for, at the root, without hidden files', async () => {
    expect(await get('/.well-known/security.txt', open)).toEqual([200, 'contact']);
    for (const path of ['/.well-known/.env', '/sub/.well-known/a.txt', '/.env']) {
      expect((await get(path, open))[0]).toBe(404);
    }
  });
});

describe('links', () => {
  const get = async (path: string) => {
    const response = await app.http2.request(path);
    return response.status === 200 ? response.text() : response.status;
  };

  test('to a file in the folder is followed', async () => {
    await symlink('sub/b.txt', folder.at('inside.txt'));
    await symlink(folder.at('sub'), folder.at('inside'));
    expect([await get('/inside.txt'), await get('/inside/b.txt')]).toEqual(['b', 'b']);
  });

  test('that leaves the folder is not', async () => {
    await symlink(outside.at('secret.txt'), folder.at('out.txt'));
    await symlink('../../../../../../etc/passwd', folder.at('passwd'));
    await symlink(outside.path, folder.at('out'));
    // Behind a second link, and through a folder whose name begins like the root's.
    await symlink('out.txt', folder.at('twice.txt'));
    await mkdir(`${folder.path}-other`);
    await rename(outside.at('sub/secret.txt'), `${folder.path}-other/secret.txt`);
    await symlink(`${folder.path}-other/secret.txt`, folder.at('like.txt'));
    for (const path of [
      '/out.txt',
      '/passwd',
      '/out/secret.txt',
      '/out/',
      '/out',
      '/twice.txt',
      '/like.txt',
    ]) {
      expect([path, await get(path)]).toEqual([path, 404]);
    }
    await rm(`${folder.path}-other`, { recursive: true });
    expect(await folder.open()).toEqual([]);
    expect(await outside.open()).toEqual([]);
  });

  test('to a hidden file is not', async () => {
    await symlink('.env', folder.at('env.txt'));
    expect(await get('/env.txt')).toBe(404);
  });

  test('to itself, or to nothing, is 404', async () => {
    await symlink('loop', folder.at('loop'));
    await symlink('missing', folder.at('dangling'));
    expect([await get('/loop'), await get('/dangling')]).toEqual([404, 404]);
  });

  test('a file that becomes a link is not served from then on', async () => {
    await folder.write('later.txt', 'later');
    expect(await get('/later.txt')).toBe('later');
    await rm(folder.at('later.txt'));
    await symlink(outside.at('secret.txt'), folder.at('later.txt'));
    expect(await get('/later.txt')).toBe(404);
  });

  test('a link that changes all the time never lets anything out', async () => {
    await folder.write('good.txt', 'good');
    await symlink('good.txt', folder.at('flip.txt'));
    const flipping = new AbortController();
    const flip = (async () => {
      for (let i = 0; !flipping.signal.aborted; i++) {
        await symlink(i % 2 ? 'good.txt' : outside.at('secret.txt'), folder.at('next'));
        await rename(folder.at('next'), folder.at('flip.txt'));
      }
    })();
    const seen = new Set<unknown>();
    for (let i = 0; i < 15; i++) {
      for (const result of await Promise.all(Array.from({ length: 8 }, () => get('/flip.txt')))) {
        seen.add(result);
      }
    }
    flipping.abort();
    await flip;
    expect([...seen].filter((result) => result !== 'good' && result !== 404)).toEqual([]);
  });

  test('a hard link in the folder is a file of the folder', async () => {
    await link(folder.at('a.txt'), folder.at('hard.txt'));
    expect(await get('/hard.txt')).toBe('a');
  });
});

describe('a root that is a link', () => {
  test('may lead to another release while the server runs', async () => {
    await using releases = await Folder.of({ '1/a.txt': 'one', '2/a.txt': 'two' });
    await symlink('1', releases.at('current'));
    await using site = await serve(releases, { root: releases.at('current') });
    expect(await (await site.http2.request('/a.txt')).text()).toBe('one');
    await symlink('2', releases.at('next'));
    await rename(releases.at('next'), releases.at('current'));
    expect(await (await site.http2.request('/a.txt')).text()).toBe('two');
  });
});

test('a line break in the request line never reaches a header', async () => {
  await using site = await serve(folder, {}, { tls: false, http2: { enabled: false } });
  const socket = connect(Number(new URL(site.url).port), 'localhost');
  await once(socket, 'connect');
  socket.end('GET /sub?a=%0d%0ax:1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const answer = await text(socket);
  expect(answer).not.toMatch(/^x:/m);
});
