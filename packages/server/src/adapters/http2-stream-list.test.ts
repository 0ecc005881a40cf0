import { type EventEmitter, once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, createConnection, type Socket } from 'node:net';

import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';

import { PendingStreams, StreamList, useStreamLists } from './http2-stream-list.ts';

const { NGHTTP2_CANCEL, NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_INTERNAL_ERROR } = constants;

const UNKNOWN_NODE = '99.0.0';
const KNOWN = ['20', '22', '24', '26'].includes(process.versions.node.split('.')[0] ?? '');

describe('the list of streams', () => {
  test('behaves like a Map', () => {
    const id = fc.integer({ min: 1, max: 400 });
    const operation = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), id }),
      fc.record({ kind: fc.constant('delete' as const), id }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 600 }), (operations) => {
        const list = new StreamList<object>();
        const map = new Map<number, object>();
        for (const { kind, id: key } of operations) {
          if (kind === 'delete') {
            expect(list.delete(key)).toBe(map.delete(key));
          } else {
            const stream = {};
            map.set(key, stream);
            expect(list.set(key, stream)).toBe(list);
          }
          expect(list.size).toBe(map.size);
          expect(list.get(key)).toBe(map.get(key));
          expect(list.has(key)).toBe(map.has(key));
        }
        const sorted = [...map].sort(([a], [b]) => a - b);
        const seen: [number, object][] = [];
        list.forEach((stream, key) => seen.push([key, stream]));
        expect(seen).toEqual(sorted);
        expect([...list.values()]).toEqual(sorted.map(([, stream]) => stream));
      }),
    );
  });

  test('holds more streams than it has buckets, and none after all are deleted', () => {
    const list = new StreamList<number>();
    const ids = Array.from({ length: 5000 }, (_, index) => 2 * index + 1);
    for (const id of ids) list.set(id, -id);
    expect(ids.every((id) => list.get(id) === -id)).toBe(true);
    for (const id of ids) expect(list.delete(id)).toBe(true);
    expect(list.size).toBe(0);
    expect([...list.values()]).toEqual([]);
    expect(list.set(1, 1).get(1)).toBe(1);
  });

  test('ids in the same bucket do not interfere', () => {
    const list = new StreamList<string>();
    const ids = Array.from({ length: 8 }, (_, index) => 1 + index * 2 ** 20);
    for (const id of ids) list.set(id, `${id}`);
    for (const id of [ids[3], ids[0], ids[7]]) list.delete(id as number);
    expect([...list.values()]).toEqual([1, 2, 4, 5, 6].map((index) => `${ids[index]}`));
  });

  test('streams may be added and deleted during iteration', () => {
    const list = new StreamList<string>().set(1, 'a').set(3, 'b').set(5, 'c');
    const seen: string[] = [];
    list.forEach((stream, id) => {
      seen.push(stream);
      list.delete(id);
      list.delete(3);
      list.set(id + 100, stream);
    });
    expect(seen).toEqual(['a', 'c']);
    expect([...list.values()]).toEqual(['a', 'c']);
  });
});

test('the list of pending streams behaves like a Set', () => {
  const operation = fc.tuple(fc.constantFrom('add', 'delete'), fc.integer({ min: 0, max: 4 }));
  fc.assert(
    fc.property(fc.array(operation), (operations) => {
      const list = new PendingStreams<number>();
      const set = new Set<number>();
      for (const [kind, stream] of operations) {
        if (kind === 'delete') {
          expect(list.delete(stream)).toBe(set.delete(stream));
        } else {
          set.add(stream);
          expect(list.add(stream)).toBe(list);
        }
        expect([list.size, list.has(stream)]).toEqual([set.size, set.has(stream)]);
      }
      const seen: number[] = [];
      list.forEach((stream) => seen.push(stream));
      expect(seen).toEqual([...set]);
      expect([...list.values()]).toEqual([...set]);
    }),
  );
});

