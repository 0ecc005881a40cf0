import { tooLarge } from './read-response.ts';
import { linesOf, type TextSource } from './text-lines.ts';

/** An event of a server-sent event stream. */
export interface ServerEvent<Data = unknown, Name extends string = string> {
  /** Its name. Default: `message`. */
  readonly event: Name;
  /** From JSON; text that is no JSON stays text. */
  readonly data: Data;
  /** The last id so far. */
  readonly id: string | undefined;
}

/** What a reconnection needs to know about a stream. */
export interface StreamState {
  /** The last id so far. */
  id?: string | undefined;
  /** Milliseconds that the server asks to wait before the next connection. */
  wait?: number;
}

// An id with NUL does not count. One with others could never be sent back: no header may have them (RFC 9110 section 5.5).
// eslint-disable-next-line no-control-regex -- these are what it is about
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;

/** Reads a stream of events, as the HTML standard has it (section 9.2.6). @throws as {@link linesOf} does */
export async function* eventsOf(source: TextSource, state: StreamState): AsyncGenerator<ServerEvent, void> {
  const { name, limit } = source;
  let event = '';
  let data: string | undefined;
  // An id only counts once its event is complete: otherwise the next connection would skip an event that never arrived.
  let id = state.id;
  for await (const line of linesOf(source)) {
    if (line === '') {
      state.id = id;
      if (data !== undefined) yield { event: event || 'message', data: parse(data), id };
      event = '';
      data = undefined;
      continue;
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'event') event = value;
    if (field === 'data') {
      data = data === undefined ? value : `${data}\n${value}`;
      if (limit && data.length > limit) throw tooLarge(name, limit);
    }
    if (field === 'id' && !CONTROL.test(value)) id = value;
    if (field === 'retry' && /^\d+$/.test(value)) state.wait = Number(value);
  }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}
