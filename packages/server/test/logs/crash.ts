/** A server in its own process that logs to the file that is its argument, and then crashes. */
import { createServer } from '@blaizejs/server';

const server = createServer({
  routesDir: false,
  mode: 'production',
  tls: false,
  logger: { file: { path: process.argv[2] ?? '', maxSize: 10_000_000 } },
});
server.router.addRoute('GET', '/', {
  handler: () => {
    for (let number = 0; number < 1000; number += 1) server.log.info({ number }, 'before the crash');
    setImmediate(() => {
      server.log.info('the last line');
      throw new Error('nobody catches this');
    });
    return 'ok';
  },
});
await server.listen(0, '127.0.0.1');
await fetch(`http://127.0.0.1:${server.port}/`).catch(() => undefined);
