import type { RequestContext } from '@blaizejs/context/internal';
import { BlaizeError, ServiceUnavailableError } from '@blaizejs/errors';
import type { AnyContext } from '@blaizejs/types';

import type { Buffer } from './buffer.ts';
import { isTopic } from './channel.ts';
import { ChannelEvent } from './channel-event.ts';
import type { ToJson } from './check-data.ts';
import { EventStream, type StreamSettings } from './event-stream.ts';
import { formatEvent } from './event-text.ts';
import { Heartbeats } from './heartbeats.ts';
import type { SSEStream } from './sse-route.ts';
import { StreamEnd } from './stream-end.ts';
import { Subscription } from './subscription.ts';

/** The options of an SSE route, checked. */
export interface SSESettings {
  readonly heartbeat: number;
  readonly retry: readonly [from: number, to: number];
  readonly buffer?: Buffer | undefined;
  /** Replaces JSON. */
  readonly encode?: ((data: unknown) => string) | undefined;
  readonly toJson: ToJson;
  readonly handler: (ctx: AnyContext, stream: SSEStream) => unknown;
}

/** Makes the handler of the route from that of the application. */
export function answerWithEvents(settings: SSESettings): (ctx: AnyContext) => Promise<unknown> {
  const { heartbeat } = settings;
  const shared: StreamSettings = {
    heartbeats: heartbeat > 0 ? new Heartbeats(heartbeat) : undefined,
    newRetry: () => retryOf(settings),
  };
  return async (ctx) => {
    const over = new StreamEnd(ctx);
    let source: Source | undefined;
    try {
      const lastEventId = lastEventIdOf(ctx);
      const stream = new HandledStream(lastEventId, over);
      const result = await settings.handler(ctx, stream);
      if (!isTopic(result) && !isIterable(result)) {
        over.close();
        return result;
      }
      const isHead = ctx.request.method === 'HEAD';
      source = isTopic(result)
        ? isHead
          ? nothing()
          : result.subscribe({ after: lastEventId, buffer: settings.buffer })
        : result[Symbol.asyncIterator]();
      let first: First | undefined;
      // If the log is away, this is still an ordinary error.
      const subscription =
        source instanceof Subscription ? (source as Subscription<ChannelEvent>) : undefined;
      if (subscription) {
        if (!subscription.isReady) await readyOrOver(subscription, over).catch(logIsAway);
      } else if (!isHead) first = await soon(source);
      const { response } = ctx;
      if (response.get('content-type') === undefined) response.type('text/event-stream');
      if (response.get('cache-control') === undefined) response.header('cache-control', 'no-store');
      // nginx and others that follow it keep answers back otherwise.
      if (response.get('x-accel-buffering') === undefined) response.header('x-accel-buffering', 'no');
      // What the application encodes is encoded in the context of its request, not of whoever publishes.
      const events = subscription && !settings.encode ? subscription : toBytes(source, first, settings);
      // A client that leaves before the first event continues from this id.
      const id = lastEventId === undefined ? subscription?.position : undefined;
      const { exchange } = ctx as unknown as RequestContext;
      const beginning = formatEvent({ retry: shared.newRetry(), id });
      const body = new EventStream(exchange, shared, events, beginning, over);
      subscription?.onTooSlow(body);
      return body;
    } catch (error) {
      over.close();
      // Nobody will ask it for events: it took too long, for example.
      void Promise.resolve(source?.return?.()).catch(() => undefined);
      throw error;
    }
  };
}

/** Clients come back after a 503, as after any loss of the connection. A log may have an answer of its own. */
function logIsAway(cause: unknown): never {
  if (cause instanceof BlaizeError) throw cause;
  throw new ServiceUnavailableError('The log of events cannot be reached.', {
    code: 'ERR_BLAIZE_EVENT_LOG',
    headers: { 'retry-after': '1' },
    cause,
  });
}

/** What handlers get. */
class HandledStream implements SSEStream {
  readonly lastEventId: string | undefined;
  readonly #end: StreamEnd;

  constructor(lastEventId: string | undefined, end: StreamEnd) {
    this.lastEventId = lastEventId;
    this.#end = end;
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }
}

/** Waits until the subscription misses nothing. If the log is away, that may take longer than the client stays. */
async function readyOrOver(source: Subscription<ChannelEvent>, over: StreamEnd): Promise<void> {
  const isReady = await Promise.race([
    source.ready.then(() => true),
    new Promise((resolve) => setImmediate(resolve)),
  ]);
  if (isReady === true) return;
  const end = (): void => void source.return();
  const { signal } = over;
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  await source.ready;
}

type Source = AsyncIterator<unknown>;

/** The first event, which may still be on its way. */
interface First {
  readonly next: Promise<IteratorResult<unknown>>;
}

/** Header values are bytes; clients send an id in UTF-8 (HTML standard, section 9.2.3). An empty one is none. */
function lastEventIdOf({ request }: AnyContext): string | undefined {
  const sent = request.header('last-event-id');
  return sent ? globalThis.Buffer.from(sent, 'latin1').toString() : undefined;
}

function retryOf({ retry: [from, to] }: SSESettings): number {
  return Math.round(from + Math.random() * (to - from));
}

/** Asks for the first event. If that fails before anything was waited for, it is an ordinary error: a 403, for example. */
async function soon(source: Source): Promise<First> {
  const next = source.next();
  next.catch(() => undefined);
  await Promise.race([next, new Promise((resolve) => setImmediate(resolve))]);
  return { next };
}

/** Encodes events as they are asked for. What a channel has encoded already is sent as it is. */
function toBytes(
  source: Source,
  first: First | undefined,
  { toJson, encode }: SSESettings,
): AsyncIterator<string | Uint8Array> {
  let pending = first?.next;
  return {
    next: async () => {
      const next = pending ?? source.next();
      pending = undefined;
      const { done, value } = (await next) as IteratorResult<unknown, unknown>;
      if (done) return { done, value: undefined };
      if (value instanceof ChannelEvent && (!encode || value.event === 'reset')) {
        return { done: false, value: value['~bytes'] };
      }
      const { event, data, id, retry } = value as {
        readonly event: string;
        readonly data: unknown;
        readonly id?: string;
        readonly retry?: number;
      };
      return { done: false, value: formatEvent({ event, data: await toJson(event, data), id, retry }) };
    },
    return: async () => {
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
}

async function* nothing(): AsyncGenerator<never, undefined> {}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  // A `Response` is none; a Node stream as a whole is one, and is sent event by event.
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
