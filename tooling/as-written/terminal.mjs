import { spawn } from 'node:child_process';
import { once } from 'node:events';

// npm asks whether to install create-blaizejs, which then asks its own questions.
const QUESTION = /Ok to proceed\? \(y\)|◆/g;
const ENTER = '\r';
const LIMIT_SECONDS = 240;

/**
 * Runs a command in a terminal, and answers each question with Enter. `script` of util-linux provides the terminal.
 *
 * @param {string} command for bash
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} place
 * @throws if it fails
 */
export async function runInTerminal(command, { cwd, env: { CI: _, ...env } }) {
  // A terminal without a size would wrap lines after each letter.
  const args = ['--quiet', '--return', '/dev/null', '--command', `stty cols 120 rows 40; ${command}`];
  const child = spawn('script', args, {
    cwd,
    env,
    stdio: 'pipe',
    signal: AbortSignal.timeout(LIMIT_SECONDS * 1000),
    killSignal: 'SIGHUP',
  });
  let output = '';
  let answered = 0;
  child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    const asked = output.match(QUESTION)?.length ?? 0;
    for (; answered < asked; answered++) child.stdin.write(ENTER);
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${output}\n${command} ended with exit code ${code}`);
}
