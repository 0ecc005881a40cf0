import { HttpError } from '@blaizejs/errors';
import { createPostRoute } from '@blaizejs/router';
import { z } from 'zod';

const STATUS: Readonly<Record<string, number>> = { pass: 410, replace: 410, teapot: 418, response: 403 };

export const POST = createPostRoute({
  schema: { query: z.object({ why: z.string() }) },
  handler: ({ request, response }) => {
    const { why } = request.query;
    response.header('etag', '"x"').header('x-kept', 'yes');
    const status = STATUS[why];
    if (status === undefined) throw new Error(why);
    throw new HttpError(status, why, { headers: { 'retry-after': '7' } });
  },
});

export const GET = async function* (): AsyncGenerator<string> {
  yield 'a part';
  throw new Error('after the head');
};
