import type { Deadline } from './deadline.ts';
import { networkError } from './network.ts';
import { tooLarge } from './read-response.ts';

/** A stream of text. */
export interface TextSource {
  /** For messages: `GET /users/[id]`. */
  readonly name: string;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Of one line, in characters; 0 for none. */
  readonly limit: number;
  readonly deadline: Deadline;
  /** Milliseconds without a byte after which the connection counts as broken; 0 for no limit. */
  readonly idle?: number | undefined;
}

/**
 * The lines of a stream of UTF-8, whose ends are LF, CR or CRLF in any mixture. The last one counts even if nothing ends it.
 *
 * @throws ClientError above the limit, when the connection breaks, and when the deadline ends it
 */
export async function* linesOf({
  name,
  body,
  limit,
  deadline,
  idle,
}: TextSource): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = '';
  let endedInCr = false;
  try {
    for (;;) {
      const { done, value } = await deadline.race(orQuiet(reader.read(), idle)).catch(networkError(name));
      let text = decoder.decode(value, { stream: !done });
      if (text !== '') {
        if (endedInCr && text.startsWith('\n')) text = text.slice(1);
        endedInCr = text.endsWith('\r');
        const lines = text.replaceAll(/\r\n?/g, '\n').split('\n');
        lines[0] = rest + (lines[0] ?? '');
        rest = lines.pop() ?? '';
        if (limit && [rest, ...lines].some(({ length }) => length > limit)) throw tooLarge(name, limit);
        yield* lines;
      }
      if (done) break;
    }
    if (rest) yield rest;
  } finally {
    // The stream may have failed already.
    reader.cancel().catch(() => undefined);
  }
}

/** Fails after a time in which nothing has arrived. */
function orQuiet<T>(arrival: Promise<T>, idle?: number): Promise<T> {
  if (!idle) return arrival;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(reject, idle);
    void arrival.then(resolve, reject).then(() => clearTimeout(timer));
  });
}
