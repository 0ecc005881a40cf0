import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type RequestOptions, startTestServer, type TestClient, type TestServer } from 'blaizejs/testing';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

import { app, type Settings } from '../src/app.ts';
import { bookmark } from '../src/schemas/bookmark.ts';
import { user } from '../src/schemas/user.ts';

/** The URL of a database that is not there yet. It is removed after the test. */
export async function temporaryDatabase(): Promise<string> {
  // The tutorial shows this file: it imports nothing of this repository's tools.
  const folder = await mkdtemp(path.join(tmpdir(), 'bookmarks-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return pathToFileURL(path.join(folder, 'test.db')).href;
}

// Tests ask more than a client may.
const MANY = 100_000;

export async function startApp(settings: Partial<Settings> = {}): Promise<TestServer> {
  const defaults = { DATABASE_URL: await temporaryDatabase(), REQUEST_LIMIT: MANY, SIGN_IN_LIMIT: MANY };
  const server = await startTestServer(app({ ...defaults, ...settings }));
  onTestFinished(() => server.close());
  return server;
}

export type Call = (path: string, options?: RequestOptions) => Promise<Response>;

/** Signs up; what it gives sends requests as that user. */
export async function signUp(
  client: Pick<TestClient, 'request'>,
  name = 'Ada',
): Promise<Call & { token: string }> {
  const response = await client.request('/api/users', { method: 'POST', body: { name } });
  const { token } = await read(response, newAccount);
  const call: Call = (path, options) =>
    client.request(path, { ...options, headers: { authorization: `Bearer ${token}` } });
  return Object.assign(call, { token });
}

/** The content of a response, checked and typed. */
export async function read<S extends z.ZodType>(response: Response, schema: S): Promise<z.output<S>> {
  return schema.parse(await response.json());
}

export const newAccount = user.extend({ token: z.string() });

export const problem = z.object({
  status: z.int(),
  code: z.string(),
  details: z.array(z.object({ in: z.string(), pointer: z.string() })),
});

export async function addBookmark(call: Call, body: object): Promise<number> {
  const response = await call('/api/bookmarks', { method: 'POST', body });
  if (response.status !== 201) throw new Error(`POST /api/bookmarks: ${await response.text()}`);
  return (await read(response, bookmark)).id;
}
