import { createHash } from 'node:crypto';
import { createGetRoute, NotFoundError } from 'blaizejs';

import { readPublicFile } from '../../public-files.ts';

const TYPES = {
  'app.js': 'text/javascript; charset=utf-8',
  'style.css': 'text/css; charset=utf-8',
} as const;

export const GET = createGetRoute('/assets/[name]', {
  docs: { visibility: 'internal' },
  handler: async (ctx) => {
    const { name } = ctx.request.params;
    if (!isAsset(name)) throw new NotFoundError(`There is no asset ${name}.`);
    const content = await readPublicFile(name);
    const etag = `"${createHash('sha256').update(content).digest('base64url')}"`;
    // Browsers keep it, and ask each time whether it is still the same.
    ctx.response.type(TYPES[name]).headers({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
      etag,
    });
    return ctx.request.header('if-none-match') === etag ? ctx.response.status(304) : content;
  },
});

function isAsset(name: string): name is keyof typeof TYPES {
  return Object.hasOwn(TYPES, name);
}
