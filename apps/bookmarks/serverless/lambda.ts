import { toLambda, toStreamingLambda } from '@blaizejs/adapters/lambda';
import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';

import { serverlessApp } from './app.ts';
import { connection } from './settings.ts';

const db = drizzle(createClient(connection()));
const app = await serverlessApp(() => db);

export const handler = await toLambda(app);
/** For a function URL that streams. Elsewhere than on Lambda there is no such thing. */
export const streaming = 'awslambda' in globalThis ? await toStreamingLambda(app) : undefined;
