import { NotFoundError } from '@blaizejs/errors';
import { QueryClient, QueryObserver } from '@tanstack/query-core';
import { startTestServer, type TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest';

import { createClient, type OptionsOf } from '../src/index.ts';
import { getUser, type Routes } from './routes.ts';

let app: TestServer;
let aborted: Promise<void>;
let started: Promise<void>;

beforeAll(async () => {
  app = await startTestServer({ tls: false, http2: { enabled: false } });
  app.server.router.addRoute('GET', '/users/:id', getUser);
  let start: () => void;
  let abort: () => void;
  started = new Promise((resolve) => (start = resolve));
  aborted = new Promise((resolve) => (abort = resolve));
  app.server.router.addRoute('GET', '/health', {
    handler: ({ request }) => {
      start();
      return new Promise((answer) => {
        request.signal.addEventListener('abort', () => {
          abort();
          answer('');
        });
      });
    },
  });
});
afterAll(() => app.close());

test('queries have typed data, keys and cancellation', async () => {
  // Queries are tried again by their own rules.
  const api = createClient<Routes>(app.url, { retry: 0 });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });

  const user = (options: OptionsOf<Routes, 'GET', '/users/[id]'>) => ({
    queryKey: ['/users/[id]', options] as const,
    queryFn: ({ signal }: { signal: AbortSignal }) => api.get('/users/[id]', { ...options, signal }),
  });
  const found = await client.query(user({ params: { id: '1' } }));
  expectTypeOf(found).toEqualTypeOf<{ id: string; name: string; createdAt: string }>();
  expect(found.name).toBe('Ada');
  expect(client.getQueryData(['/users/[id]', { params: { id: '1' } }])).toBe(found);
  await expect(client.query(user({ params: { id: '0' } }))).rejects.toBeInstanceOf(NotFoundError);

  // Nobody looks any more: the request is aborted.
  const health = {
    queryKey: ['/health'],
    queryFn: ({ signal }: { signal: AbortSignal }) => api.get('/health', { signal }),
  };
  const stop = new QueryObserver(client, health).subscribe(() => undefined);
  // The last one to look leaves once the request is there.
  await started;
  stop();
  await aborted;
  client.clear();
});