describe("Node's private state", () => {
  const session = (state: unknown, ...descriptions: string[]): ServerHttp2Session => {
    const fake: unknown = {};
    for (const description of descriptions) Object.assign(fake as object, { [Symbol(description)]: state });
    return fake as ServerHttp2Session;
  };
  const fresh = (): Record<string, unknown> => ({ streams: new Map(), pendingStreams: new Set() });

  test('is replaced if it looks as expected', () => {
    const state = fresh();
    expect(useStreamLists(session(state, 'state', 'handle'), '24.1.0')).toBe(true);
    expect(state).toEqual({ streams: expect.any(StreamList), pendingStreams: expect.any(PendingStreams) });
  });

  test.each<[string, Record<string, unknown> | undefined, string[], string?]>([
    ['an unknown major version', fresh(), ['state'], UNKNOWN_NODE],
    ['no symbol of that name', fresh(), ['handle']],
    ['two of them', fresh(), ['state', 'state']],
    ['no state', undefined, ['state']],
    ['no streams', { pendingStreams: new Set() }, ['state']],
    ['streams that are no Map', { ...fresh(), streams: [] }, ['state']],
    ['streams that are there already', { ...fresh(), streams: new Map([[1, {}]]) }, ['state']],
    ['no pending streams', { streams: new Map() }, ['state']],
    ['pending streams that are no Set', { ...fresh(), pendingStreams: [] }, ['state']],
    ['a pending stream', { ...fresh(), pendingStreams: new Set([{}]) }, ['state']],
    ['streams that are inherited', Object.create(fresh()) as Record<string, unknown>, ['state']],
    ['state that is frozen', Object.freeze(fresh()), ['state']],
  ])('is left alone: %s', (_what, state, descriptions, node = '24.1.0') => {
    const { streams, pendingStreams } = state ?? {};
    expect(useStreamLists(session(state, ...descriptions), node)).toBe(false);
    expect([state?.['streams'], state?.['pendingStreams']]).toEqual([streams, pendingStreams]);
  });

  test('is as expected on this Node; if this fails, read its lib/internal/http2/core.js', async () => {
    const { server, client, replaced } = await serve((stream) => stream.respond({}, { endStream: true }));
    expect(replaced).toEqual([KNOWN]);
    expect(await outcomeOf(client.request())).toMatch(/^closed 0/);
    client.close();
    await new Promise((resolve) => server.close(resolve));
  });

  test('is left unchanged on an unknown Node, which serves as usual', async () => {
    const answer = (stream: ServerHttp2Stream): void => stream.respond({}, { endStream: true });
    const { server, client, replaced } = await serve(answer, UNKNOWN_NODE);
    expect(replaced).toEqual([false]);
    expect(await outcomeOf(client.request())).toMatch(/^closed 0/);
    client.close();
    await new Promise((resolve) => server.close(resolve));
  });
});

/** Scenarios for streams and sessions, with the same outcome with and without the lists. */
const SCENARIOS: Record<string, (served: Served) => Promise<unknown>> = {
  'many streams': async ({ client, opened }) => {
    const outcomes = await Promise.all(Array.from({ length: 500 }, () => outcomeOf(client.request())));
    client.close();
    await closeOf(client);
    return [opened.length, new Set(outcomes)];
  },

  'request trailers': async ({ client, opened }) => {
    const held = Array.from({ length: 10 }, () => client.request({ 'x-hold': '1' }));
    const request = client.request({ ':method': 'POST' }, { waitForTrailers: true });
    request.on('wantTrailers', () => request.sendTrailers({ 'x-sum': 'abc' }));
    request.end('content');
    const outcome = await outcomeOf(request);
    for (const one of held) one.close(NGHTTP2_CANCEL);
    await Promise.all(held.map(outcomeOf));
    const trailers = opened.flatMap((each) => each.trailers);
    client.close();
    await closeOf(client);
    return [outcome, trailers];
  },

  'resets of every other stream': async ({ client, opened }) => {
    const requests = Array.from({ length: 100 }, () => client.request({ 'x-hold': '1' }));
    const outcomes = Promise.all(requests.map(outcomeOf));
    await until(() => opened.length === 100);
    requests.forEach((request, index) => index % 2 === 0 && request.close(NGHTTP2_CANCEL));
    await until(() => opened.filter(({ closed }) => closed).length === 50);
    for (const { stream, closed } of opened) if (!closed) stream.respond({}, { endStream: true });
    const all = await outcomes;
    client.close();
    await closeOf(client);
    return [all, opened.map(({ end }) => end)];
  },

  'GOAWAY of the client with open streams': async ({ client, serverSession, opened }) => {
    const requests = Array.from({ length: 5 }, () => client.request({ 'x-hold': '1' }));
    await until(() => opened.length === 5);
    const closed = closeOf(serverSession);
    client.close();
    await until(() => serverSession.closed);
    for (const { stream } of opened) stream.respond({}, { endStream: true });
    const outcomes = await Promise.all(requests.map(outcomeOf));
    await closed;
    return [outcomes, opened.map(({ end }) => end)];
  },

  'GOAWAY with an error': async ({ client, serverSession, opened }) => {
    const requests = Array.from({ length: 5 }, () => client.request({ 'x-hold': '1' }));
    const outcomes = Promise.all(requests.map(outcomeOf));
    await until(() => opened.length === 5);
    client.goaway(NGHTTP2_ENHANCE_YOUR_CALM);
    await closeOf(serverSession);
    return [(await outcomes).length, opened.map(({ end }) => end)];
  },

  'a session that is destroyed with open streams': async ({ client, serverSession, opened }) => {
    const requests = Array.from({ length: 50 }, () => client.request({ 'x-hold': '1' }));
    const outcomes = Promise.all(requests.map(outcomeOf));
    await until(() => opened.length === 50);
    // A listener destroys another stream that the loop has not reached yet.
    opened[0]?.stream.once('close', () => opened[30]?.stream.destroy());
    serverSession.destroy(new Error('enough'), NGHTTP2_INTERNAL_ERROR);
    await closeOf(serverSession);
    return [(await outcomes).length, opened.map(({ end }) => end)];
  },

  'a socket that is cut with open streams': async ({ client, socket, serverSession, opened }) => {
    const requests = Array.from({ length: 50 }, () => client.request({ 'x-hold': '1' }));
    const outcomes = Promise.all(requests.map(outcomeOf));
    await until(() => opened.length === 50);
    const closed = closeOf(serverSession);
    socket.destroy();
    await closed;
    return [(await outcomes).length, opened.map(({ end }) => end)];
  },

  'session.close() with open streams': async ({ client, serverSession, opened }) => {
    const requests = Array.from({ length: 5 }, () => client.request({ 'x-hold': '1' }));
    await until(() => opened.length === 5);
    const closed = closeOf(serverSession);
    serverSession.close();
    const early = serverSession.destroyed;
    for (const { stream } of opened) stream.respond({}, { endStream: true });
    const outcomes = await Promise.all(requests.map(outcomeOf));
    await closed;
    return [early, outcomes, opened.map(({ end }) => end)];
  },

  'server.close() with open streams': async ({ server, client, opened }) => {
    const requests = Array.from({ length: 5 }, () => client.request({ 'x-hold': '1' }));
    await until(() => opened.length === 5);
    const closed = closeOf(server);
    server.close();
    for (const { stream } of opened) stream.respond({}, { endStream: true });
    const outcomes = await Promise.all(requests.map(outcomeOf));
    client.close();
    await closed;
    return [outcomes, opened.map(({ end }) => end)];
  },
};

