/** Clients that read slowly, over real connections. */
import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from 'node:http2';
import { get } from 'node:http';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';

import type { TestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import {
  type BufferOptions,
  type Channel,
  createChannel,
  createSSERoute,
  memoryEventLog,
} from '../src/index.ts';
import { serve } from './over-the-wire.ts';

const events = { step: z.object({ n: z.number(), fill: z.string() }) };
const FILL = 'x'.repeat(60_000);
/** 18 MB: what the buffers between here and there hold is less. */
const STEPS = 300;

interface Reader {
  readonly input: Readable;
  close(): void;
}

const READERS = {
  'HTTP/1.1': async (app: TestServer): Promise<Reader> => {
    const request = get(`${app.url}/events`, { agent: false });
    const [input] = (await once(request, 'response')) as [Readable];
    await once(input, 'readable');
    return { input, close: () => request.destroy() };
  },
  'HTTP/2': async (app: TestServer, session: ClientHttp2Session = connectHttp2(app.url)): Promise<Reader> => {
    const input = session.request({ ':path': '/events' });
    input.on('error', () => undefined);
    await once(input, 'readable');
    return { input, close: () => session.destroy() };
  },
};

/** Publishes in turns of the event loop, as it happens. */
async function publish(channel: Channel<typeof events>, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 1) {
    await channel.publish('step', { n, fill: FILL });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

type Seen = number | 'reset' | 'end' | 'broken';

const until =
  (last: number) =>
  (found: readonly Seen[]): boolean =>
    found.at(-1) === last;

/** Reads numbers until it is enough, or to the end. */
async function numbers({ input }: Reader, isEnough: (found: readonly Seen[]) => boolean): Promise<Seen[]> {
  const found: Seen[] = [];
  let rest: string[] = [];
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) {
      const lines = chunk.toString('latin1').split('\n');
      if (lines.length > 1) {
        lines[0] = [...rest, lines[0]].join('');
        rest = [];
      }
      rest.push(lines.pop() ?? '');
      for (const line of lines) {
        if (line === 'event: reset') found.push('reset');
        const [, n] = /^data: \{"n":(\d+),/.exec(line) ?? [];
        if (n !== undefined) found.push(Number(n));
        if (isEnough(found)) return found;
      }
    }
    return [...found, 'end'];
  } catch {
    return [...found, 'broken'];
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

describe.each(['HTTP/1.1', 'HTTP/2'] as const)('a client that stops reading over %s', (transport) => {
  async function start(buffer: BufferOptions, limit = 1_000) {
    const channel = createChannel('slow', { events, log: memoryEventLog({ limit }), buffer });
    const route = createSSERoute({ events, handler: () => channel });
    const app = await serve(route, transport === 'HTTP/1.1' ? { tls: false, http2: { enabled: false } } : {});
    const reader = await READERS[transport](app);
    return { channel, app, reader };
  }

  test('gets everything, in order, with replay', async () => {
    const { channel, app, reader } = await start({ limit: 5 });
    await publish(channel, 0, STEPS);
    const reading = numbers(reader, until(STEPS + 50));
    await publish(channel, STEPS, STEPS + 51);
    expect(await reading).toEqual(range(0, STEPS + 51));
    reader.close();
    await app.close();
  });

  test('gets one reset if the log has less than it has missed', async () => {
    const { channel, app, reader } = await start({ limit: 5 }, 20);
    await publish(channel, 0, STEPS);
    let isDone = false;
    const reading = numbers(
      reader,
      (found) => found.indexOf('reset') >= 0 && found.at(-1) !== 'reset',
    ).finally(() => (isDone = true));
    // Once it has read what was under way, it is told.
    for (let n = STEPS; !(isDone as boolean); n += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await channel.publish('step', { n, fill: '' });
    }
    const found = await reading;
    const at = found.indexOf('reset');
    expect(found.filter((each) => each === 'reset')).toHaveLength(1);
    expect(found.slice(0, at)).toEqual(range(0, at));
    expect(found.at(-1)).toBeGreaterThan(STEPS - 1);
    reader.close();
    await app.close();
  });

  test.each(['drop-oldest', 'coalesce'] as const)(
    'gets the last ones with %s, and none twice',
    async (overflow) => {
      const key = ({ data }: { data: unknown }): string => String((data as { n: number }).n % 5);
      const { channel, app, reader } = await start({
        limit: 5,
        overflow,
        ...(overflow === 'coalesce' && { key }),
      });
      await publish(channel, 0, STEPS);
      const found = await numbers(reader, until(STEPS - 1));
      expect(found.length).toBeLessThan(STEPS);
      expect(found).toEqual([...new Set(found as number[])].sort((one, other) => one - other));
      expect(found.slice(-5)).toEqual(range(STEPS - 5, STEPS));
      reader.close();
      await app.close();
    },
  );

  test('is cut off with disconnect, and not told that this was the end', async () => {
    const { channel, app, reader } = await start({ limit: 5, overflow: 'disconnect' });
    reader.input.on('error', () => undefined);
    await publish(channel, 0, STEPS);
    const found = await numbers(reader, until(STEPS));
    expect(found.at(-1)).toBe('broken');
    expect(found.slice(0, -1)).toEqual(range(0, found.length - 1));
    reader.close();
    await app.close();
  });
});

// As a client, Node 20 and 22 take a reset for an end if much has come before it.
test.skipIf(Number.parseInt(process.versions.node) < 24)(
  'a client of HTTP/1.0 that is cut off sees that the answer is broken: its connection is reset',
  async () => {
    const channel = createChannel('slow', { events, buffer: { limit: 5, overflow: 'disconnect' } });
    const route = createSSERoute({ events, handler: () => channel });
    await using app = await serve(route, { tls: false, http2: { enabled: false } });
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    socket.write('GET /events HTTP/1.0\r\n\r\n');
    await once(socket, 'readable');
    await publish(channel, 0, STEPS);
    const closed = once(socket, 'close');
    socket.resume();
    await expect(closed).rejects.toThrow('ECONNRESET');
  },
);

test('200 streams on one connection, of which half do not read: the others get everything', async () => {
  const channel = createChannel('many', { events });
  await using app = await serve(createSSERoute({ events, handler: () => channel }), {
    limits: { maxConcurrentStreams: 200 },
  });
  const session = connectHttp2(app.url);
  const streams: ClientHttp2Stream[] = [];
  await Promise.all(
    Array.from({ length: 200 }, async () => {
      const stream = session.request({ ':path': '/events' });
      stream.on('error', () => undefined);
      streams.push(stream);
      await once(stream, 'readable');
    }),
  );
  const reading = streams.filter((_, at) => at % 2 === 0);
  const seen = reading.map((stream) => {
    let [bytes, count] = ['', 0];
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.toString('latin1');
      const parts = bytes.split('\n\n');
      bytes = parts.pop() ?? '';
      count += parts.filter((part) => part.includes('event: step')).length;
    });
    return () => count;
  });
  // Much more than the window of a stream.
  for (let n = 0; n < 40; n += 1) {
    await channel.publish('step', { n, fill: 'x'.repeat(5_000) });
    await new Promise((resolve) => setImmediate(resolve));
  }
  await expect.poll(() => seen.map((count) => count()), { timeout: 10_000 }).toEqual(Array(100).fill(40));
  session.destroy();
});
