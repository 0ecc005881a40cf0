import type { Context } from '../../lib/context.ts';

export const GET = { handler: ({ request }: Context) => ({ hello: request.params.name }) };
