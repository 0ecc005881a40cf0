import { createGetRoute, NotFoundError } from 'blaizejs';

import { readPublicFile } from '../../public-files.ts';

const TYPES = {
  'app.js': 'text/javascript; charset=utf-8',
  'style.css': 'text/css; charset=utf-8',
} as const;

export const GET = createGetRoute({
  docs: { visibility: 'internal' },
  handler: async (ctx) => {
    const { name = '' } = ctx.request.params;
    if (!isAsset(name)) throw new NotFoundError(`There is no asset ${name}.`);
    ctx.response.type(TYPES[name]).headers({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
    });
    return readPublicFile(name);
  },
});

function isAsset(name: string): name is keyof typeof TYPES {
  return Object.hasOwn(TYPES, name);
}
