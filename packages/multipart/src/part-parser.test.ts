import { HttpError } from '@blaizejs/errors';
import { describe, expect, test } from 'vitest';

import { encode, inChunks, raw } from '../test/encode.ts';
import { readAll } from '../test/read-all.ts';
import type { MultipartLimits } from './limits.ts';

const FIELD = 'Content-Disposition: form-data; name="a"||1';

async function fields(text: string, size = 1000): Promise<string> {
  const parts = await readAll(inChunks(raw(text), size));
  return parts.map(({ name, content }) => `${name}=${content.toString('latin1')}`).join('&');
}

async function refusal(body: Uint8Array, limits?: MultipartLimits, size = 1000): Promise<HttpError> {
  const error: unknown = await readAll(inChunks(body, size), limits).catch((thrown: unknown) => thrown);
  if (!(error instanceof HttpError)) throw new Error('It was not refused.', { cause: error });
  return error;
}

// 1: every boundary between chunks; 3 and 7: some of them.
describe.each([1, 3, 7, 1000])('in chunks of %i bytes', (size) => {
  test.each([
    ['one field', `--b|${FIELD}|--b--`, 'a=1'],
    ['a line break at the end', `--b|${FIELD}|--b--|`, 'a=1'],
    ['no parts', '--b--|', ''],
    ['a preamble (RFC 2046 section 5.1.1)', `This is|--x-Bound|text|--b|${FIELD}|--b--`, 'a=1'],
    ['an epilogue', `--b|${FIELD}|--b--|--b|rest`, 'a=1'],
    ['padding behind boundaries', `--b \t|${FIELD}|--b  |${FIELD}|--b-- \t |`, 'a=1&a=1'],
    ['padding at the end', `--b|${FIELD}|--b--  `, 'a=1'],
    ['an empty value', '--b|Content-Disposition: form-data; name="a"|||--b--', 'a='],
    ['no content at all', '--b|Content-Disposition: form-data; name="a"||--b--', 'a='],
    [
      'no content, then a field',
      `--b|Content-Disposition: form-data; name="z"||--b|${FIELD}|--b--`,
      'z=&a=1',
    ],
    [
      'content that begins like a boundary',
      `--b|Content-Disposition: form-data; name="a"||--x-Bou|--b--`,
      'a=--x-Bou',
    ],
    ['a boundary within a line', `--b|${FIELD} --b--|--b--`, 'a=1 --x-Boundary_1--'],
    [
      'line breaks at the ends of a value',
      `--b|Content-Disposition: form-data; name="a"||||1|||--b--`,
      'a=\r\n\r\n1\r\n\r\n',
    ],
    ['half boundaries', `--b|${FIELD}|--x-|\r|--x-Boundary_\r|--b--`, 'a=1\r\n--x-\r\n\r\r\n--x-Boundary_\r'],
    ['names of headers in any case', '--b|CONTENT-disposition:form-data;NAME="a"||1|--b--', 'a=1'],
    ['a folded header', '--b|Content-Disposition: form-data;|\tname="a"||1|--b--', 'a=1'],
    ['headers that mean nothing', `--b|X-A: 1|X-A: 2|${FIELD}|--b--`, 'a=1'],
  ])('reads %s', async (_name, text, expected) => {
    expect(await fields(text, size)).toBe(expected);
  });

  test.each([
    ['nothing', '', 'it ends before its first boundary.'],
    ['no boundary', 'a=1&b=2', 'it ends before its first boundary.'],
    ['only a boundary', '--b', 'it ends after a boundary.'],
    ['half an end', '--b-', 'it ends after a boundary.'],
    ['an end of its content', `--b|${FIELD}`, 'it ends in field "a".'],
    ['an end in the last boundary', `--b|${FIELD}|--b`, 'it ends after a boundary.'],
    ['an end in the last dashes', `--b|${FIELD}|--b-`, 'it ends after a boundary.'],
    [
      'an end in the headers',
      '--b|Content-Disposition: form-data; name="a"|',
      'it ends in the headers of part 1.',
    ],
    ['an end behind the headers', '--b|Content-Disposition: form-data; name="a"||', 'it ends in field "a".'],
    [
      'text behind a boundary',
      `--bX|${FIELD}|--b--`,
      'a boundary is followed by something else than a line break.',
    ],
    ['text behind the last boundary', `--b|${FIELD}|--b--X|`, 'a boundary is followed by something else'],
    ['one dash behind a boundary', `--b-|${FIELD}|--b--`, 'a boundary is followed by something else'],
    ['no headers', '--b||1|--b--', 'part 1 has no headers.'],
    ['no Content-Disposition', '--b|Content-Type: text/plain||1|--b--', 'part 1 has no Content-Disposition.'],
    [
      'another disposition',
      '--b|Content-Disposition: attachment; name="a"||1|--b--',
      'part 1 is not form-data.',
    ],
    ['no name', '--b|Content-Disposition: form-data||1|--b--', 'part 1 has no name.'],
    ['a header without a colon', `--b|bad|${FIELD}|--b--`, 'a header of part 1 is not valid.'],
    [
      'a header behind it',
      '--b|Content-Disposition: form-data; name="a"|bad||1|--b--',
      'a header of part 1 is not valid.',
    ],
    ['a name of a header with a space', `--b|X : 1|${FIELD}|--b--`, 'a header of part 1 is not valid.'],
    ['a folded first header', `--b| X: 1|${FIELD}|--b--`, 'a header of part 1 is not valid.'],
    ['a line feed alone', `--b|X: 1\n${FIELD}|--b--`, 'a header of part 1 is not valid.'],
    [
      'NUL in a name',
      '--b|Content-Disposition: form-data; name="a\0"||1|--b--',
      'a header of part 1 is not valid.',
    ],
    [
      'bytes that are not UTF-8 in a name',
      '--b|Content-Disposition: form-data; name="\xff"||1|--b--',
      'the headers of part 1 are not valid UTF-8.',
    ],
    [
      'two dispositions',
      `--b|Content-Disposition: form-data; name="b"|${FIELD}|--b--`,
      'part 1 has two content-disposition headers.',
    ],
    [
      'headers without an end',
      `--b|Content-Disposition: form-data; name="z"|--b|${FIELD}|--b--`,
      'is not valid',
    ],
    [
      'a type that is none',
      '--b|Content-Disposition: form-data; name="a"|Content-Type: png||1|--b--',
      'is not a media type.',
    ],
  ])('refuses %s', async (_name, text, message) => {
    const error = await refusal(raw(text), {}, size);
    expect({ status: error.status, code: error.code }).toEqual({
      status: 400,
      code: 'ERR_BLAIZE_MULTIPART_MALFORMED',
    });
    expect(error.message).toContain(message);
  });

  test.each<[keyof MultipartLimits, number, string, string, object]>([
    ['parts', 1, `--b|${FIELD}|--b|${FIELD}|--b--`, 'The form has more than 1 parts', { part: 2 }],
    [
      'fields',
      1,
      `--b|${FIELD}|--b|${FIELD}|--b--`,
      'more than 1 fields; field "a" is one too many',
      { field: 'a' },
    ],
    [
      'files',
      1,
      `--b|${FIELD}|--b|${FIELD}|--b--`.replaceAll('"a"', '"a"; filename="x"'),
      'more than 1 files',
      { field: 'a' },
    ],
    ['nameSize', 3, `--b|${FIELD}|--b--`.replace('"a"', '"abcd"'), 'longer than 3 bytes', { part: 1 }],
    [
      'nameSize',
      3,
      `--b|${FIELD}|--b--`.replace('"a"', '"a"; filename="\xc3\xa4\xc3\xa4"'),
      'longer than 3 bytes',
      { part: 1 },
    ],
    ['headerSize', 60, `--b|X: ${'x'.repeat(61)}|${FIELD}|--b--`, 'larger than 60 bytes', { part: 1 }],
    ['headerSize', 60, `--b|X: ${'x'.repeat(500)}`, 'larger than 60 bytes', { part: 1 }],
    ['fieldSize', 1, `--b|${FIELD}23`, 'The value of field "a" is larger than 1 bytes', { field: 'a' }],
    [
      'fileSize',
      2,
      `--b|${FIELD}23${'4'.repeat(50)}`.replace('"a"', '"a"; filename="x"'),
      'The file in field "a" is larger than 2 bytes',
      { field: 'a' },
    ],
  ])('refuses what exceeds %s (%i), before the body has ended', async (limit, max, text, message, where) => {
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      yield* inChunks(raw(text), size);
      for (let i = 0; i < 100; i += 1) yield Buffer.alloc(1);
      throw new Error('Too much was read.');
    };
    const error: unknown = await readAll(endless(), { [limit]: max }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      status: 413,
      code: 'ERR_BLAIZE_MULTIPART_LIMIT',
      details: { limit, max, ...where },
    });
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).toContain(`(limit ${limit})`);
  });
});

test('accepts what is as large as the limits', async () => {
  const body = encode([
    { name: 'abc', content: '12' },
    { name: 'f', filename: 'x.y', content: '123' },
  ]);
  const limits = { parts: 2, fields: 1, files: 1, nameSize: 3, headerSize: 58, fieldSize: 2, fileSize: 3 };
  expect(await readAll(inChunks(body, 1000), limits)).toHaveLength(2);
});

test.each(['base64', 'quoted-printable'])(
  'refuses content in %s with 415 (RFC 7578 section 4.7)',
  async (coding) => {
    const text = `--b|Content-Transfer-Encoding: ${coding}|${FIELD}|--b--`;
    expect(await refusal(raw(text))).toMatchObject({ status: 415 });
  },
);

test.each(['7bit', '8bit', 'binary', 'BINARY'])('accepts content in %s', async (coding) => {
  expect(await fields(`--b|Content-Transfer-Encoding: ${coding}|${FIELD}|--b--`)).toBe('a=1');
});
