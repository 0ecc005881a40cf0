import { chunksOf } from '@blaizejs/context/internal';
import { checkOptions, options as shapeOf } from '@blaizejs/errors/internal';
import type { ContextRequest } from '@blaizejs/types';

import { boundaryOf } from './boundary.ts';
import { type Limits, limitShape, type MultipartLimits } from './limits.ts';
import { OpenPart, type Part } from './part.ts';
import { PartParser } from './part-parser.ts';

export type { Part } from './part.ts';

/** What {@link parts} needs of a request: `ctx.request` has it. */
export type PartsRequest = Pick<ContextRequest, 'header' | 'stream' | 'bodyLimit'>;

const limitsOf = shapeOf(limitShape, 'an object of limits');

/**
 * Reads a form part by part, in the order in which it arrives, in a handler without `schema.body`. The client sends only as
 * fast as the loop reads, and nothing is kept in memory or on disk.
 *
 * ```ts
 * for await (const part of parts(ctx.request, { fileSize: 5e9 })) {
 *   if (part.filename !== undefined) await pipeline(part.stream(), createWriteStream(target));
 * }
 * ```
 *
 * Whatever the loop does not read is skipped. Leaving the loop waits for content that is being read, and ends the
 * upload.
 *
 * @param limits those that differ from their defaults; the route's `bodyLimit` holds for the whole body
 * @throws ConfigurationError at once, if a limit is not valid; in the loop 400 `ERR_BLAIZE_MULTIPART_MALFORMED`, 413
 *   `ERR_BLAIZE_MULTIPART_LIMIT` or `ERR_BLAIZE_PAYLOAD_TOO_LARGE`, and 415 if the body is no form or has a coding that is
 *   not undone; TypeError if `request` is not `ctx.request`
 */
export function parts(
  request: PartsRequest,
  limits: MultipartLimits = {},
): AsyncGenerator<Part, void, undefined> {
  return read(request, checkOptions(limitsOf, limits, 'parts()'));
}

async function* read(request: PartsRequest, limits: Limits): AsyncGenerator<Part, void, undefined> {
  const boundary = boundaryOf(request.header('content-type'));
  const parser = new PartParser(chunksOf(request), boundary, limits);
  let part: OpenPart | undefined;
  try {
    for (let parsed = await parser.next(); parsed; parsed = await parser.next()) {
      part = new OpenPart(parser, parsed);
      yield part;
      await part.released();
    }
  } finally {
    // `return part.text()` leaves the loop before the text is there.
    await part?.left();
    await parser.close();
  }
}
