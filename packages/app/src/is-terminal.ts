/** Whether people read the output: it goes to a terminal, and this is not a test. */
export function isTerminal(): boolean {
  // Not every runtime has a process.
  const { process } = globalThis as {
    process?: { stdout?: { isTTY?: boolean }; env?: Readonly<Record<string, string | undefined>> };
  };
  return process?.stdout?.isTTY === true && process.env?.['NODE_ENV'] !== 'test';
}
