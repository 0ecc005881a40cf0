import { once } from 'node:events';

import { describe, expect, test } from 'vitest';

import { get, withLimits } from './http2-limited.ts';
import { GOAWAY, RawHttp2 } from './raw-http2.ts';

describe.each([
  ['over TLS', {}],
  ['in cleartext', { tls: false }],
] as const)('maxConnectionAge %s', (_name, options) => {
  test('ends an HTTP/2 connection with GOAWAY, and what is in flight is answered', async () => {
    await using app = await withLimits({ maxConnectionAge: 100 }, options);
    using client = await RawHttp2.open(app);
    const waiting = once(app.told, 'waiting');
    client.send(get(1, '/waits'));
    await waiting;
    await client.find(({ type }) => type === GOAWAY);
    app.told.emit('open');
    expect(await client.outcome(1)).toMatchObject({ status: 200, content: 'waited' });
    expect(await client.end()).toContain('NO_ERROR');
    expect(app.server.limitHits.maxConnectionAge).toBe(1);
  });

  test('ends an HTTP/1.1 connection with its next answer', async () => {
    await using app = await withLimits({ maxConnectionAge: 100 }, options);
    const ask = async (): Promise<string | null> => {
      const response = await app.http1.request('/');
      await response.text();
      return response.headers.get('connection');
    };
    expect(await ask()).not.toBe('close');
    await expect.poll(ask).toBe('close');
    expect(app.server.limitHits.maxConnectionAge).toBeGreaterThan(0);
    // The next connection is young.
    expect(await ask()).not.toBe('close');
  });
});
