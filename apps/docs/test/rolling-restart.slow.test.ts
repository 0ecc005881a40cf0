import path from 'node:path';
import { createServer, type Server } from 'blaizejs';
import { developmentCertificate } from 'blaizejs/ssl';
import { createClient } from 'blaizejs/testing';
import { describe, expect, onTestFinished, test } from 'vitest';

import { base, blocksOf, isMissing, place, run, write } from './proxy-programs.ts';

const ROLLS = 4;
const CLIENTS = 8;

/** A server of a fleet, as the pages have it: readiness fails as soon as it closes, and it serves for a while longer. */
async function start(port: number, http2: boolean): Promise<Server> {
  const server = createServer({
    routesDir: false,
    mode: 'production',
    host: '127.0.0.1',
    port,
    tls: false,
    http2: { enabled: http2 },
    drainDelay: http2 ? 2500 : 0,
    trustProxy: ['loopback'],
    logger: false,
    handleSignals: false,
  });
  let isReady = true;
  server.events.on('closing', () => (isReady = false));
  server.router.addRoute('GET', '/ready', {
    handler: (ctx) => ctx.response.status(isReady ? 200 : 503).text(''),
  });
  server.router.addRoute('GET', '/', { handler: ({ request }) => request.protocol });
  await server.listen();
  return server;
}

/** Restarts two servers in turn, with clients that ask the proxy all the time. */
async function expectNoLoss(
  http2: boolean,
  begin: (first: number, second: number, pem: { cert: string; key: string }) => Promise<number>,
): Promise<void> {
  const pem = await developmentCertificate({ host: 'localhost', directory: path.join(base, 'ssl') });
  const servers = [await start(0, http2), await start(0, http2)];
  onTestFinished(async () => {
    await Promise.all(servers.map((server) => server.close()));
  });
  const port = await begin(servers[0]!.port, servers[1]!.port, pem);
  await using first = createClient(`https://localhost:${port}`, { protocol: 'http1', ca: pem.cert });
  // Its first checks may come too early.
  while ((await first.request('/')).status !== 200) await new Promise((resolve) => setTimeout(resolve, 100));
  const outcomes = new Map<string, number>();
  let isOver = false;
  const ask = async (protocol: 'http1' | 'http2'): Promise<void> => {
    await using client = createClient(`https://localhost:${port}`, { protocol, ca: pem.cert });
    while (!isOver) {
      const outcome = await client.request('/').then(
        async (response) => `${response.status} ${await response.text()}`,
        (error: unknown) => String(error),
      );
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  };
  const asking = Promise.all(Array.from({ length: CLIENTS }, (_, i) => ask(i % 2 ? 'http1' : 'http2')));
  for (let roll = 0; roll < ROLLS; roll++) {
    const which = roll % 2;
    const { port: its } = servers[which]!;
    await servers[which]!.close();
    servers[which] = await start(its, http2);
    // The proxy has to see that it is back.
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
  isOver = true;
  await asking;
  expect([...outcomes.keys()]).toEqual([http2 ? '200 HTTP/2' : '200 HTTP/1.1']);
  expect(outcomes.values().next().value).toBeGreaterThan(100);
}

describe.skipIf(isMissing('haproxy', '-v'))('HAProxy', () => {
  test('loses no request when the servers of its page restart in turn', { timeout: 60_000 }, () =>
    expectNoLoss(true, async (first, second, { cert, key }) => {
      const { folder, port } = await place();
      const [whole, , , backend] = blocksOf('deployment/haproxy', 'haproxy');
      const config = `${whole!.slice(0, whole!.indexOf('\nbackend app'))}\n${backend!}`
        .replace('127.0.0.1:3000', `127.0.0.1:${first}`)
        .replace('127.0.0.1:3001', `127.0.0.1:${second}`)
        .replace('bind :443', `bind 127.0.0.1:${port}`)
        .replace('/etc/haproxy/app.pem', await write(folder, 'app.pem', `${cert}\n${key}`))
        // A restart takes seven seconds otherwise.
        .replaceAll('inter 2s', 'inter 500ms');
      await run('haproxy', ['-db', '-f', await write(folder, 'haproxy.cfg', config)], port);
      return port;
    }),
  );
});

describe.skipIf(isMissing('nginx', '-v'))('nginx', () => {
  test('loses no request when the servers of its page restart in turn', { timeout: 60_000 }, () =>
    expectNoLoss(false, async (first, second, { cert, key }) => {
      const { folder, port } = await place();
      const [site, upstream] = blocksOf('deployment/nginx', 'nginx');
      const two = (upstream! + site!.slice(site!.indexOf('\nserver {')))
        .replace('127.0.0.1:3000', `127.0.0.1:${first}`)
        .replace('127.0.0.1:3001', `127.0.0.1:${second}`)
        .replace('listen 443', `listen 127.0.0.1:${port}`)
        .replace('/etc/ssl/certs/app.fullchain.pem', await write(folder, 'app.pem', cert))
        .replace('/etc/ssl/private/app.key', await write(folder, 'app.key', key));
      const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      const main = `
        daemon off; master_process off; pid ${folder}/pid; error_log stderr;
        events {}
        http {
          access_log off;
          ${kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n')}
          ${two}
        }`;
      await run('nginx', ['-e', 'stderr', '-c', await write(folder, 'nginx.conf', main)], port);
      return port;
    }),
  );
});
