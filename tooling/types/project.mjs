/** The app whose types are measured. */
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { root } from '../workspace.mjs';

const SERVER = `\
import { createServer } from 'blaizejs';
import { z } from 'zod';

import { requireUser } from './require-user.ts';

export const Port = z.object({ port: z.coerce.number() });
export default createServer({ routesDir: './routes', middleware: [requireUser] });
`;

const MIDDLEWARE = `\
import { createMiddleware, UnauthorizedError } from 'blaizejs';

export interface User {
  readonly id: string;
  readonly roles: readonly ('admin' | 'editor')[];
}

export const requireUser = createMiddleware<{ user: User }>(async (ctx, next) => {
  const id = ctx.request.header('x-user');
  if (id === undefined) throw new UnauthorizedError();
  ctx.state.user = { id, roles: ['editor'] };
  await next();
});
`;

/** A route that uses every feature. @param {number} index */
function route(index) {
  const isAsync = index % 3 === 0;
  const isMapped = index % 10 === 0;
  const response = isMapped
    ? `{ 200: Item${index}, 404: z.object({ code: z.literal('none') }) }`
    : `Item${index}`;
  return `\
import { createPutRoute, ForbiddenError${isMapped ? ', reply' : ''} } from 'blaizejs';
import { z } from 'zod';

import { requireUser } from '../require-user.ts';

const Item${index} = z.object({
  id: z.string(),
  name: z.string().min(1),
  price: z.number().nonnegative(),
  state: z.enum(['draft', 'published', 'gone${index}']),
  tags: z.array(z.string()),
  owner: z.object({ id: z.string(), name: z.string().optional() }),
});

export const PUT = createPutRoute({
  schema: {
    params: z.object({ id: z.string(), version: z.coerce.number() }),
    query: z.object({ verbose: z.stringbool().optional(), page: z.coerce.number().default(1) }),
    body: Item${index}.omit({ id: true, owner: true }).partial({ tags: true }),
    response: ${response},
  },
  middleware: [requireUser],
  handler: ${isAsync ? 'async ' : ''}(ctx) => {
    const { params, query, body } = ctx.request;
    const { user } = ctx.state;
    // @ts-expect-error Types that let this pass would be cheap, and no gain.
    void [params.missing, query.missing, body.missing, user.missing];
    if (!user.roles.includes('admin') && params.version > query.page) throw new ForbiddenError();
    ${isMapped ? "if (params.id === '') return reply(404, { code: 'none' });\n    " : ''}const tags = body.tags ?? [query.verbose === true ? 'verbose' : 'short'];
    ${isAsync ? 'await Promise.resolve();\n    ' : ''}return { ...body, tags, id: params.id, owner: { id: user.id } };
  },
});
`;
}

/**
 * @param {string} folder outside the workspace
 * @param {number} routes
 */
export function writeProject(folder, routes) {
  const files = {
    'tsconfig.json': JSON.stringify({
      // From source, so that no build is necessary.
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: { typeRoots: [join(root, 'node_modules/@types')] },
    }),
    'package.json': JSON.stringify({ type: 'module' }),
    'server.ts': SERVER,
    'require-user.ts': MIDDLEWARE,
    ...Object.fromEntries(
      Array.from({ length: routes }, (_, index) => [`routes/item-${index}.ts`, route(index)]),
    ),
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  mkdirSync(join(folder, 'node_modules'));
  for (const [name, path] of Object.entries({ blaizejs: 'packages/blaizejs', zod: 'node_modules/zod' }))
    symlinkSync(realpathSync(join(root, path)), join(folder, 'node_modules', name), 'junction');
}
