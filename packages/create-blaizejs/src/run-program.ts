import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';

import { CreateError } from './create-error.ts';
import type { World } from './world.ts';

/**
 * Runs a program to its end. A signal to stop is passed on, and waited for.
 *
 * @throws CreateError where it can't be started, fails or is stopped
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  cwd: string,
  { env, output, onSignal }: World,
): Promise<void> {
  const shown = [command, ...args].join(' ');
  // npm, pnpm and yarn are command files on Windows. The arguments are our own, and need no quotes.
  const shell = process.platform === 'win32';
  const child = spawn(shell ? shown : command, shell ? [] : args, {
    cwd,
    // Under NODE_ENV=production, development dependencies would be left out.
    env: { ...env, NODE_ENV: 'development' },
    // Its report belongs to what happens meanwhile.
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
    // Ctrl+C goes to both. That the program has ended may be heard first, and of the signal in the next turn.
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
