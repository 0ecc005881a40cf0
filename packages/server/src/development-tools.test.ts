import { inject } from '@blaizejs/testing';
import { expect, test, vi } from 'vitest';

import { createServer } from './create-server.ts';
import { developmentTools } from './development-tools.ts';

vi.mock('./development/index.ts', () => {
  throw new Error('a file is missing');
});

test('where they do not load, the server does without', async () => {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  const server = createServer({ routesDir: false, port: 0, handleSignals: false, http2: { enabled: false } });
  server.router.addRoute('GET', '/', {
    handler: () => {
      throw new Error('no');
    },
  });
  await server.listen();
  const response = await inject(server, '/', { headers: { accept: 'text/html' } });
  await server.close();
  vi.restoreAllMocks();

  expect(developmentTools()).toBeUndefined();
  expect(await response.json()).toMatchObject({ status: 500, detail: 'no' });
  expect(lines).toEqual([
    expect.stringMatching(/INFO {2}Server running on http:\/\/localhost:\d+ \(1 route, \d+ ms\)/),
    expect.stringMatching(/ERROR no .*\nError: no\n {4}at /),
    expect.stringMatching(/INFO {2}Server stopped/),
  ]);
});
