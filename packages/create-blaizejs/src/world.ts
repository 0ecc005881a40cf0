/** The command's access to the outside world, which tests replace. */
export interface World {
  /** The absolute path of the working directory. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether there is a terminal in which to ask questions. */
  readonly terminal: boolean;
  /** Writes a line of the result, to standard output. */
  readonly print: (line: string) => void;
  /** Writes a line about progress or problems, to standard error. */
  readonly say: (line: string) => void;
  /** The destination of the output of programs that it runs: git, the package manager. */
  readonly output: 'inherit' | 'ignore';
  /** Calls back for each SIGINT and SIGTERM. @returns a function that unsubscribes */
  readonly onSignal: (callback: (signal: 'SIGINT' | 'SIGTERM') => void) => () => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** The world of this process. */
export function realWorld(): World {
  const { env, stdin, stdout, stderr } = process;
  return {
    cwd: process.cwd(),
    env,
    terminal: stdin.isTTY && stdout.isTTY && !env.CI,
    print: (line) => stdout.write(`${line}\n`),
    say: (line) => stderr.write(`${line}\n`),
    output: 'inherit',
    onSignal: (callback) => {
      for (const signal of SIGNALS) process.on(signal, callback);
      return () => {
        for (const signal of SIGNALS) process.off(signal, callback);
      };
    },
  };
}
