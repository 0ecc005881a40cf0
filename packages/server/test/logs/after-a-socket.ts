/** Loads what logs, after the app has looked at a socket. The path of the socket is on the command line. */
import { lstatSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer as createTcpServer } from 'node:net';

import { loadPino } from '../../src/pino-at-need.ts';

// Node remembers then that the folders above are no links, and does not look at them again.
createRequire(import.meta.url)('../../package.json');

const [, , path = ''] = process.argv;
const other = createTcpServer().listen(path, () => {
  lstatSync(path);
  loadPino().pino().info('loaded');
  other.close();
});
