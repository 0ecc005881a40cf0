import { body, each, result, schemas } from './schemas.mjs';

/** @type {import('./schemas.mjs').Framework} */
export const blaizejs = {
  name: 'BlaizeJS',
  packages: ['blaizejs', '@blaizejs/client', 'zod'],
  server: (count) => ({
    'server.ts': `\
import { createServer } from 'blaizejs';

export const server = createServer({ routesDir: './routes' });
`,
    // As `blaize types` writes it.
    'routes.d.ts': `\
export interface Routes {
  PUT: {
${each(count, (index) => `    '/items-${index}/[id]': (typeof import('./routes/items-${index}/[id].js'))['PUT'];\n`).join('')}  };
}

declare module 'blaizejs' {
  interface Register {
    routes: Routes;
    server: (typeof import('./server.js'))['server'];
  }
}
`,
    ...Object.fromEntries(each(count, (index) => [`schemas/item-${index}.ts`, schemas(index)])),
    ...Object.fromEntries(each(count, (index) => [`routes/items-${index}/[id].ts`, route(index)])),
  }),
  complete: "api.put('/",
  client: (calls) => `\
import { createClient } from '@blaizejs/client';

import type { Routes } from './server/routes.js';

const api = createClient<Routes>('http://localhost:3000');
${calls
  .map(
    (index) => `
const item${index} = await api.put('/items-${index}/[id]', { params: { id: '1' }, query: { page: 1 }, body: ${body(index)} });
export const name${index}: string | undefined = item${index}.owner.name;`,
  )
  .join('')}
// @ts-expect-error -- there is no such property
export const missing = item${calls[0]}.missing;
`,
};

/** @param {number} index */
const route = (index) => `\
import { createPutRoute } from 'blaizejs';

import { Item${index}, NewItem${index}, Page${index} } from '../../schemas/item-${index}.ts';

export const PUT = createPutRoute('/items-${index}/[id]', {
  schema: { query: Page${index}, body: NewItem${index}, response: Item${index} },
  handler: ({ request: { params, query, body } }) => {
    if (query.page < 1) throw new Error(params.id);
    return ${result('params.id', 'body')};
  },
});
`;
