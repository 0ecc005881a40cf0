import { answerParent } from './processes.mjs';

const SAMPLE_MS = 10;

/** Lets the parent process use a server, and measure the memory of this process meanwhile. */
export function answerWithMemory(app: { readonly url: string; close(): Promise<unknown> }): void {
  let least = 0;
  let most = 0;
  let timer: NodeJS.Timeout | undefined;

  answerParent({
    url: () => app.url,
    begin: () => {
      globalThis.gc?.();
      least = most = process.memoryUsage.rss();
      timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), SAMPLE_MS);
    },
    /** By how many bytes the memory grew. */
    end: () => {
      clearInterval(timer);
      return most - least;
    },
    close: () => app.close(),
  });
}
