import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

import { buildImage } from '../as-written/dockerfile.mjs';
import { run, start } from '../release/commands.mjs';
import { freePort } from '../free-port.mjs';
import { askUntilUp } from './ask.mjs';

/** @import { Place } from './place.mjs' */

/** The command line of an app, from its folder. */
export const BLAIZE = 'node_modules/@blaizejs/cli/dist/bin.js';

/** @typedef {{ path: string, expected: string }} Answer what a path answers, in part */

/**
 * Starts a build with the development certificate, without TLS, and with neither, which must fail and say what to set.
 *
 * @param {string} manager
 * @param {Answer} answer
 * @param {Place} app
 */
export async function checkStart(manager, answer, app) {
  const startWith = (/** @type {NodeJS.ProcessEnv} */ env) =>
    start(manager, ['run', 'start'], { ...app, env: { ...app.env, ...env } });

  const SSL_KEY_PATH = '.blaize/ssl/key.pem';
  await run('node', [BLAIZE, 'cert', 'make'], app);
  const withTls = startWith({ SSL_KEY_PATH, SSL_CERT_PATH: '.blaize/ssl/cert.pem' });
  await askUntilUp(app, answer.path, answer.expected, withTls);
  await stop(withTls);

  const withoutTls = startWith({ TLS: 'off' });
  await askWithoutTls(answer, app, withoutTls);
  await stop(withoutTls);

  for (const env of [{}, { SSL_KEY_PATH }]) {
    const refused = startWith(env);
    const { code } = await refused.end;
    const told = ['SSL_KEY_PATH', 'SSL_CERT_PATH', 'TLS=off'].every((name) => refused.output.includes(name));
    if (code === 0 || !told || /^ {4}at /m.test(refused.output)) {
      throw new Error(`Without a certificate, it must print only what to set:\n${refused.output}`);
    }
  }
}

/**
 * Runs the Dockerfile of an app in an empty folder, and sends requests to its server, as the health check of its Compose file
 * does.
 *
 * @param {Answer} answer
 * @param {Place} app
 */
export async function checkDockerfile(answer, { cwd, env }) {
  const folder = join(cwd, '..', 'image');
  const { PORT: _, ...clean } = env;
  const image = await buildImage(cwd, folder, clean, (command, place) =>
    run('bash', ['-ec', command], { ...place, seconds: 300 }),
  );
  const PORT = String(await freePort('localhost'));
  const place = { cwd: image.cwd, env: { ...image.env, PORT } };
  const [program = '', ...args] = image.command;
  const server = start(program, args, place);
  await askWithoutTls(answer, place, server);
  const { services } = parse(readFileSync(join(cwd, 'compose.yaml'), 'utf8'));
  const [kind, check = '', ...words] = services.app.healthcheck.test;
  if (kind !== 'CMD') throw new Error(`This check does not support a health check with ${kind}.`);
  await run(
    check,
    words.map((/** @type {string} */ word) => word.replace(':3000/', `:${PORT}/`)),
    place,
  );
  await stop(server);
  rmSync(folder, { recursive: true });
}

/** @param {Answer} answer @param {Place} place @param {ReturnType<typeof start>} program */
async function askWithoutTls({ path, expected }, place, program) {
  await program.says(/http:\/\//);
  const url = `http://localhost:${place.env.PORT}${path}`;
  const got = await run('curl', ['--silent', '--show-error', '--fail', '--max-time', '5', url], place);
  if (!got.includes(expected)) throw new Error(`${url} answered, with ${expected} expected:\n${got}`);
}

/**
 * Like Ctrl+C in a terminal: the whole group gets the signal.
 *
 * @param {ReturnType<typeof start>} program
 */
export async function stop({ child, end }) {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  await end;
}
