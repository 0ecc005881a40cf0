// The app that tests run in workers. What it does is in a file, which a test changes between reloads.
import { readFileSync } from 'node:fs';

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
onAsk('pid', () => process.pid);
await server.listen(Number(read('port')), '127.0.0.1');