test.each(Object.entries(SCENARIOS))(
  'the outcome is the same with and without lists: %s',
  async (_name, scenario) => {
    const results: unknown[] = [];
    const kept = countKept();
    for (const node of [process.versions.node, UNKNOWN_NODE]) {
      const served = await serve((stream, headers) => {
        if (headers['x-hold'] === undefined) stream.resume().on('end', () => answer(stream));
      }, node);
      results.push(await scenario(served));
      served.client.destroy();
      await new Promise((resolve) => served.server.close(resolve));
    }
    expect(results[0]).toEqual(results[1]);
    expect(kept()).toEqual({ streams: 0, pendingStreams: 0 });
  },
);

/** A stream as the server saw it. */
interface Opened {
  readonly stream: ServerHttp2Stream;
  readonly trailers: unknown[];
  closed: boolean;
  end: string;
}

interface Served {
  readonly server: Http2Server;
  readonly client: ClientHttp2Session;
  readonly socket: Socket;
  readonly serverSession: ServerHttp2Session;
  readonly opened: readonly Opened[];
  /** Whether each session got our lists. */
  readonly replaced: readonly boolean[];
}

async function serve(
  handle: (stream: ServerHttp2Stream, headers: Readonly<Record<string, unknown>>) => void,
  node?: string,
): Promise<Served> {
  const server = createServer({ settings: { maxConcurrentStreams: 1000 } });
  const opened: Opened[] = [];
  const replaced: boolean[] = [];
  server.on('session', (session) => {
    replaced.push(useStreamLists(session, node));
    session.on('error', ignore);
  });
  server.on('stream', (stream, headers) => {
    const seen: Opened = { stream, trailers: [], closed: false, end: '' };
    opened.push(seen);
    stream.on('error', (error) => (seen.end += `${error.message} `));
    stream.on('aborted', () => (seen.end += 'aborted '));
    stream.on('trailers', (fields: Record<string, unknown>) => seen.trailers.push({ ...fields }));
    stream.on('close', () => {
      seen.closed = true;
      seen.end += `closed ${stream.rstCode}`;
    });
    handle(stream, headers);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = createConnection(port, '127.0.0.1');
  const client = connect(`http://127.0.0.1:${port}`, { createConnection: () => socket });
  client.on('error', ignore);
  const [[serverSession]] = await Promise.all([once(server, 'session'), once(client, 'remoteSettings')]);
  return { server, client, socket, serverSession: serverSession as ServerHttp2Session, opened, replaced };
}

function answer(stream: ServerHttp2Stream): void {
  stream.respond({ ':status': 200 });
  stream.end('ok');
}

function outcomeOf(request: ClientHttp2Stream): Promise<string> {
  let text = '';
  request.on('error', ignore);
  request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return new Promise((resolve) => {
    request.on('close', () => resolve(`closed ${request.rstCode} ${text}`));
  });
}

/** Unlike `once`, also resolves after an error. */
function closeOf(emitter: EventEmitter): Promise<unknown> {
  return new Promise((resolve) => emitter.once('close', resolve));
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** Counts the streams that were added to the lists of all sessions from now on, and not deleted. */
function countKept(): () => { streams: number; pendingStreams: number } {
  const set = vi.spyOn(StreamList.prototype, 'set');
  const add = vi.spyOn(PendingStreams.prototype, 'add');
  const deletes = [StreamList.prototype, PendingStreams.prototype].map((list) => vi.spyOn(list, 'delete'));
  onTestFinished(() => void vi.restoreAllMocks());
  return () => {
    const [streams = 0, pendingStreams = 0] = deletes.map(
      ({ mock }) => mock.results.filter(({ value }) => value === true).length,
    );
    return {
      streams: set.mock.calls.length - streams,
      pendingStreams: add.mock.calls.length - pendingStreams,
    };
  };
}

function ignore(): void {}
