import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { createPostRoute } from '@blaizejs/router';
import { Agent, fetch as undiciFetch, FormData as UndiciFormData } from 'undici';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { encode, raw, TYPE } from './encode.ts';
import { PROTOCOLS, readers, serve, UploadFolder } from './app.ts';
import { RawConnection } from './raw-connection.ts';

/** The protocols that the curl of this machine speaks. */
const curl: readonly string[] = await promisify(execFile)('curl', ['--version']).then(
  ({ stdout }) => PROTOCOLS.filter((protocol) => protocol === 'http1' || /\bHTTP2\b/.test(stdout)),
  () => [],
);

const MIB = 1024 * 1024;
const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const echo = (tempDir: string) =>
  createPostRoute({
    bodyLimit: 10 * MIB,
    bodyReaders: readers({ tempDir, fileSize: 8 * MIB }),
    schema: { body: z.object({ title: z.string(), files: z.array(z.file()) }) },
    handler: async ({ request: { body } }) => ({
      title: body.title,
      files: await Promise.all(
        body.files.map(async (file) => [file.name, file.type, sha(await file.bytes())]),
      ),
    }),
  });

const CONTENT = randomBytes(2 * MIB);
const EXPECTED = {
  title: 'Cats "and" dogs',
  files: [
    ['small.txt', 'text/plain', sha(Buffer.from('small'))],
    ['large.bin', 'application/octet-stream', sha(CONTENT)],
  ],
};

function filled<Form extends FormData | UndiciFormData>(form: Form): Form {
  form.append('title', EXPECTED.title);
  form.append('files', new File(['small'], 'small.txt', { type: 'text/plain' }));
  form.append('files', new File([CONTENT], 'large.bin', { type: 'application/octet-stream' }));
  return form;
}

