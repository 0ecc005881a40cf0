import { inject } from '@blaizejs/testing';
import { expect, test, vi } from 'vitest';

import { createServer } from './create-server.ts';
import { developmentTools } from './development-tools.ts';

vi.mock('./development/index.ts', () => {
  throw new Error('a file is missing');
});

test('the server works without them if they do not load', async () => {
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
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    {
      level: 30,
      msg: expect.stringMatching(/^Server running on http:\/\/localhost:\d+ \(1 route, \d+ ms\)$/),
    },
    { level: 50, msg: 'no', err: { stack: expect.stringMatching(/^Error: no\n {4}at /) } },
    { level: 30, msg: expect.stringMatching(/^Server stopped/) },
  ]);
});
