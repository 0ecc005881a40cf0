import { startTestServer } from '@blaizejs/testing';
import { compress } from '@blaizejs/middleware/compress';
import { describe, expect, test } from 'vitest';

import { onEveryTransport } from '../transports.ts';
import { HTTP1_TRANSPORTS, RawConnection } from '../wire/raw-http1.ts';
import { headers, RawHttp2, request } from '../wire/raw-http2.ts';
import { nextProbe, pathOf, serveSources } from './serve.ts';
import { KIND_NAMES } from './sources.ts';

describe.each([
  ['as it is', []],
  ['compressed', [compress()]],
])('a source that is sent %s', (_how, middleware) => {
  onEveryTransport(
    'and fails',
    () => ({ mode: 'production', middleware: [...middleware] }),
    serveSources,
    (reach) => {
      const accept = { headers: { 'accept-encoding': 'gzip' } };

      test.each(KIND_NAMES)('before its first chunk is a 500 without its text: %s', async (kind) => {
        const response = await reach().request(pathOf(kind, 'fails-at-once'), accept);
        expect(response.status).toBe(500);
        expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
        expect(response.headers.get('content-encoding')).toBeNull();
        expect(await response.text()).not.toContain('secret');
      });

      test.each(KIND_NAMES)('later breaks off the answer: %s', async (kind) => {
        const made = nextProbe();
        const response = await reach().request(`${pathOf(kind, 'fails-later')}?type=events`, accept);
        const reader = response.body?.getReader();
        await reader?.read();
        (await made).fail();
        await expect(reader?.read()).rejects.toThrow();
      });
    },
  );
});

describe('an answer that breaks off', () => {
  test('is reset over HTTP/2 (RFC 9113 section 8.1)', async () => {
    await using app = await startTestServer({ mode: 'production' });
    serveSources(app);
    for (const [index, kind] of KIND_NAMES.entries()) {
      using client = await RawHttp2.open(app);
      const made = nextProbe();
      client.send(headers(1, request(pathOf(kind, 'fails-later'))));
      await client.until(() => client.content(1).length > 0);
      (await made).fail();
      expect([index, await client.outcome(1)]).toEqual([
        index,
        { status: 200, content: 'first', end: 'RST_STREAM INTERNAL_ERROR' },
      ]);
    }
  });

  test.each(
    HTTP1_TRANSPORTS.slice(0, 2).flatMap((transport) =>
      ['1.1', '1.0'].map((version) => [transport, version] as const),
    ),
  )(
    'has no last chunk, and without chunks it is reset (RFC 9112 section 8): %s, HTTP/%s',
    async (transport, version) => {
      await using app = await startTestServer({
        mode: 'production',
        ...(transport === 'cleartext' && { tls: false, http2: { enabled: false } }),
      });
      serveSources(app);
      for (const kind of KIND_NAMES) {
        await using connection = await RawConnection.open(app.server.port, transport);
        const made = nextProbe();
        connection.send(`GET ${pathOf(kind, 'fails-later')} HTTP/${version}\r\nHost: localhost\r\n\r\n`);
        const begin = await connection.until('first');
        (await made).fail();
        const ended = await connection
          .ended()
          .catch((error: unknown) => (error as NodeJS.ErrnoException).code);
        if (version === '1.0') expect(ended).toBe('ECONNRESET');
        else expect(begin + String(ended)).not.toContain('\r\n0\r\n');
      }
    },
  );
});
