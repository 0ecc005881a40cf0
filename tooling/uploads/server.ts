/** The server of the check: takes forms by a schema and part by part, and measures the memory of its process meanwhile. */
import { createHash } from 'node:crypto';

import { z } from 'zod';

import { createPostRoute } from '../../packages/blaizejs/src/index.ts';
import { multipart, parts } from '../../packages/multipart/src/index.ts';
import { startTestServer } from '../../packages/testing/src/index.ts';
import { answerWithMemory } from '../soak/answer-memory.ts';

const LIMIT = 2 ** 30;

const digest = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
};

const app = await startTestServer({ bodyLimit: LIMIT });
app.server.router.addRoute(
  'POST',
  '/form',
  createPostRoute({
    schema: { body: z.object({ file: z.file() }) },
    bodyReaders: { 'multipart/form-data': multipart() },
    handler: ({ request }) => digest(request.body.file.stream() as unknown as AsyncIterable<Uint8Array>),
  }),
);
app.server.router.addRoute(
  'POST',
  '/parts',
  createPostRoute({
    handler: async ({ request }) => {
      for await (const part of parts(request)) return digest(part.stream());
      return 'no file';
    },
  }),
);

answerWithMemory(app);
