/**
 * Starts the servers of pages as their readers would, all in one process, each in the folder of its page and on a free
 * port; tells for each where it listens. SIGTERM stops them.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';

process.env['PORT'] = '0';
/** @type {string | undefined} */
let url;
// What the default logger writes.
process.stdout.write = (line) => {
  url ??= /Server running on (\S+)/.exec(String(line))?.[1];
  return true;
};

for (const file of process.argv.slice(2)) {
  url = undefined;
  // The certificate is kept where the server is started.
  process.chdir(file.replace(/(\/src)?\/server\.ts$/, ''));
  try {
    await import(pathToFileURL(path.resolve(file)).href);
    process.send?.({ file, url });
  } catch (error) {
    process.send?.({ file, failed: error instanceof Error ? error.stack : String(error) });
  }
}
