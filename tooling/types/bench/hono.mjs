import { body, each, result, schemas } from './schemas.mjs';

/** As its documentation has it for large applications: a file of its own for each resource, chained into one app. */
/** @type {import('./schemas.mjs').Framework} */
export const hono = {
  name: 'Hono (hc)',
  packages: ['hono', '@hono/zod-validator', 'zod'],
  server: (count) => ({
    'server.ts': `\
import { Hono } from 'hono';

${each(count, (index) => `import { items${index} } from './routes/item-${index}.ts';\n`).join('')}
export const app = new Hono()
${each(count, (index) => `  .route('/items${index}', items${index})\n`).join('')};
export type App = typeof app;
`,
    ...Object.fromEntries(each(count, (index) => [`schemas/item-${index}.ts`, schemas(index)])),
    ...Object.fromEntries(each(count, (index) => [`routes/item-${index}.ts`, route(index)])),
  }),
  complete: 'api.',
  client: (calls) => `\
import { hc } from 'hono/client';

import type { App } from './server/server.ts';

const api = hc<App>('http://localhost:3000');
${calls
  .map(
    (index) => `
const answer${index} = await api.items${index}[':id'].$put({ param: { id: '1' }, query: { page: '1' }, json: ${body(index)} });
if (answer${index}.status !== 200) throw new Error();
const item${index} = await answer${index}.json();
export const name${index}: string | undefined = item${index}.owner.name;`,
  )
  .join('')}
// @ts-expect-error -- there is no such property
export const missing = item${calls[0]}.missing;
`,
};

// It has no schemas of answers: the type says what is answered.
/** @param {number} index */
const route = (index) => `\
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import type { z } from 'zod';

import { type Item${index}, NewItem${index}, Page${index} } from '../schemas/item-${index}.ts';

export const items${index} = new Hono().put(
  '/:id',
  zValidator('query', Page${index}),
  zValidator('json', NewItem${index}),
  (c) => {
    const query = c.req.valid('query');
    const body = c.req.valid('json');
    if (query.page < 1) throw new Error(c.req.param('id'));
    const answer: z.infer<typeof Item${index}> = ${result("c.req.param('id')", 'body')};
    return c.json(answer, 200);
  },
);
`;
