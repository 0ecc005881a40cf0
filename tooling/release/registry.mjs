import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';

const USER = 'rehearsal';

/**
 * Starts a registry that has our packages to itself and fetches all others from `upstream`. It keeps everything in
 * `folder`, and listens on a free port of the loopback interface.
 *
 * @param {{ folder: string, upstream: string, names: string[] }} options `names`: of our packages
 */
export async function startRegistry({ folder, upstream, names }) {
  const child = fork(join(import.meta.dirname, 'registry-process.mjs'), { silent: true });
  const log = createWriteStream(join(folder, 'registry.log'));
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  const registry = {
    url: '',
    token: '',
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'close');
      log.end();
    },
  };
  try {
    child.send(configuration(folder, upstream, names));
    const port = await Promise.race([
      once(child, 'message', { signal: AbortSignal.timeout(30_000) }).then(([port]) => port),
      once(child, 'exit').then(([code]) =>
        Promise.reject(new Error(`The registry ended with exit code ${code}.`)),
      ),
    ]);
    registry.url = `http://127.0.0.1:${port}/`;
    registry.token = await signUp(registry.url);
    return registry;
  } catch (error) {
    await registry.stop();
    throw error;
  }
}

/** @param {string} folder @param {string} upstream @param {string[]} names */
function configuration(folder, upstream, names) {
  const ours = { access: '$all', publish: USER };
  return {
    self_path: join(folder, 'registry.yaml'),
    storage: join(folder, 'storage'),
    // A signed token: verdaccio's own kind has it check the password at each request, which takes a quarter of a second.
    security: { api: { jwt: { sign: { expiresIn: '1d' } } } },
    auth: { htpasswd: { file: join(folder, 'htpasswd'), max_users: 1 } },
    uplinks: { upstream: { url: upstream, timeout: '60s', maxage: '1h', max_fails: 10 } },
    packages: {
      // Without `proxy`, so that what is published for real is neither found nor asked for.
      ...Object.fromEntries(names.map((name) => [name, ours])),
      '**': { access: '$all', proxy: 'upstream' },
    },
    web: { enable: false },
    log: { type: 'stdout', format: 'pretty', level: 'warn', colors: false },
  };
}

/** @param {string} url @returns {Promise<string>} a token to publish with */
async function signUp(url) {
  const response = await fetch(`${url}-/user/org.couchdb.user:${USER}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: USER, password: crypto.randomUUID() }),
  });
  const { token } = /** @type {{ token?: string }} */ (await response.json());
  if (!token) throw new Error(`The registry gave no token, but status ${response.status}.`);
  return token;
}
