import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import path from 'node:path';
import { createServer, type ServerOptions } from 'blaizejs';
import { developmentCertificate } from 'blaizejs/ssl';
import { createClient } from 'blaizejs/testing';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { base, blocksOf, isMissing, place, run, write } from './proxy-programs.ts';

let key: string;
let cert: string;
let certFile: string;

beforeAll(async () => {
  const certificate = await developmentCertificate({ host: 'localhost', directory: path.join(base, 'ssl') });
  ({ key, cert, certFile } = certificate);
});

// A number: the client of a test is on the loopback itself, where the pages have just the proxy.
const trustProxy = 1;

// What clients could choose for themselves, if the proxy did not see to it.
const FORGED = {
  'x-forwarded-for': '198.51.100.99',
  'x-forwarded-proto': 'gopher',
  'x-forwarded-host': 'evil.example',
};

describe.skipIf(isMissing('nginx', '-v'))('nginx', () => {
  test('with the configuration of its page, says who asks, for what, over either protocol', async () => {
    const server = await start({ http2: { enabled: false }, host: '127.0.0.1', trustProxy });
    const { folder, port } = await place();
    const keyFile = await write(folder, 'app.key', key);
    const site = blocksOf('deployment/nginx', 'nginx')[0]!
      .replace('127.0.0.1:3000', `127.0.0.1:${server.port}`)
      .replace('listen 443', `listen 127.0.0.1:${port}`)
      .replace('/etc/ssl/certs/app.fullchain.pem', certFile)
      .replace('/etc/ssl/private/app.key', keyFile);
    const main = `
      daemon off; master_process off; pid ${folder}/pid; error_log stderr;
      events {}
      http {
        access_log off;
        ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n')}
        ${site}
      }`;
    await run('nginx', ['-e', 'stderr', '-c', await write(folder, 'nginx.conf', main)], port);
    await expectForwarded(port, 'HTTP/1.1');
  });
});

describe.skipIf(isMissing('haproxy', '-v'))('HAProxy', () => {
  test('with the configuration of its page, says who asks, for what, over either protocol', async () => {
    const server = await start({ http2: { enabled: false }, host: '127.0.0.1', trustProxy });
    const port = await startHaproxy(server, (page) => page[0]!);
    await expectForwarded(port, 'HTTP/1.1');
  });

  test('speaks HTTP/2 with the server too', async () => {
    const server = await start({ host: '127.0.0.1', trustProxy });
    const port = await startHaproxy(server, ([whole, backend]) => {
      return whole!.slice(0, whole!.indexOf('\nbackend app')) + `\n${backend!}`;
    });
    await expectForwarded(port, 'HTTP/2');
  });

  test('speaks HTTP/2 with the server in cleartext too', async () => {
    const server = await start({ tls: false, host: '127.0.0.1', trustProxy });
    const port = await startHaproxy(server, ([whole, , backend]) => {
      return whole!.slice(0, whole!.indexOf('\nbackend app')) + `\n${backend!}`;
    });
    await expectForwarded(port, 'HTTP/2');
  });
});

describe.skipIf(isMissing('caddy', 'version'))('Caddy', () => {
  test.skipIf(isMissing('gtlsclient', '--help'))('answers over HTTP/3', async () => {
    const port = await startCaddy(await start({ http2: { enabled: false }, host: '127.0.0.1', trustProxy }));
    const options = ['--exit-on-all-streams-close', '--timeout=5s'];
    const client = spawn('gtlsclient', [
      ...options,
      'localhost',
      String(port),
      `https://localhost:${port}/asks`,
    ]);
    let output = '';
    for (const stream of [client.stdout, client.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    await once(client, 'close');
    expect(output).toContain('Negotiated ALPN is h3');
    expect(output).toContain('[:status: 200]');
  });

  const startCaddy = async (target: Target, upstream = '127.0.0.1:3000'): Promise<number> => {
    const { folder, port } = await place();
    const site = blocksOf('deployment/http3', 'caddy')[0]!
      .replace(
        'app.example.com {',
        `localhost:${port} {\ntls ${certFile} ${await write(folder, 'app.key', key)}`,
      )
      .replace('127.0.0.1:3000', upstream.replace('3000', String(target.port)));
    const config = `{\nadmin off\nauto_https disable_redirects\nstorage file_system ${folder}\n}\n${site}`;
    await run(
      'caddy',
      ['run', '--adapter', 'caddyfile', '--config', await write(folder, 'Caddyfile', config)],
      port,
    );
    return port;
  };

  test('with the configuration of its page, says who asks, for what, over either protocol', async () => {
    const server = await start({ http2: { enabled: false }, host: '127.0.0.1', trustProxy });
    const port = await startCaddy(server);
    await expectForwarded(port, 'HTTP/1.1');
  });

  test('speaks HTTP/2 with the server in cleartext too, and announces HTTP/3', async () => {
    const server = await start({ tls: false, host: '127.0.0.1', trustProxy });
    const port = await startCaddy(server, 'h2c://127.0.0.1:3000');
    await expectForwarded(port, 'HTTP/2');
    await using client = createClient(`https://localhost:${port}`, { protocol: 'http2', ca: cert });
    expect((await client.request('/asks')).headers.get('alt-svc')).toMatch(
      new RegExp(`^h3=":${port}"; ma=\\d+$`),
    );
  });
});

interface Target {
  readonly port: number;
  /** Says `ok` when a health check was answered. */
  readonly checked: EventEmitter;
}

async function startHaproxy(
  { port: target, checked }: Target,
  choose: (blocks: string[]) => string,
): Promise<number> {
  const { folder, port } = await place();
  const config = choose(blocksOf('deployment/haproxy', 'haproxy'))
    .replace('127.0.0.1:3000', `127.0.0.1:${target}`)
    .replace('bind :443', `bind 127.0.0.1:${port}`)
    .replace('/etc/haproxy/app.pem', await write(folder, 'app.pem', `${cert}\n${key}`))
    .replace('/etc/ssl/certs/app-ca.pem', certFile);
  const isWell = once(checked, 'ok');
  await run('haproxy', ['-db', '-f', await write(folder, 'haproxy.cfg', config)], port);
  await isWell;
  return port;
}

/** @param inside what the proxy speaks with the server */
async function expectForwarded(port: number, inside: string): Promise<void> {
  for (const protocol of ['http1', 'http2'] as const) {
    await using client = createClient(`https://localhost:${port}`, { protocol, ca: cert });
    const response = await client.request('/asks', { headers: FORGED });
    expect(await response.json()).toEqual({
      ip: '127.0.0.1',
      url: `https://localhost:${port}/asks`,
      protocol: inside,
    });
  }
}

async function start(options: Partial<ServerOptions>): Promise<Target> {
  const { keyFile } = await developmentCertificate({ host: 'localhost', directory: path.join(base, 'ssl') });
  const server = createServer({
    routesDir: false,
    port: 0,
    logger: false,
    watch: false,
    handleSignals: false,
    ...options,
    http2: options.http2 ?? (options.tls === false ? {} : { keyFile, certFile }),
  });
  const checked = new EventEmitter();
  server.router.addRoute('GET', '/ready', {
    handler: (ctx) => {
      ctx.response.onFinish(({ aborted }) => {
        if (!aborted) checked.emit('ok');
      });
      return { status: 'ok' };
    },
  });
  server.router.addRoute('GET', '/asks', {
    handler: ({ request }) => ({ ip: request.ip, url: request.url.href, protocol: request.protocol }),
  });
  await server.listen();
  onTestFinished(() => server.close());
  return { port: server.port, checked };
}
