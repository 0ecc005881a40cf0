import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect as connectHttp2 } from 'node:http2';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from 'node:tls';

import { developmentCertificate } from '@blaizejs/ssl';
import { startTestServer } from '@blaizejs/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';

import { createServer } from '../src/index.ts';

const quiet = { port: 0, routesDir: false, logger: false, watch: false, handleSignals: false } as const;
let folder: string;
let keyFile: string;
let certFile: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'blaize-https-'));
  ({ keyFile, certFile } = await developmentCertificate({ host: 'localhost', directory: folder }));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('in development', () => {
  test('a server makes its own certificate, which this process trusts', async () => {
    await using app = await startTestServer();
    app.server.router.addRoute('GET', '/', { handler: (ctx) => ctx.request.url.protocol });
    const response = await fetch(app.url);
    expect([response.status, await response.text()]).toEqual([200, 'https:']);
  });

  test.each([
    ['h2', ['h2', 'http/1.1'], 'h2'],
    ['HTTP/1.1 by ALPN', ['http/1.1'], 'http/1.1'],
    ['HTTP/1.1 without ALPN', undefined, false],
  ])('a client that speaks %s is served', async (_name, ALPNProtocols, agreed) => {
    await using app = await startTestServer();
    const socket = connect({
      host: 'localhost',
      port: app.server.port,
      ...(ALPNProtocols && { ALPNProtocols }),
    });
    await once(socket, 'secureConnect');
    expect(socket.alpnProtocol).toBe(agreed);
    if (agreed !== 'h2') {
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      const [head] = (await once(socket, 'data')) as [Buffer];
      expect(head.toString()).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    }
    socket.destroy();
  });

  test('a client that speaks neither is refused', async () => {
    await using app = await startTestServer();
    const socket = connect({ host: 'localhost', port: app.server.port, ALPNProtocols: ['spdy/3'] });
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain('no application protocol');
  });

  test('HTTP/1.1 over TLS has the checks of an HTTP server: no Host, no answer', async () => {
    await using app = await startTestServer();
    const outgoing = request({ host: 'localhost', port: app.server.port, setHost: false });
    const [response] = (await once(outgoing.end(), 'response')) as [{ statusCode: number; resume(): void }];
    response.resume();
    expect(response.statusCode).toBe(400);
  });

  test('what Node has for a request and response is handed out', async () => {
    await using app = await startTestServer();
    app.server.router.addRoute('GET', '/', {
      handler: ({ request: { raw }, response }) =>
        [raw, response.raw].map((value) => value?.constructor.name),
    });
    expect(await (await app.http2.request('/')).json()).toEqual(['ServerHttp2Stream', 'ServerHttp2Stream']);
    expect(await (await app.http1.request('/')).json()).toEqual(['IncomingMessage', 'ServerResponse']);
  });
});

describe('in production', () => {
  test('a server uses the configured certificate', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const ca = (await developmentCertificate({ host: 'localhost', directory: folder })).cert;
    const server = createServer({ ...quiet, http2: { keyFile, certFile } });
    server.router.addRoute('GET', '/', {
      handler: () => {
        throw new Error('the password is 1234');
      },
    });
    await server.listen();
    const session = connectHttp2(`https://localhost:${server.port}`, { ca });
    const stream = session.request({ ':path': '/', accept: 'text/html' });
    stream.setEncoding('utf8');
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    expect(JSON.parse(text)).toMatchObject({ status: 500, detail: 'Internal Server Error' });
    expect(text).not.toContain('1234');
    session.close();
    await server.close();
  });

  test('without a certificate it does not start, and says what to do', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const server = createServer(quiet);
    await expect(server.listen()).rejects.toMatchObject({ code: 'ERR_BLAIZE_CERTIFICATE' });
    await expect(createServer(quiet).listen()).rejects.toThrow('Set tls.keyFile and tls.certFile');
    const cleartext = createServer({ ...quiet, http2: { enabled: false } });
    await cleartext.listen();
    await cleartext.close();
  });

  test('a file that can not be used is named', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const missing = { keyFile: '/nowhere/key.pem', certFile };
    await expect(createServer({ ...quiet, http2: missing }).listen()).rejects.toThrow('/nowhere/key.pem');
    const broken = path.join(folder, 'broken.pem');
    await writeFile(broken, 'not a certificate');
    await expect(
      createServer({ ...quiet, http2: { keyFile, certFile: broken } }).listen(),
    ).rejects.toMatchObject({ code: 'ERR_BLAIZE_CERTIFICATE', file: broken });
  });
});
