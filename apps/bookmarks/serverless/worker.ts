import { toWorker } from '@blaizejs/adapters/worker';
import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';

import { serverlessApp } from './app.ts';
import { connection } from './settings.ts';

// One for each request: in a worker, a request can't wait for what another has sent.
const app = await serverlessApp(() => drizzle(createClient(connection())));

export default await toWorker(app);
