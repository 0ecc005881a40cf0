import { PayloadTooLargeError } from '@blaizejs/errors';
import type { Exchange } from '@blaizejs/types/internal';

/** Checks the announced length of a body. @throws PayloadTooLargeError if it is above the limit */
export function assertLength({ headers }: Exchange, limit: number): void {
  const { 'content-length': announced } = headers;
  if (announced !== undefined && Number(announced) > limit) throw new PayloadTooLargeError(limit);
}

/**
 * The chunks of a body, up to a limit.
 *
 * @param open called when the first one is asked for
 * @throws PayloadTooLargeError above the limit
 */
export async function* limited(
  open: () => AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of open()) {
    size += chunk.length;
    if (size > limit) throw new PayloadTooLargeError(limit);
    yield chunk;
  }
}
