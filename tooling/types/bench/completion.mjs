import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

import { PATIENCE } from '../compilers.mjs';

const require = createRequire(import.meta.url);

/**
 * How long an editor waits for completion at the end of a file: the first time, and again after an edit.
 *
 * @param {string} file absolute
 * @param {string} written what somebody has typed on a line of its own
 * @returns {Promise<number[] | undefined>} milliseconds; undefined if it takes too long
 */
export async function completionTimes(file, written) {
  const server = spawn(
    process.execPath,
    [require.resolve('typescript/lib/tsserver.js'), '--disableAutomaticTypingAcquisition'],
    {
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  /** @type {Map<number, (body: unknown) => void>} */
  const waiting = new Map();
  createInterface({ input: server.stdout }).on('line', (line) => {
    if (!line.startsWith('{')) return;
    const { request_seq: seq, body } = JSON.parse(line);
    waiting.get(seq)?.(body);
  });
  let seq = 0;
  const send = (/** @type {string} */ command, /** @type {object} */ args) => {
    server.stdin.write(`${JSON.stringify({ seq: ++seq, type: 'request', command, arguments: args })}\n`);
    return seq;
  };
  const complete = async (/** @type {number} */ line, /** @type {string} */ text) => {
    const started = performance.now();
    const id = send('completionInfo', { file, line, offset: text.length + 1 });
    const body = await new Promise((resolve) => waiting.set(id, resolve));
    if (body === undefined) return undefined;
    const entries = /** @type {{ entries?: unknown[] } | undefined} */ (body)?.entries ?? [];
    if (entries.length === 0) throw new Error(`Nothing completes ${text} in ${file}.`);
    return performance.now() - started;
  };
  const timer = setTimeout(() => server.kill(), PATIENCE * 1000);
  server.once('close', () => waiting.forEach((resolve) => resolve(undefined)));
  try {
    const content = `${readFileSync(file, 'utf8')}\n${written}`;
    send('open', { file, fileContent: content, scriptKindName: 'TS' });
    const line = content.split('\n').length;
    const first = await complete(line, written);
    // A line above it, as somebody edits.
    send('change', {
      file,
      line: 1,
      offset: 1,
      endLine: 1,
      endOffset: 1,
      insertString: 'const edited = 1;\n',
    });
    const next = await complete(line + 1, written);
    return first === undefined || next === undefined ? undefined : [first, next];
  } finally {
    clearTimeout(timer);
    server.kill();
  }
}
