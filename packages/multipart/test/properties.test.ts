import { Busboy } from '@fastify/busboy';
import { HttpError } from '@blaizejs/errors';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { BOUNDARY, encode, inChunks, type PartOf, TYPE } from './encode.ts';
import { readAll, type ReadPart } from './read-all.ts';

// No surrogates alone, which UTF-8 cannot say; no `%`, since `%22` is a quote to every reader.
const name = fc.string({ unit: 'grapheme', maxLength: 12 }).map((each) => each.replaceAll('%', ''));
const lookalike = fc.constantFrom(
  '\r\n',
  '--',
  `--${BOUNDARY}`,
  `\r\n--${BOUNDARY.slice(0, 5)}`,
  '\r',
  '\n',
  '-',
);
const content = fc
  .array(
    fc.oneof(
      lookalike.map((each) => Buffer.from(each)),
      fc.uint8Array({ maxLength: 80 }),
    ),
    { maxLength: 6 },
  )
  .map((pieces) => Buffer.concat(pieces))
  // A client chooses a boundary that is not in the content.
  .filter((bytes) => !bytes.includes(`--${BOUNDARY}`));
const file = fc.record({
  name,
  filename: name,
  type: fc.constantFrom('image/png', 'text/plain', 'application/octet-stream'),
  content,
});
const field = fc.record({ name, content: name.map((value) => Buffer.from(value)) });
const form = fc.array(fc.oneof<fc.Arbitrary<PartOf>[]>(field, file), { maxLength: 5 });
const sizes = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 5 });

const expected = (parts: readonly PartOf[]): ReadPart[] =>
  parts.map(({ name, filename, type = 'text/plain', content }) => ({
    name,
    filename,
    type,
    content: Buffer.from(content as Uint8Array),
  }));

test('any form comes out as it went in, in chunks of any size', async () => {
  const property = fc.asyncProperty(form, sizes, async (parts, chunks) => {
    expect(await readAll(inChunks(encode(parts), ...chunks))).toEqual(expected(parts));
  });
  await fc.assert(property, { numRuns: 300 });
});

test('a form that is cut off anywhere is a 400', async () => {
  const property = fc.asyncProperty(form, sizes, fc.nat(), async (parts, chunks, at) => {
    const body = encode(parts);
    // Without its last line break, it is complete.
    const cut = body.subarray(0, at % (body.length - 2));
    await expect(readAll(inChunks(cut, ...chunks))).rejects.toMatchObject({
      status: 400,
      code: 'ERR_BLAIZE_MULTIPART_MALFORMED',
    });
  });
  await fc.assert(property, { numRuns: 300 });
});

test('random bytes are read or refused', async () => {
  const piece = fc.oneof(
    lookalike.map((each) => Buffer.from(each)),
    fc
      .constantFrom('Content-Disposition: form-data; name="a"', '\r\n\r\n', ':', '"', ';')
      .map((each) => Buffer.from(each)),
    fc.uint8Array({ maxLength: 40 }),
  );
  const property = fc.asyncProperty(fc.array(piece, { maxLength: 20 }), sizes, async (pieces, chunks) => {
    const error: unknown = await readAll(inChunks(Buffer.concat(pieces), ...chunks)).catch(
      (thrown: unknown) => thrown,
    );
    if (Array.isArray(error)) return;
    expect(error).toBeInstanceOf(HttpError);
    expect([400, 413, 415]).toContain((error as HttpError).status);
  });
  await fc.assert(property, { numRuns: 1000 });
});

test('it reads what the encoder of fetch writes, and what its parser reads', async () => {
  const property = fc.asyncProperty(form, async (all) => {
    // Node's encoder leaves out file names that are empty.
    const parts = all.filter(({ filename }) => filename !== '');
    const data = new FormData();
    for (const { name, filename, type = '', content } of parts) {
      if (filename === undefined) data.append(name, Buffer.from(content as Uint8Array).toString());
      else data.append(name, new File([new Uint8Array(content as Uint8Array)], filename, { type }));
    }
    const request = new Request('http://localhost', { method: 'POST', body: data });
    const boundary = /boundary=(.*)$/.exec(request.headers.get('content-type') ?? '')?.[1];
    const body = new Uint8Array(await request.arrayBuffer());
    const read = await readAll(inChunks(body, 50), {}, boundary);
    const reference: ReadPart[] = [];
    for (const [name, value] of data) {
      const isFile = typeof value !== 'string';
      const text = isFile ? '' : value.replace(/\r\n?|\n/g, '\r\n');
      const content = isFile ? Buffer.from(await value.arrayBuffer()) : Buffer.from(text);
      // The names of fields have their line breaks normalized (HTML, "constructing an entry list").
      const normalized = name.replace(/\r\n?|\n/g, '\r\n');
      reference.push({
        name: normalized,
        filename: isFile ? value.name : undefined,
        type: isFile ? value.type : 'text/plain',
        content,
      });
    }
    expect(read).toEqual(reference);
  });
  await fc.assert(property, { numRuns: 100 });
});

test('it reads well-formed forms as busboy does', async () => {
  const plain = fc.string({
    unit: fc.constantFrom('a', 'B', '1', '_', ' ', 'ä', '日', '[', ']'),
    minLength: 1,
    maxLength: 8,
  });
  const parts = fc.array(
    fc.oneof<fc.Arbitrary<PartOf>[]>(
      fc.record({ name: plain, content: plain }),
      fc.record({ name: plain, filename: plain, type: fc.constant('image/png'), content }),
    ),
    { minLength: 1, maxLength: 5 },
  );
  const property = fc.asyncProperty(parts, async (each) => {
    const body = encode(each);
    const read = await readAll(inChunks(body, 20));
    // Busboy tells fields when they end and files when they begin, so only the sets are the same.
    const byContent = (all: ReadPart[]): string[] => all.map((one) => JSON.stringify(one)).sort();
    expect(byContent(read)).toEqual(byContent(await withBusboy(body)));
  });
  await fc.assert(property, { numRuns: 100 });
});

function withBusboy(body: Buffer): Promise<ReadPart[]> {
  return new Promise((resolve, reject) => {
    const all: ReadPart[] = [];
    const busboy = new Busboy({ headers: { 'content-type': TYPE }, preservePath: true });
    busboy.on('field', (name, value, _cut, _cutValue, _encoding, type) => {
      all.push({ name, filename: undefined, type, content: Buffer.from(value) });
    });
    busboy.on('file', (name, stream, filename, _encoding, type) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => all.push({ name, filename, type, content: Buffer.concat(chunks) }));
    });
    busboy.on('finish', () => resolve(all)).on('error', reject);
    busboy.end(body);
  });
}
