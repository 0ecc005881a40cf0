/** The server of the check: serves a folder, and measures the memory of its process meanwhile. */
import { serveStatic } from '../../packages/middleware/src/static.ts';
import { startTestServer } from '../../packages/testing/src/index.ts';
import { answerWithMemory } from '../soak/answer-memory.ts';

const app = await startTestServer({ middleware: [serveStatic({ root: process.cwd() })] });

answerWithMemory(app);
