import { inject } from '@blaizejs/testing';
import { expect, onTestFinished, test, vi } from 'vitest';

test('the server works without them if they do not load', async () => {
  vi.resetModules();
  vi.doMock('./development/index.ts', () => {
    throw new Error('a file is missing');
  });
  onTestFinished(() => {
    vi.doUnmock('./development/index.ts');
    // Other files of tests run in the same process.
    vi.resetModules();
  });
  const { createServer } = await import('./create-server.ts');
  const { developmentTools } = await import('./development-tools.ts');
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