describe.each(PROTOCOLS)('over %s', (protocol) => {
  test('the FormData of Node arrives', async () => {
    await using folder = await UploadFolder.create();
    await using app = await serve(echo(folder.path));
    const response = await app[protocol].request('/', { method: 'POST', body: filled(new FormData()) });
    expect([response.status, await response.json()]).toEqual([200, EXPECTED]);
    await expect.poll(() => folder.names()).toEqual([]);
  });

  test('the FormData of undici arrives', async () => {
    await using folder = await UploadFolder.create();
    await using app = await serve(echo(folder.path));
    const dispatcher = new Agent({
      allowH2: protocol === 'http2',
      connect: { rejectUnauthorized: false },
    });
    const response = await undiciFetch(app.url, {
      method: 'POST',
      body: filled(new UndiciFormData()),
      dispatcher,
    });
    expect([response.status, await response.json()]).toEqual([200, EXPECTED]);
    await dispatcher.close();
  });

  test.skipIf(!curl.includes(protocol))('what `curl -F` sends arrives', async () => {
    await using folder = await UploadFolder.create();
    const temp = join(folder.path, 'temp');
    await mkdir(temp);
    const [small, large] = [join(folder.path, 'small.txt'), join(folder.path, 'large.bin')];
    await writeFile(small, 'small');
    await writeFile(large, CONTENT);
    await using app = await serve(echo(temp));
    const version = protocol === 'http2' ? '--http2' : '--http1.1';
    const form = ['-F', `title=${EXPECTED.title}`, '-F', `files=@${small}`, '-F', `files=@${large}`];
    const { stdout } = await promisify(execFile)('curl', ['-sk', '-m', '10', version, ...form, app.url]);
    expect(JSON.parse(stdout)).toEqual(EXPECTED);
  });

  test.each<[string, object, string, number, object]>([
    [
      'a file',
      { fileSize: 1000 },
      '"f"; filename="x"',
      413,
      { code: 'ERR_BLAIZE_MULTIPART_LIMIT', details: { limit: 'fileSize', max: 1000, field: 'f' } },
    ],
    [
      'a field',
      { fieldSize: 1000 },
      '"f"',
      413,
      { code: 'ERR_BLAIZE_MULTIPART_LIMIT', details: { limit: 'fieldSize', max: 1000, field: 'f' } },
    ],
    [
      'the whole',
      {},
      '"f"; filename="x"',
      413,
      { code: 'ERR_BLAIZE_PAYLOAD_TOO_LARGE', details: { limit: MIB } },
    ],
  ])(
    '%s that is too large is refused while it arrives, and the next request is served',
    async (_name, options, name, status, problem) => {
      await using folder = await UploadFolder.create();
      await using app = await serve({
        bodyLimit: MIB,
        bodyReaders: readers({ tempDir: folder.path, memoryLimit: 100, ...options }),
        schema: { body: z.unknown() },
        handler: () => null,
      });
      let sent = 0;
      let answered = false;
      const endless = async function* (): AsyncGenerator<Uint8Array> {
        yield raw(`--b|Content-Disposition: form-data; name=${name}||`);
        for (; !answered && sent < 500 * MIB; sent += 65_536) {
          yield new Uint8Array(65_536);
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      const response = await app[protocol].request('/', {
        method: 'POST',
        headers: { 'content-type': TYPE },
        body: endless(),
      });
      answered = true;
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject(problem);
      expect(sent).toBeLessThan(500 * MIB);
      const next = await app[protocol].request('/', {
        method: 'POST',
        body: filled(new FormData()).get('title') as string,
      });
      expect(next.status).toBe(204);
      await expect.poll(() => folder.names()).toEqual([]);
    },
  );

  test.each([
    ['cut off in a file', '--b|Content-Disposition: form-data; name="f"; filename="x"||1234', 400],
    ['cut off in a boundary', '--b|Content-Disposition: form-data; name="f"||1|--', 400],
    ['without a name', '--b|Content-Disposition: form-data||1|--b--', 400],
    ['empty', '', 400],
  ])('a form that is %s is a 400, and the connection stays', async (_name, text, status) => {
    await using app = await serve(echo(tmpdir()));
    const response = await app[protocol].request('/', {
      method: 'POST',
      headers: { 'content-type': TYPE },
      body: raw(text),
    });
    expect(response.status).toBe(status);
    await response.text();
    const next = await app[protocol].request('/', { method: 'POST', body: filled(new FormData()) });
    expect(next.status).toBe(200);
  });
});

describe.each(PROTOCOLS)('over %s', (protocol) => {
  test.each([
    ['no boundary', 'multipart/form-data', 400],
    ['another charset', `${TYPE}; charset=latin1`, 415],
  ])('a form with %s is refused unread, and the next request is served', async (_name, type, status) => {
    await using app = await serve(echo(tmpdir()));
    const body = encode([{ name: 'a', filename: 'b', content: CONTENT.subarray(0, MIB) }]);
    const response = await app[protocol].request('/', {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect(response.status).toBe(status);
    await response.text();
    const next = await app[protocol].request('/', { method: 'POST', body: filled(new FormData()) });
    expect(next.status).toBe(200);
  });
});

const head = (length: number): string =>
  `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${TYPE}\r\nContent-Length: ${length}\r\n\r\n`;
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';

describe('over a raw connection of HTTP/1.1', () => {
  const form = encode([
    { name: 'title', content: 'a' },
    { name: 'files', filename: 'x', content: 'b' },
  ]);

  test.each<[string, Buffer, number[]]>([
    ['the epilogue', Buffer.concat([form, Buffer.from(SMUGGLED)]), [200, 200]],
    ['the preamble', Buffer.concat([Buffer.from(SMUGGLED), form]), [200, 200]],
    ['a malformed form', Buffer.concat([raw('--bX|'), Buffer.from(SMUGGLED)]), [400, 200]],
    ['a form that is cut off', Buffer.concat([form.subarray(0, 100), Buffer.from(SMUGGLED)]), [400, 200]],
    ['a header', raw(`--b|${SMUGGLED}`), [400, 200]],
  ])('no byte of %s becomes the next request', async (_name, body, expected) => {
    await using app = await serve(echo(tmpdir()), { http2: { enabled: false } });
    using connection = await RawConnection.open(app.url);
    connection.send(head(body.length), body, head(form.length), form);
    const statuses = await connection.statuses(2);
    // The connection may also be closed instead of being used again.
    expect(expected.slice(0, statuses.length)).toEqual(statuses);
    expect(statuses[0]).toBe(expected[0]);
    expect(connection.received).not.toContain('/smuggled');
    expect(statuses).not.toContain(404);
  });

  test('a refusal in the middle of a large upload closes the connection, and can be read', async () => {
    await using app = await serve(echo(tmpdir()), { http2: { enabled: false } });
    using connection = await RawConnection.open(app.url);
    connection.send(head(5 * MIB), raw('--b|Content-Disposition: form-data||'), SMUGGLED);
    expect(await connection.statuses(1)).toEqual([400]);
    await connection.closed();
    expect(connection.received).toContain('connection: close');
    expect(connection.received).toContain('ERR_BLAIZE_MULTIPART_MALFORMED');
    expect(connection.received.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });
});
