import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import type { Readable } from 'node:stream';

import { compress } from '@blaizejs/middleware/compress';
import { describe, expect, test } from 'vitest';

import { onEveryTransport, type Reached, WIRES } from '../transports.ts';
import { openHttp1 } from '../wire/send-raw.ts';
import { nextProbe, pathOf, serveSources } from './serve.ts';
import { KIND_NAMES, LARGE, type Probe } from './sources.ts';

// Chunks of 64 KiB. The windows and buffers of the sockets of one machine hold up to 6 MiB; without back-pressure, thousands
// are made in the time that the test waits.
const BOUND = 200;

/** A client that asks for a path, and reads only when it is told to. */
async function stall(reached: Reached, path: string): Promise<{ readonly input: Readable; close(): void }> {
  if (reached.transport === 'HTTP/2') {
    const session = connectHttp2(reached.app.url);
    const input = session.request({ ':path': path, 'accept-encoding': 'gzip' });
    input.on('error', () => undefined);
    await once(input, 'response');
    return { input, close: () => session.destroy() };
  }
  const input = await openHttp1(reached);
  input.on('error', () => undefined);
  input.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n`);
  return { input, close: () => input.destroy() };
}

/** Waits until a source has made nothing for a while, or more than the bound. */
async function untilIdle(probe: Probe): Promise<number> {
  for (let before = -1; probe.made !== before && probe.made <= BOUND;) {
    before = probe.made;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return probe.made;
}

describe.each([
  ['as it is', []],
  ['compressed', [compress()]],
])('a source that is sent %s', (_how, middleware) => {
  onEveryTransport(
    'to a client that does not read',
    () => ({ middleware: [...middleware] }),
    serveSources,
    (reach) => {
      test.each(KIND_NAMES)('stops, and goes on when it reads: %s', async (kind) => {
        const made = nextProbe();
        const { input, close } = await stall(reach(), `${pathOf(kind, 'random')}?type=events`);
        const probe = await made;
        const before = await untilIdle(probe);
        expect(before).toBeLessThanOrEqual(BOUND);
        let received = 0;
        for await (const chunk of input as AsyncIterable<Buffer>) {
          received += chunk.length;
          if (probe.made > before && received > LARGE.length) break;
        }
        close();
        await probe.released;
      });
    },
    WIRES.filter((transport) => transport !== 'HTTP/1.1 over TLS'),
  );
});
