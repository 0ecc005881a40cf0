import { inject } from '@blaizejs/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

beforeEach(() => vi.resetModules());
afterEach(() => vi.unstubAllEnvs());

/** What a browser gets for an error of a server, and whether there was anything to make a page of it. */
async function fail(): Promise<{ text: string; type: string | null; isLoaded: boolean }> {
  const { createServer } = await import('../src/index.ts');
  const { developmentTools } = await import('../src/development-tools.ts');
  const server = createServer({ routesDir: false, logger: false, http2: { enabled: false } });
  server.router.addRoute('GET', '/', {
    handler: () => {
      throw new Error('the secret cause');
    },
  });
  const response = await inject(server, '/', { headers: { accept: 'text/html' } });
  const [text, type] = [await response.text(), response.headers.get('content-type')];
  await server.close();
  return { text, type, isLoaded: developmentTools() !== undefined };
}

test('development has a page for browsers', async () => {
  vi.stubEnv('NODE_ENV', 'development');
  const { text, type, isLoaded } = await fail();
  expect([type, isLoaded]).toEqual(['text/html; charset=utf-8', true]);
  expect(text).toContain('the secret cause');
});

test('production never has it, nor loads what makes it', async () => {
  vi.stubEnv('NODE_ENV', 'production');
  const { text, type, isLoaded } = await fail();
  expect([type, isLoaded]).toEqual(['application/problem+json', false]);
  expect(text).not.toContain('secret');
});

test('a server in production does not take what one in development has loaded', async () => {
  vi.stubEnv('NODE_ENV', 'development');
  const { isLoaded } = await fail();
  vi.stubEnv('NODE_ENV', 'production');
  expect([isLoaded, (await fail()).type]).toEqual([true, 'application/problem+json']);
});
