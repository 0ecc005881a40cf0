import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';

import { CreateError } from './create-error.ts';
import type { World } from './world.ts';

/**
 * Runs a program and waits until it ends. Forwards SIGINT and SIGTERM to it.
 *
 * @throws CreateError if it can't be started, fails or is stopped
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  cwd: string,
  { env, output, onSignal }: World,
): Promise<void> {
  const shown = [command, ...args].join(' ');
  // npm, pnpm and yarn are command files on Windows. None of our arguments needs quotes.
  const shell = process.platform === 'win32';
  const child = spawn(shell ? shown : command, shell ? [] : args, {
    cwd,
    // With NODE_ENV=production, development dependencies would be left out.
    env: { ...env, NODE_ENV: 'development' },
    // Standard output is for the result of this command.
    stdio: ['ignore', output === 'inherit' ? process.stderr : 'ignore', output],
    shell,
  });
  let stopped: NodeJS.Signals | undefined;
  const off = onSignal((signal) => {
    stopped = signal;
    child.kill(signal);
  });
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    // Ctrl+C reaches both processes. The end of the program may be seen first, and the signal in the next turn.
    for (let turns = 2; code !== 0 && turns > 0; turns--) await setImmediate();
    const by = stopped ?? signal;
    if (by) throw new CreateError(`${shown} was stopped (${by}).`);
    if (code !== 0) throw new CreateError(`${shown} failed (exit code ${String(code)}).`);
  } catch (error) {
    if (error instanceof CreateError) throw error;
    throw new CreateError(`${shown} can't be run: ${(error as Error).message}.`, { cause: error });
  } finally {
    off();
  }
}
