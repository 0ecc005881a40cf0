import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { temporaryFolder } from '../../../../tooling/test/folder.ts';
import { createServer } from '../../src/index.ts';
import { get } from './http2-limited.ts';
import { ACK, frame, HEADER_TABLE_SIZE, PING, PREFACE, RawHttp2, settings } from './raw-http2.ts';

// Each SETTINGS is acknowledged by a write of its own, and so many fill the send buffer of a Unix socket on Linux, which counts
// 768 bytes for each.
const BUFFER = Number(await readFile('/proc/sys/net/core/wmem_default', 'utf8').catch(() => '212992'));
const FULL = Math.ceil(BUFFER / 768);
const MARGIN = 1;

test(
  'a client that stops reading when the end is announced does not end the process',
  { timeout: 20_000 },
  async () => {
    const folder = await temporaryFolder();
    const place = path.join(folder, 'sock');
    await using server = createServer({
      routesDir: false,
      logger: false,
      handleSignals: false,
      tls: false,
      limits: { maxRequestsPerSocket: 1 },
    });
    server.router.addRoute('GET', '/', { handler: () => 'ok' });
    await server.listen({ path: place });
    const attack = async (many: number): Promise<void> => {
      const socket = pausable(place);
      await once(socket, 'connect');
      using client = new RawHttp2(socket);
      client.send(PREFACE, settings([HEADER_TABLE_SIZE, 0]), frame(4, ACK, 0));
      await client.roundTrip();
      client.send(get(1, '/'));
      const ping = await client.find(({ type, flags }) => type === PING && flags === 0);
      socket.pause();
      for (let sent = 0; sent < many; sent++) {
        client.send(settings());
        // The server reads it on its own.
        await setImmediate();
        await setImmediate();
      }
      client.send(frame(PING, ACK, 0, ping?.payload));
      for (let turn = 0; turn < 10; turn++) await setImmediate();
      socket.resume();
      await client.end();
    };
    // Which write is the first that does not fit depends on what else is in the buffer.
    for (let more = -MARGIN; more <= MARGIN; more++) await attack(FULL + more);
    expect(server.statistics.totals.goaways.server['NO_ERROR']).toBe(2 * MARGIN + 1);
  },
);

/** A connection whose `pause()` stops reading at once. Otherwise, Node goes on until its own buffer is full. */
function pausable(place: string): Socket {
  const buffer = Buffer.alloc(65_536);
  const callback = (length: number): boolean => socket.emit('data', Buffer.from(buffer.subarray(0, length)));
  const socket = connect({ path: place, onread: { buffer, callback } });
  return socket;
}
