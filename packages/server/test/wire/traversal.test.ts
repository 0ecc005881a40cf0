import { mkdtemp, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { NotFoundError } from '@blaizejs/errors';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { onEveryTransport, WIRES } from '../transports.ts';
import { sendRaw } from './send-raw.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'blaize-traversal-'));
  await mkdir(path.join(folder, 'public/sub'), { recursive: true });
  await writeFile(path.join(folder, 'public/sub/open.txt'), 'open');
  await writeFile(path.join(folder, 'secret.txt'), 'secret');
});
afterAll(() => rm(folder, { recursive: true }));

/** What many an application does, without a check of its own. */
const serve = (name = ''): Promise<string> =>
  readFile(path.join(folder, 'public', name), 'utf8').catch(() => {
    throw new NotFoundError();
  });

onEveryTransport(
  'a file',
  () => ({}),
  ({ server: { router } }) => {
    router.addRoute('GET', '/files/*', { handler: ({ request }) => serve(request.params['*']) });
    router.addRoute('GET', '/file/:name', { handler: ({ request }) => serve(request.params.name) });
    router.addRoute('GET', '/at/@:name', { handler: ({ request }) => serve(request.params.name) });
  },
  (reach) => {
    test('below the folder is reached, also through an encoded slash', async () => {
      for (const target of ['/files/sub/open.txt', '/files/sub//open.txt', '/file/sub%2Fopen.txt']) {
        expect((await sendRaw(reach(), { target })).content.toString()).toBe('open');
      }
    });

    // CVE-2021-41773 and CVE-2021-42013 (Apache), CVE-2017-14849 (Node), CVE-2000-0884 (overlong), CWE-22.
    test.each([
      '../secret.txt',
      'sub/../../secret.txt',
      'sub/../../secret.txt?x=1',
      './../secret.txt',
      '..//secret.txt',
      '..%2fsecret.txt',
      '..%2Fsecret.txt',
      '%2e%2e/secret.txt',
      '%2e%2e%2fsecret.txt',
      '.%2e/secret.txt',
      '%2E./secret.txt',
      'sub/%2e%2e/%2e%2e/secret.txt',
      'sub%2f..%2f..%2fsecret.txt',
      '/../secret.txt',
      '%2f..%2fsecret.txt',
      '..\\secret.txt',
      '..%5csecret.txt',
      '..%5C..%5Csecret.txt',
      '%252e%252e%252fsecret.txt',
      '%%32%65%%32%65/secret.txt',
      '%c0%ae%c0%ae/secret.txt',
      '%c0%ae%c0%ae%c0%afsecret.txt',
      '%e0%80%ae%e0%80%ae/secret.txt',
      '%uff0e%uff0e/secret.txt',
      '..;/secret.txt',
      '..%00/secret.txt',
      '../secret.txt%00.png',
      '....//secret.txt',
    ])('outside of the folder is out of reach, as a wildcard or a parameter (CWE-22): %s', async (attack) => {
      for (const route of ['/files/', '/file/', '/at/@']) {
        const { status, content } = await sendRaw(reach(), { target: route + attack });
        expect([400, 404]).toContain(status);
        expect(content.toString()).not.toBe('secret');
      }
    });
  },
  WIRES,
);
