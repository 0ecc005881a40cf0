import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { onTestFinished } from 'vitest';

import { FROM_SOURCE } from '../../../tooling/from-source.mjs';

/** A child process that communicates in lines of JSON. */
export interface Child {
  /** Writes a line to the child. */
  say(line: string): void;
  /** The next value from the child. */
  hear<T>(): Promise<T>;
}

/** Starts one of the programs in `test/children`, and kills it at the end of the test. */
export function startChild(name: string, cwd: string, ...args: string[]): Child {
  const program = fileURLToPath(new URL(`children/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [...FROM_SOURCE, program, ...args], {
    cwd,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    say: (line) => void child.stdin.write(`${line}\n`),
    hear: async <T>() => {
      const { value, done } = await lines.next();
      if (done) throw new Error(`The child "${name}" ended early.`);
      return JSON.parse(value) as T;
    },
  };
}
