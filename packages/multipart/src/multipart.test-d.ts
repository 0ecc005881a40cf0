import { createPostRoute } from '@blaizejs/router';
import type { BodyReader } from '@blaizejs/types';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';

import { moveFile, multipart, originalName, type Part, parts } from './index.ts';

const is = <T>(value: T): T => value;

is<BodyReader>(multipart());
is<BodyReader>(multipart({ fileSize: 1, memoryLimit: 0, sniff: true, tempDir: '/tmp' }));
// @ts-expect-error -- a misspelt option
multipart({ filesize: 1 });
// @ts-expect-error -- a number of bytes
multipart({ fileSize: '1mb' });

const bodyReaders = { 'multipart/form-data': multipart() };

createPostRoute({
  bodyReaders,
  schema: { body: z.object({ photo: z.file().optional(), all: z.array(z.file()) }) },
  handler: async ({ request: { body } }) => {
    is<File | undefined>(body.photo);
    const [first] = body.all;
    if (!first) return null;
    is<string>(originalName(first));
    return moveFile(first, '/tmp/x');
  },
});
createPostRoute({
  bodyReaders,
  schema: { body: v.object({ photo: v.file() }) },
  handler: ({ request: { body } }) => is<File>(body.photo).name,
});
createPostRoute({
  bodyReaders,
  schema: { body: type({ photo: type.instanceOf(File) }) },
  handler: ({ request: { body } }) => is<File>(body.photo).name,
});
createPostRoute({
  handler: async (ctx) => {
    for await (const part of parts(ctx.request, { files: 1 })) is<Part>(part);
    // @ts-expect-error -- an option of multipart()
    parts(ctx.request, { memoryLimit: 1 });
  },
});
