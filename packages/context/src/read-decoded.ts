import type { Context } from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';

import { assertLength } from './body-limit.ts';
import { bodyStream } from './body-stream.ts';
import { codingOf, decodeBody } from './content-coding.ts';
import { readStream } from './read-body.ts';

/** Reads the whole body, with its coding undone. @throws as {@link codingOf}, `decodeBody()` and `readBody()` do */
export async function readDecoded(exchange: Exchange, ctx: Context, limit: number): Promise<Buffer> {
  const coding = codingOf(exchange, true);
  assertLength(exchange, limit);
  const body = bodyStream(exchange, ctx);
  return readStream(coding === undefined ? body : decodeBody(body, coding), limit);
}
