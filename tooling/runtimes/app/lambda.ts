import { toLambda, toStreamingLambda } from '@blaizejs/adapters/lambda';

import { app } from './app.ts';

await app.router.addRouteDirectory('routes');
export const handler = await toLambda(app);
export const streaming = await toStreamingLambda(app);
