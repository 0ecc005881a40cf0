/** What the command sees of the world outside; a test gives it another one. */
export interface World {
  /** Absolute; where relative paths begin. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether somebody is there to be asked. */
  readonly terminal: boolean;
  /** Writes a line to standard output: what was asked for. */
  readonly print: (line: string) => void;
  /** Writes a line to standard error: what happens meanwhile. */
  readonly say: (line: string) => void;
  /** Where goes what the programs write that it runs: git, the package manager. */
  readonly output: 'inherit' | 'ignore';
  /** Calls back for each signal to stop. @returns what takes it back */
  readonly onSignal: (callback: (signal: 'SIGINT' | 'SIGTERM') => void) => () => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** The world that this process is in. */
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
