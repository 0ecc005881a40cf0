import { describe, expect, test } from 'vitest';

import { onEveryTransport, WIRES } from '../transports.ts';
import { RawConnection } from '../wire/raw-http1.ts';
import { nextProbe, pathOf, serveSources } from './serve.ts';
import { KIND_NAMES } from './sources.ts';

onEveryTransport(
  'a source that is not sent',
  () => ({}),
  serveSources,
  (reach) => {
    test.each([
      ['HEAD', ''],
      ['GET', '?status=204'],
      ['GET', '?status=304'],
    ])('does not run: %s %s', async (method, query) => {
      for (const kind of KIND_NAMES) {
        // It has its own status.
        if (query !== '' && kind === 'a Response') continue;
        const made = nextProbe();
        const response = await reach().request(`${pathOf(kind, 'endless')}${query}`, { method });
        expect(await response.text()).toBe('');
        const probe = await made;
        // A Web stream fills its buffer before anyone reads.
        expect([kind, probe.made <= 1]).toEqual([kind, true]);
        // A generator that never began has nothing to release.
        if (!/generator|response.stream/.test(kind)) await probe.released;
        expect(probe.signal?.aborted).toBe(false);
      }
    });
  },
);

describe('HTTP/1.0', () => {
  onEveryTransport(
    'gets no chunks (RFC 9112 section 7.1)',
    () => ({}),
    serveSources,
    (reach) => {
      test.each(KIND_NAMES)('%s', async (kind) => {
        const { transport, app } = reach();
        await using connection = await RawConnection.open(
          app.server.port,
          transport === 'HTTP/1.1' ? 'cleartext' : 'TLS',
        );
        connection.send(`GET ${pathOf(kind, 'short')} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`);
        const received = await connection.ended();
        expect(received).toMatch(/\r\nconnection: close\r\n/i);
        expect(received).not.toMatch(/\r\ntransfer-encoding:/i);
        expect(received.slice(received.indexOf('\r\n\r\n') + 4)).toBe('ab');
      });
    },
    WIRES.filter((transport) => transport !== 'HTTP/2'),
  );
});
