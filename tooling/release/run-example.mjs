import { strictEqual } from 'node:assert';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { get } from 'node:https';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';

import ts from 'typescript';

import { freePort } from '../free-port.mjs';
import { run, start } from './commands.mjs';

/** @import { Example } from './example.mjs' */
/** @typedef {{ cwd: string, env: NodeJS.ProcessEnv }} Place a folder in which something of ours is installed */

/**
 * Runs an installed example with plain Node, and checks its output.
 *
 * @param {Example} example
 * @param {Place} place
 */
export async function runExample({ kind, files, asks, steps = [], prints }, place) {
  for (const [path, code] of Object.entries(files)) {
    writeJavaScript(place.cwd, path, kind === 'program' ? await onFreePort(code) : code);
  }
  if (kind === 'session') {
    for (const { command, output } of steps) {
      strictEqual(
        await run('npx', ['--no-install', ...words(command)], place),
        output,
        `What "${command}" writes`,
      );
    }
    return;
  }
  const [first = ''] = Object.keys(files);
  const program = first.replace(/\.ts$/, '.js');
  if (kind === 'program') {
    const output = await run(process.execPath, [program], place);
    if (prints !== undefined) strictEqual(output, prints, 'What the example prints');
  } else {
    await runServer(program, asks ?? { path: '/', body: '' }, place);
  }
}

/**
 * A program that asks itself, on another port than it is written with: the same one runs beside it, installed by another manager.
 *
 * @param {string} code
 */
async function onFreePort(code) {
  const port = /http:\/\/localhost:(\d+)/.exec(code)?.[1];
  return port === undefined ? code : code.replaceAll(port, String(await freePort()));
}

/** @param {string} cwd @param {string} path of TypeScript @param {string} code */
function writeJavaScript(cwd, path, code) {
  const file = join(cwd, path.replace(/\.ts$/, '.js'));
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    },
  });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, outputText);
}

/** @param {string} command */
function words(command) {
  return [...command.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
}

/**
 * Starts a server on a free port, sends requests over both protocols, and ends it with a signal.
 *
 * @param {string} program
 * @param {{ path: string, body: string }} asks
 * @param {Place} place
 */
async function runServer(program, { path, body }, { cwd, env }) {
  const server = start(process.execPath, [program], { cwd, env: { ...env, PORT: '0' } });
  try {
    const [url] = await server.says(/https:\/\/localhost:\d+/);
    const ca = readFileSync(join(cwd, '.blaize/ssl/cert.pem'));

    const session = connect(url, { ca });
    try {
      const stream = session.request({ ':path': path });
      const [headers] = await once(stream, 'response');
      strictEqual(headers[':status'], 200);
      strictEqual(await text(stream), body, 'The answer over HTTP/2');
    } finally {
      session.destroy();
    }

    const [response] = await once(get(url + path, { ca, agent: false }), 'response');
    strictEqual(`HTTP/${response.httpVersion} ${response.statusCode}`, 'HTTP/1.1 200');
    strictEqual(await text(response), body, 'The answer over HTTP/1.1');

    server.child.kill('SIGTERM');
    strictEqual((await server.end).code, 0, 'The exit code after SIGTERM');
  } catch (error) {
    throw new Error(`${/** @type {Error} */ (error).message}\n${server.output}`, { cause: error });
  } finally {
    await server.stop();
  }
}
