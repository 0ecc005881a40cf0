import { body, each, result, schemas } from './schemas.mjs';

/** @type {import('./schemas.mjs').Framework} */
export const orpc = {
  name: 'oRPC',
  packages: ['@orpc/server', '@orpc/client', 'zod'],
  server: (count) => ({
    'server.ts': `\
${each(count, (index) => `import { items${index} } from './routes/item-${index}.ts';\n`).join('')}
export const app = {
${each(count, (index) => `  items${index},\n`).join('')}};
export type App = typeof app;
`,
    ...Object.fromEntries(each(count, (index) => [`schemas/item-${index}.ts`, schemas(index)])),
    ...Object.fromEntries(each(count, (index) => [`routes/item-${index}.ts`, route(index)])),
  }),
  complete: 'api.',
  client: (calls) => `\
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { RouterClient } from '@orpc/server';

import type { App } from './server/server.ts';

const api: RouterClient<App> = createORPCClient(new RPCLink({ url: 'http://localhost:3000' }));
${calls
  .map(
    (index) => `
const item${index} = await api.items${index}.put({ id: '1', page: 1, body: ${body(index)} });
export const name${index}: string | undefined = item${index}.owner.name;`,
  )
  .join('')}
// @ts-expect-error -- there is no such property
export const missing = item${calls[0]}.missing;
`,
};

/** @param {number} index */
const route = (index) => `\
import { os } from '@orpc/server';
import { z } from 'zod';

import { Item${index}, NewItem${index}, Page${index} } from '../schemas/item-${index}.ts';

export const items${index} = {
  put: os
    .input(Page${index}.extend({ id: z.string(), body: NewItem${index} }))
    .output(Item${index})
    .handler(({ input: { id, page, body } }) => {
      if (page < 1) throw new Error(id);
      return ${result('id', 'body')};
    }),
};
`;
