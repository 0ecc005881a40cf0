import { run } from '../release/commands.mjs';

/** @import { Place } from './place.mjs' */

const PROTOCOLS = { '--http2': '2', '--http1.1': '1.1' };
const AGAIN_MS = 50;

/**
 * Sends a request to the server of an app over https, with both protocols, trusting the certificate in `.blaize/ssl`.
 *
 * @param {Place} place
 * @param {string} path
 * @param {string} expected a part of the answer
 */
export async function ask({ cwd, env }, path, expected) {
  for (const [option, version] of Object.entries(PROTOCOLS)) {
    const args = ['--silent', '--show-error', option, '--max-time', '5', '--cacert', '.blaize/ssl/cert.pem'];
    const url = `https://localhost:${env.PORT}${path}`;
    const answer = await run('curl', [...args, '--write-out', '\n%{http_version} %{http_code}', url], {
      cwd,
      env,
    });
    if (!answer.includes(expected) || !answer.endsWith(`\n${version} 200`)) {
      throw new Error(`${url} over HTTP/${version} answered, with ${expected} expected:\n${answer}`);
    }
  }
}

/**
 * Like {@link ask}, but tries again until there is an answer.
 *
 * @param {Place} place
 * @param {string} path
 * @param {string} expected
 * @param {{ end: Promise<unknown>, output: string }} program the server; if it ends, so does the wait
 */
export async function askUntilUp(place, path, expected, program) {
  let ended = false;
  const end = program.end.then(() => (ended = true));
  for (;;) {
    try {
      return await ask(place, path, expected);
    } catch (error) {
      if (ended) throw new Error(`The server ended: ${program.output}`, { cause: error });
      // It first creates its certificate, then listens; until then, curl exits with 77 or 7.
      if (!/exit code (7|77)\b/.test(/** @type {Error} */ (error).message)) throw error;
      await Promise.race([end, new Promise((resolve) => setTimeout(resolve, AGAIN_MS))]);
    }
  }
}
