import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { onTestFinished } from 'vitest';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

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
  const child = spawn(
    process.execPath,
    ['--import', tsx, '--conditions', '@blaizejs/source', program, ...args],
    { cwd, stdio: ['pipe', 'pipe', 'inherit'] },
  );
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
