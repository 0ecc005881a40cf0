import { inspect } from 'node:util';

import { startTestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { RawHttp2, HEADERS, headers, MAX_HEADER_LIST_SIZE, request } from './raw-http2.ts';

const LARGE = 'a'.repeat(70_000);

test('a header above 64 KiB is a 500 that names the field, and the connection goes on', async () => {
  const lines: string[] = [];
  const line = (...parts: unknown[]): void =>
    void lines.push(inspect(parts, { depth: 9, breakLength: Infinity }));
  const logger = {
    trace: line,
    debug: line,
    info: line,
    warn: line,
    error: line,
    fatal: line,
    child: () => logger,
  };
  await using app = await startTestServer({ logger });
  const { router } = app.server;
  router.addRoute('GET', '/one', { handler: ({ response }) => response.header('x-large', LARGE).send('ok') });
  router.addRoute('GET', '/many', {
    handler: ({ response }) => {
      for (let i = 0; i < 1000; i++) response.cookie(`name-${i}`, 'b'.repeat(100));
      return 'ok';
    },
  });
  router.addRoute('GET', '/stream', {
    handler: ({ response }) => response.header('x-large', LARGE).stream(new Blob(['ok']).stream()),
  });
  router.addRoute('GET', '/almost', {
    handler: ({ response }) => response.header('x-large', 'a'.repeat(65_000)).send('ok'),
  });
  router.addRoute('GET', '/', { handler: () => 'ok' });
  using client = await RawHttp2.open(app, [MAX_HEADER_LIST_SIZE, 1_000_000]);
  for (const [index, [path, status, field]] of (
    [
      ['/one', 500, 'x-large'],
      ['/many', 500, 'set-cookie'],
      ['/stream', 500, 'x-large'],
      ['/', 200, undefined],
    ] as const
  ).entries()) {
    const id = 2 * index + 1;
    lines.length = 0;
    client.send(headers(id, request(path)));
    expect(await client.outcome(id)).toMatchObject({ status, end: 'complete' });
    if (field === undefined) continue;
    expect(lines.join()).toContain('ERR_BLAIZE_RESPONSE_HEADER_TOO_LARGE');
    expect(lines.join()).toContain(field);
  }
  client.send(headers(9, request('/almost')));
  await client.find(({ type, stream }) => type === HEADERS && stream === 9);
  expect(await client.outcome(9)).toMatchObject({ content: 'ok', end: 'complete' });
});
