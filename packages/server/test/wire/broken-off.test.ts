import { setImmediate } from 'node:timers/promises';

import type { Exchange } from '@blaizejs/types/internal';
import { describe, expect, test } from 'vitest';

import { AdapterUnderTest } from './adapter-suite.ts';
import { HTTP1_TRANSPORTS } from './raw-http1.ts';

describe.each(HTTP1_TRANSPORTS)('an answer over HTTP/1.0 that ends with its connection, %s', (transport) => {
  test.each<[string, (exchange: Exchange, app: AdapterUnderTest) => void]>([
    ['it fails', (exchange) => exchange.abort()],
    ['the server is destroyed', (_exchange, app) => app.adapter.destroy()],
  ])('is reset if %s, for it must not look complete', async (_name, breakOff) => {
    let begun: Exchange | undefined;
    await using app = await AdapterUnderTest.start(transport, (exchange) => {
      exchange.respondStream(200, { 'content-type': 'text/plain' }).write('half of it');
      begun = exchange;
    });
    await using connection = await app.http1();
    connection.send('GET / HTTP/1.0\r\n\r\n');
    await connection.until('half of it');
    if (begun) breakOff(begun, app);
    await expect(connection.ended()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('ends without a reset if it is complete', async () => {
    await using app = await AdapterUnderTest.start(transport, (exchange) => {
      const sink = exchange.respondStream(200, { 'content-type': 'text/plain' });
      sink.write('half of it, ');
      void setImmediate().then(() => sink.end('and the other'));
    });
    await using connection = await app.http1();
    connection.send('GET / HTTP/1.0\r\n\r\n');
    expect(await connection.ended()).toMatch(/half of it, and the other$/);
  });
});
