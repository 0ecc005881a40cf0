// The app that tests run in workers. What it does is in a file, which a test changes between reloads.
import { existsSync, readFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';

import { createServer } from '@blaizejs/server';

import { onAsk } from '../../src/worker.ts';

const [folder] = process.argv.slice(2);
const read = (name) => readFileSync(`${folder}/${name}`, 'utf8').trim();
const version = read('version');

if (version === 'throws') throw new Error('The new version is broken');
if (version === 'hangs') await new Promise((resolve) => setTimeout(resolve, 3_600_000));

const server = createServer({
  routesDir: false,
  mode: 'production',
  logger: false,
  tls: { key: read('key.pem'), cert: read('cert.pem') },
  drainDelay: 0,
  shutdownTimeout: 5000,
});
server.router.addRoute('GET', '/', { handler: () => ({ version, pid: process.pid }) });
server.router.addRoute('GET', '/slow', {
  handler: async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { version, pid: process.pid };
  },
});
server.router.addRoute('GET', '/hang', { handler: () => new Promise(() => undefined) });
// Answers when the test says so.
server.router.addRoute('GET', '/held', {
  handler: async () => {
    process.send({ event: 'held' });
    while (!existsSync(`${folder}/go`)) await new Promise((resolve) => setTimeout(resolve, 20));
    return { version, pid: process.pid };
  },
});
onAsk('pid', () => process.pid);
const port = Number(read('port'));
if (version === 'plain') {
  createPlainServer((_, response) => response.end(JSON.stringify({ version, pid: process.pid }))).listen(
    port,
    '127.0.0.1',
  );
} else await server.listen(port, '127.0.0.1');

if (version.startsWith('two')) {
  const second = createServer({
    routesDir: false,
    mode: 'production',
    logger: false,
    tls: false,
    drainDelay: 0,
  });
  second.router.addRoute('GET', '/', { handler: () => ({ version, pid: process.pid }) });
  await second.listen(Number(read('second-port')), '127.0.0.1');
}
