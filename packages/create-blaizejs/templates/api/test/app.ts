import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { startTestServer, type TestServer } from 'blaizejs/testing';
import { onTestFinished } from 'vitest';

import { app } from '../src/app.ts';

/** Starts the app on a free port, with its own database. Removes both at the end of the test. */
export async function startApp(): Promise<TestServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'app-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const server = await startTestServer(
    app({ databaseUrl: pathToFileURL(path.join(folder, 'test.db')).href }),
  );
  onTestFinished(() => server.close());
  return server;
}
