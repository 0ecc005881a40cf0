/** The server of the check: serves a folder, and measures the memory of its process meanwhile. */
import { serveStatic } from '../../packages/middleware/src/static.ts';
import { startTestServer } from '../../packages/testing/src/index.ts';
import { answerParent } from '../soak/processes.mjs';

const SAMPLE_MS = 10;

const app = await startTestServer({ middleware: [serveStatic({ root: process.cwd() })] });

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
