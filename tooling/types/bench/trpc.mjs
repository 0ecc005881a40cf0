import { body, each, result, schemas } from './schemas.mjs';

/** @type {import('./schemas.mjs').Framework} */
export const trpc = {
  name: 'tRPC',
  packages: ['@trpc/server', '@trpc/client', 'zod'],
  server: (count) => ({
    'trpc.ts': `\
import { initTRPC } from '@trpc/server';

const t = initTRPC.create();
export const router = t.router;
export const publicProcedure = t.procedure;
`,
    'server.ts': `\
import { router } from './trpc.ts';
${each(count, (index) => `import { items${index} } from './routes/item-${index}.ts';\n`).join('')}
export const app = router({
${each(count, (index) => `  items${index},\n`).join('')}});
export type App = typeof app;
`,
    ...Object.fromEntries(each(count, (index) => [`schemas/item-${index}.ts`, schemas(index)])),
    ...Object.fromEntries(each(count, (index) => [`routes/item-${index}.ts`, route(index)])),
  }),
  complete: 'api.',
  client: (calls) => `\
import { createTRPCClient, httpLink } from '@trpc/client';

import type { App } from './server/server.ts';

const api = createTRPCClient<App>({ links: [httpLink({ url: 'http://localhost:3000' })] });
${calls
  .map(
    (index) => `
const item${index} = await api.items${index}.put.mutate({ id: '1', page: 1, body: ${body(index)} });
export const name${index}: string | undefined = item${index}.owner.name;`,
  )
  .join('')}
// @ts-expect-error -- there is no such property
export const missing = item${calls[0]}.missing;
`,
};

/** @param {number} index */
const route = (index) => `\
import { z } from 'zod';

import { Item${index}, NewItem${index}, Page${index} } from '../schemas/item-${index}.ts';
import { publicProcedure, router } from '../trpc.ts';

export const items${index} = router({
  put: publicProcedure
    .input(Page${index}.extend({ id: z.string(), body: NewItem${index} }))
    .output(Item${index})
    .mutation(({ input: { id, page, body } }) => {
      if (page < 1) throw new Error(id);
      return ${result('id', 'body')};
    }),
});
`;
