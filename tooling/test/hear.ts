/** An output that grows. */
interface Output {
  /** What came so far. */
  read(): string;
  /** Called when more has come. */
  readonly listeners: Set<() => void>;
  /** Resolves when no more will come. */
  readonly ended: Promise<unknown>;
}

/** Waits until an output matches. @throws Error if it ends without a match */
export function hear(
  pattern: RegExp | string,
  { read, listeners, ended }: Output,
): Promise<RegExpMatchArray> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const found = read().match(pattern);
      if (!found) return;
      listeners.delete(look);
      resolve(found);
    };
    listeners.add(look);
    void ended.then((how) => {
      look();
      reject(new Error(`It ended (${String(how)}) without saying ${String(pattern)}:\n${read()}`));
    });
    look();
  });
}
