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
  for await (const { line, bytes } of linesOf(stream, limit)) {
    const text = decodeText(bytes, undefined, `Line ${line}`);
    if (text.trim() !== '') yield { line, value: parseJson(text, `Line ${line}`) };
  }
}

/** The lines that are not empty, with their numbers. */
async function* linesOf(
  stream: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<{ readonly line: number; readonly bytes: Buffer }> {
  let line = 0;
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
      line += 1;
      // A client may send a million of them, so an empty line must cost next to nothing.
      const isEmpty = size === 0 && (at === start || (at === start + 1 && chunk[start] === RETURN));
      if (!isEmpty) {
        take(chunk.subarray(start, at));
        yield { line, bytes: end() };
      }
      start = at + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
  }
  if (size > 0) yield { line: line + 1, bytes: end() };
}
