import { toWorker } from '@blaizejs/adapters/worker';
import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';

import { serverlessApp } from './serverless/app.ts';
import { readSettings } from './serverless/settings.ts';

const { DATABASE_URL, DATABASE_TOKEN } = readSettings();
// One for each request: in a worker, a request can't wait for what another has sent.
const app = await serverlessApp(() =>
  drizzle(createClient({ url: DATABASE_URL, authToken: DATABASE_TOKEN })),
);

export default await toWorker(app);
