import { checkOptions, options } from '@blaizejs/errors/internal';

import { limitShape, type MultipartLimits } from '../src/limits.ts';
import { PartParser } from '../src/part-parser.ts';
import { BOUNDARY } from './encode.ts';

/** A part as it was read. */
export interface ReadPart {
  readonly name: string;
  readonly filename: string | undefined;
  readonly type: string;
  readonly content: Buffer;
}

const check = options(limitShape, 'limits');

/** Reads all parts of a body. */
export async function readAll(
  stream: AsyncIterable<Uint8Array>,
  limits: MultipartLimits = {},
  boundary = BOUNDARY,
): Promise<ReadPart[]> {
  const parser = new PartParser(stream, boundary, checkOptions(check, limits));
  const all: ReadPart[] = [];
  for (let part = await parser.next(); part; part = await parser.next()) {
    const chunks: Buffer[] = [];
    for await (const chunk of parser.content(part)) chunks.push(Buffer.from(chunk));
    const { name, originalName, type } = part;
    all.push({ name, filename: originalName, type, content: Buffer.concat(chunks) });
  }
  return all;
}
