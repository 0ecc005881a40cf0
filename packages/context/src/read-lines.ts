import { PayloadTooLargeError } from '@blaizejs/errors';

import { decodeText, parseJson } from './parse-body.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Reads JSON lines: one value for each line. Blank lines are skipped, and a line may end with CRLF.
 *
 * @param limit bytes of one line
 * @throws PayloadTooLargeError for a longer line; BadRequestError for one that is not valid JSON, with its number
 */
export async function* readJsonLines(
  stream: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<{ readonly line: number; readonly value: unknown }> {
  let line = 0;
  for await (const bytes of linesOf(stream, limit)) {
    line += 1;
    const text = decodeText(bytes, undefined, `Line ${line}`);
    if (text.trim() !== '') yield { line, value: parseJson(text, `Line ${line}`) };
  }
}

async function* linesOf(stream: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Buffer> {
  // A line that arrives byte by byte must not be copied with each of them.
  let pieces: Uint8Array[] = [];
  let size = 0;
  const take = (piece: Uint8Array): void => {
    size += piece.length;
    if (size > limit) throw new PayloadTooLargeError(limit);
    pieces.push(piece);
  };
  const end = (): Buffer => {
    const whole = Buffer.concat(pieces, size);
    pieces = [];
    size = 0;
    return whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole;
  };
  for await (const chunk of stream) {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, at));
      yield end();
      start = at + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
  }
  if (size > 0) yield end();
}
