import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { createApp } from '@blaizejs/app';
import type { Schema } from '@blaizejs/types';

import { encode, type PartOf, TYPE } from './encode.ts';
import { readers } from './app.ts';

async function post(
  schema: Schema,
  body: FormData | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<[number, unknown]> {
  const app = createApp({ logger: false, bodyReaders: readers() });
  app.router.addRoute('POST', '/', {
    schema: { body: schema },
    handler: async (ctx) => describeForm(ctx.request.body as object),
  });
  const response = await app.fetch(new Request('http://localhost/', { method: 'POST', body, headers }));
  return [response.status, await response.json()];
}

/** The entries of a form, each file as its name, type and text. */
async function describeForm(form: object): Promise<unknown[]> {
  const show = async (value: unknown): Promise<unknown> => {
    if (Array.isArray(value)) return Promise.all(value.map(show));
    return value instanceof File ? `${value.name} ${value.type} ${await value.text()}` : value;
  };
  return Promise.all(Object.entries(form).map(async ([name, value]) => [name, await show(value)]));
}

const send = (schema: Schema, parts: readonly PartOf[]): Promise<[number, unknown]> =>
  post(schema, new Uint8Array(encode(parts)), { 'content-type': TYPE });

const TITLE: PartOf = { name: 'title', content: 'Cat' };
const PNG: PartOf = { name: 'photo', filename: 'cat.png', type: 'image/png', content: 'png' };
const UNCHOSEN: PartOf = { name: 'photo', filename: '', type: 'application/octet-stream', content: '' };
const PHOTO = 'cat.png image/png png';

const ONE: [string, Schema][] = [
  ['zod', z.object({ title: z.string(), photo: z.file().max(10).mime(['image/png']).optional() })],
  [
    'Valibot',
    v.object({
      title: v.string(),
      photo: v.optional(v.pipe(v.file(), v.mimeType(['image/png']), v.maxSize(10))),
    }),
  ],
  [
    'ArkType',
    type({
      title: 'string',
      'photo?': type.instanceOf(File).narrow((file) => file.size <= 10 && file.type === 'image/png'),
    }),
  ],
];

describe.each(ONE)('one file, with %s', (_name, schema) => {
  test.each<[string, PartOf[], unknown]>([
    [
      'is a File',
      [TITLE, PNG],
      [
        ['title', 'Cat'],
        ['photo', PHOTO],
      ],
    ],
    ['is absent if none was sent', [TITLE], [['title', 'Cat']]],
    ['is absent if none was chosen', [TITLE, UNCHOSEN], [['title', 'Cat']]],
  ])('%s', async (_case, parts, expected) => {
    expect(await send(schema, parts)).toEqual([200, expected]);
  });

  test.each<[string, PartOf[]]>([
    ['too large', [TITLE, { ...PNG, content: 'x'.repeat(11) }]],
    ['of another type', [TITLE, { ...PNG, type: 'text/html' }]],
    ['a text', [TITLE, { name: 'photo', content: 'png' }]],
    ['two files', [TITLE, PNG, PNG]],
    ['without its field', [PNG]],
  ])('is refused if it is %s', async (_case, parts) => {
    expect(await send(schema, parts)).toMatchObject([400, { code: 'ERR_BLAIZE_VALIDATION' }]);
  });
});

const LIST: [string, Schema][] = [
  ['zod', z.object({ photo: z.array(z.file()).default([]), tag: z.array(z.string()).optional() })],
  ['zod, any field', z.record(z.string(), z.array(z.union([z.file(), z.string()])))],
  ['Valibot', v.object({ photo: v.optional(v.array(v.file()), []), tag: v.optional(v.array(v.string())) })],
  ['ArkType', type({ photo: type.instanceOf(File).array(), 'tag?': 'string[]' })],
];

describe.each(LIST)('a list of files, with %s', (_name, schema) => {
  test('is a list of one', async () => {
    const [status, body] = await send(schema, [PNG, { name: 'tag', content: 'a' }]);
    expect([status, body]).toEqual([
      200,
      [
        ['photo', [PHOTO]],
        ['tag', ['a']],
      ],
    ]);
  });

  test('is a list of two, in order', async () => {
    const second = { ...PNG, filename: 'dog.png' };
    expect(await send(schema, [PNG, second])).toEqual([200, [['photo', [PHOTO, 'dog.png image/png png']]]]);
  });
});

test('an empty file that was chosen is a file', async () => {
  const schema = z.object({ photo: z.file() });
  expect(await send(schema, [{ ...PNG, content: '' }])).toEqual([200, [['photo', 'cat.png image/png ']]]);
});

test.each(['__proto__', 'constructor', 'toString', 'a[b]', 'a.b', '_charset_', ''])(
  'the field %j is one like any other',
  async (name) => {
    const app = createApp({ logger: false, bodyReaders: readers() });
    let form: unknown;
    app.router.addRoute('POST', '/', {
      schema: { body: z.unknown() },
      handler: ({ request }) => {
        form = request.body;
        return null;
      },
    });
    const body = encode([
      { name, content: 'iso-8859-1' },
      { name: 'ä', content: 'ä' },
    ]);
    await app.fetch(
      new Request('http://localhost/', {
        method: 'POST',
        body: new Uint8Array(body),
        headers: { 'content-type': TYPE },
      }),
    );
    expect(Object.entries(form as object)).toEqual([
      [name, 'iso-8859-1'],
      ['ä', 'ä'],
    ]);
    expect(Object.getPrototypeOf(form)).toBe(null);
    expect(({} as Record<string, unknown>)['iso-8859-1']).toBe(undefined);
  },
);

test('reads the FormData of fetch', async () => {
  const schema = z.object({ title: z.string(), photo: z.file() });
  const form = new FormData();
  form.set('title', 'a "b"\r\nc');
  form.set('photo', new File(['png'], 'a "cat".png', { type: 'image/png' }));
  expect(await post(schema, form)).toEqual([
    200,
    [
      ['title', 'a "b"\r\nc'],
      ['photo', 'a _cat_.png image/png png'],
    ],
  ]);
});

test.each<[string, Uint8Array, string, number, string]>([
  ['a missing boundary', encode([TITLE]), 'multipart/form-data', 400, 'ERR_BLAIZE_MULTIPART_MALFORMED'],
  ['another charset', encode([TITLE]), `${TYPE}; charset=utf-16`, 415, 'ERR_BLAIZE_UNSUPPORTED_MEDIA_TYPE'],
  [
    'a field in another charset',
    encode([{ ...TITLE, type: 'text/plain; charset=iso-8859-1' }]),
    TYPE,
    415,
    'ERR_BLAIZE_UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'a field that is not UTF-8',
    encode([{ name: 'title', content: Buffer.from([0xff]) }]),
    TYPE,
    400,
    'ERR_BLAIZE_MULTIPART_MALFORMED',
  ],
  ['an empty body', new Uint8Array(), TYPE, 400, 'ERR_BLAIZE_MULTIPART_MALFORMED'],
])('%s is refused with a coded problem', async (_name, body, contentType, status, code) => {
  const schema = z.object({ title: z.string() });
  expect(await post(schema, new Uint8Array(body), { 'content-type': contentType })).toMatchObject([
    status,
    { code },
  ]);
});

test('a field in UTF-8 that says so is read', async () => {
  const schema = z.object({ title: z.string() });
  const type = 'text/plain;charset="UTF-8"';
  expect(await send(schema, [{ ...TITLE, type }])).toEqual([200, [['title', 'Cat']]]);
});
