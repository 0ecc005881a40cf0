import type { ArgumentsOf, ClientMethod, EventAt, ItemAt } from './client.ts';
import { ClientError } from './client-error.ts';
import { startDeadline } from './deadline.ts';
import type { AnyCallOptions, EventOptions } from './options.ts';
import { assertOk } from './read-response.ts';
import type { ResponseError } from './response-error.ts';
import { delayOf, readRetry } from './retry.ts';
import { type Call, send } from './send.ts';
import { eventsOf, type StreamState } from './server-events.ts';
import { linesOf, type TextSource } from './text-lines.ts';

const WAIT_MS = 3_000;
// `retry: 0` must not make clients connect as fast as they can.
const MIN_WAIT_MS = 100;

/**
 * Reads a stream that has a JSON value on each line (`application/x-ndjson`). The request is sent when you ask for the first
 * value; leaving the loop ends the stream.
 *
 * ```ts
 * for await (const row of readLines(api.get, '/export')) …
 * ```
 *
 * @param method of a client: `api.get`
 * @throws as the method does, and if a line is not JSON
 */
export async function* readLines<Routes, Method, Path extends keyof Routes & string>(
  method: ClientMethod<Routes, Method>,
  path: Path,
  ...[options]: ArgumentsOf<Routes, Method, Path>
): AsyncGenerator<ItemAt<Routes, Path>, void> {
  const call = method['~call'](path, options as AnyCallOptions) as Call;
  const source = await open(call);
  if (!source) return;
  try {
    for await (const line of linesOf(source))
      if (line.trim()) yield parse(call, line) as ItemAt<Routes, Path>;
  } finally {
    source.deadline.end();
  }
}

function parse({ name }: Call, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new ClientError('ERR_BLAIZE_CLIENT_RESPONSE', `${name} sent a line that is not JSON.`, cause);
  }
}

/**
 * Reads server-sent events. The request is sent when you ask for the first one; leaving the loop ends the stream.
 *
 * ```ts
 * for await (const { data } of readEvents(api.get, '/feed', { reconnect: true })) …
 * ```
 *
 * @param method of a client: `api.get`
 * @throws as the method does, and if the answer is not an event stream
 */
export async function* readEvents<Routes, Method, Path extends keyof Routes & string>(
  method: ClientMethod<Routes, Method>,
  path: Path,
  ...[options]: ArgumentsOf<Routes, Method, Path, EventOptions>
): AsyncGenerator<EventAt<Routes, Path>, void> {
  const {
    reconnect = false,
    lastEventId,
    idleTimeout,
    ...others
  } = (options ?? {}) as EventOptions & AnyCallOptions;
  const call = method['~call'](path, others) as Call;
  const state: StreamState = { id: lastEventId };
  const retry = readRetry(call.options.retry, call.settings.retry);
  let failures = 0;
  for (;;) {
    let source: TextSource | undefined;
    try {
      const last = state.id ? { 'last-event-id': toUtf8(state.id) } : undefined;
      source = await open({ ...call, headers: { accept: 'text/event-stream', ...last } }, true);
      // 204: the server wants the client to stop.
      if (!source) return;
      failures = 0;
      yield* eventsOf({ ...source, idle: idleTimeout }, state) as AsyncGenerator<EventAt<Routes, Path>, void>;
      if (!reconnect) return;
    } catch (error) {
      const { code, status } = error as ResponseError;
      // A server or proxy that is being restarted answers with a status.
      const isPassing =
        code === 'ERR_BLAIZE_CLIENT_NETWORK' || (retry.limit && retry.statuses.includes(status));
      if (!reconnect || !isPassing) throw error;
      failures++;
    } finally {
      source?.deadline.end();
    }
    const pause = startDeadline(call.name, 0, call.options.signal);
    const more = failures && (delayOf(retry, failures) ?? 0);
    await pause.sleep(Math.max(MIN_WAIT_MS, state.wait ?? WAIT_MS) + more).finally(pause.end);
  }
}

/** Header values are bytes; an id is sent in UTF-8 (HTML standard, section 9.2.3). */
function toUtf8(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

/** @returns undefined for an answer without a body */
function open(call: Call, isEvents = false): Promise<TextSource | undefined> {
  return send(
    call,
    async (response, deadline) => {
      await assertOk(call, response);
      const { body, headers } = response;
      if (!body) return undefined;
      if (isEvents && !/^text\/event-stream\s*(?:;|$)/i.test(headers.get('content-type') ?? '')) {
        void body.cancel();
        throw new ClientError(
          'ERR_BLAIZE_CLIENT_RESPONSE',
          `${call.name} was not answered with text/event-stream.`,
        );
      }
      return { name: call.name, body, limit: call.settings.responseLimit, deadline };
    },
    true,
  );
}
