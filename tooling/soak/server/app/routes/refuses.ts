import type { Context } from '../lib/context.ts';

export const POST = { handler: ({ response }: Context) => response.status(403).text('not you') };
