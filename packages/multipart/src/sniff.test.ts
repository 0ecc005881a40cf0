import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { ParsedPart } from './part-parser.ts';
import { assertType, HEAD_SIZE } from './sniff.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const PNG = hex('89504e470d0a1a0a 0000000d 49484452 00000001000000010806000000 1f15c489 0000000a49444154');
const JPEG = hex('ffd8ffe000104a46494600010100000100010000');
const GIF = Buffer.from('GIF89a\x01\0\x01\0');
const PDF = Buffer.from('%PDF-1.7\n');
const ZIP = hex('504b0304 1400000008000000210000000000');
const MP4 = Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1');
const XML = Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>');
const HTML = Buffer.from('<!doctype html><script>alert(1)</script>');
const TEXT = Buffer.from('name,age\nAda,36\n');
const EMPTY = Buffer.alloc(0);

const part = (type: string, originalName: string): ParsedPart => ({
  type,
  originalName,
  name: 'file',
  field: 'file',
  number: 1,
  headers: {},
  charset: undefined,
});

test.each<[string, string, string, Buffer]>([
  ['a PNG', 'image/png', 'a.png', PNG],
  ['a PNG without an extension', 'image/png', 'a', PNG],
  ['a PNG of no known type', 'application/octet-stream', 'a.PNG', PNG],
  ['a JPEG', 'image/jpeg', 'a.jpeg', JPEG],
  ['a JPEG by another name', 'image/jpg', 'a.jpg', JPEG],
  ['a PDF', 'application/pdf', 'a.pdf', PDF],
  ['an MP4', 'video/mp4', 'a.mp4', MP4],
  ['a ZIP', 'application/x-zip-compressed', 'a.zip', ZIP],
  [
    'a document in a ZIP',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    'a.docx',
    ZIP,
  ],
  ['an SVG', 'image/svg+xml', 'a.svg', XML],
  ['XML', 'text/xml', 'a.xml', XML],
  ['CSV', 'text/csv', 'a.csv', TEXT],
  ['TypeScript, whose extension is also that of a video', 'text/plain', 'a.ts', TEXT],
  ['HTML that says so', 'text/html', 'a.html', HTML],
  ['JSON', 'application/json', 'a.json', Buffer.from('{}')],
  ['an empty text', 'text/plain', 'a.txt', EMPTY],
  ['anything of no known type', 'application/octet-stream', 'a.bin', HTML],
])('accepts %s', async (_name, type, filename, content) => {
  await expect(assertType(part(type, filename), content)).resolves.toBeUndefined();
});

test.each<[string, string, string, Buffer, string]>([
  [
    'a PNG that is HTML',
    'image/png',
    'a.png',
    HTML,
    'declared as image/png, but its content is something else',
  ],
  ['a PNG that is a GIF', 'image/png', 'a.png', GIF, 'declared as image/png, but its content is image/gif'],
  ['a .png that says and is HTML', 'text/html', 'a.png', HTML, 'declared as image/png'],
  [
    'a .png of no known type that is HTML',
    'application/octet-stream',
    'a.png',
    HTML,
    'declared as image/png',
  ],
  [
    'a .png that says and is a GIF',
    'image/gif',
    'a.png',
    GIF,
    'declared as image/png, but its content is image/gif',
  ],
  ['a PDF that is a ZIP', 'application/pdf', 'a.pdf', ZIP, 'its content is application/zip'],
  ['a text that is a PNG', 'text/plain', 'a.txt', PNG, 'its content is image/png'],
  ['an SVG that is a ZIP', 'image/svg+xml', 'a.svg', ZIP, 'its content is application/zip'],
  ['an empty PNG', 'image/png', 'a.png', EMPTY, 'declared as image/png'],
])('refuses %s', async (_name, type, filename, content, message) => {
  await expect(assertType(part(type, filename), content)).rejects.toMatchObject({
    status: 415,
    code: 'ERR_BLAIZE_MULTIPART_TYPE',
    message: expect.stringContaining(message) as string,
    details: { field: 'file' },
  });
});

test('ends soon for random bytes behind any signature', async () => {
  const starts = [
    PNG,
    JPEG,
    GIF,
    PDF,
    ZIP,
    MP4,
    XML,
    hex('3026b2758e66cf11a6d900aa0062ce6c'),
    hex('1a45dfa3'),
    hex('1f8b08'),
    hex('d0cf11e0a1b11ae1'),
    Buffer.from('RIFF'),
  ];
  const head = fc
    .tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: HEAD_SIZE }))
    .map((pieces) => Buffer.concat(pieces));
  await fc.assert(
    fc.asyncProperty(head, async (bytes) => {
      await assertType(part('image/png', 'a.png'), bytes).catch(() => undefined);
    }),
    { numRuns: 500 },
  );
});
