import { Readable } from 'node:stream';

import { describe, expect, test } from 'vitest';

import { contextOver, responseTo } from '../test/contexts.ts';
import { isBinary } from './payload.ts';
import { WebExchange } from './web-exchange.ts';

describe('status', () => {
  test('is 404 until something is recorded, then 200 unless it is set', () => {
    const response = responseTo();
    expect([response.statusCode, response.answered]).toEqual([404, false]);
    expect(responseTo().json({}).statusCode).toBe(200);
    expect([response.status(201).statusCode, response.answered]).toEqual([201, true]);
  });

  test.each([0, 199, 600, 200.5, NaN, '200' as unknown as number])('can not be %s', (code) => {
    expect(() => responseTo().status(code)).toThrow(RangeError);
  });
});

describe('redirect', () => {
  test('is a 302 unless another status is given', () => {
    expect(responseTo().redirect('/next')).toMatchObject({ statusCode: 302, fields: { location: '/next' } });
    expect(responseTo().redirect(new URL('https://example.com/ä?x=1'), 308)).toMatchObject({
      statusCode: 308,
      fields: { location: 'https://example.com/%C3%A4?x=1' },
    });
  });

  test('encodes what a header may not hold, and nothing that is encoded', () => {
    const { fields } = responseTo().redirect('/a b%20c\r\nx: y/é\u{1f600}\ud800');
    expect(fields.location).toBe('/a%20b%20c%0D%0Ax:%20y/%C3%A9%F0%9F%98%80%EF%BF%BD');
  });
});

describe('content', () => {
  test('is recorded, with its type', () => {
    expect(responseTo().text('hi')).toMatchObject({
      kind: 'auto',
      body: 'hi',
      fields: { 'content-type': 'text/plain; charset=utf-8' },
    });
    expect(responseTo().html('<p>').fields['content-type']).toBe('text/html; charset=utf-8');
    expect(responseTo().json('text')).toMatchObject({ kind: 'json', body: 'text', fields: {} });
    const source = Readable.from(['a']);
    expect(responseTo().stream(source).type('text/csv')).toMatchObject({
      kind: 'auto',
      body: source,
      fields: { 'content-type': 'text/csv' },
    });
  });

  test('the last one counts', () => {
    expect(responseTo().json({ a: 1 }).text('b')).toMatchObject({ kind: 'auto', body: 'b' });
  });

  test('reset() forgets it, and what describes it', () => {
    const response = responseTo()
      .status(201)
      .json({})
      .headers({ etag: '"1"', 'content-encoding': 'gzip', 'cache-control': 'public', 'x-kept': '1' })
      .cookie('kept', '1');
    response.reset();
    expect(response).toMatchObject({ statusCode: 404, kind: 'none', body: undefined, answered: false });
    expect(Object.keys(response.fields)).toEqual(['x-kept', 'set-cookie']);
  });

  test('replaceBody() is written as what it replaces', () => {
    const response = responseTo().json('a');
    response.replaceBody('b');
    expect(response).toMatchObject({ kind: 'json', body: 'b' });
    const none = responseTo();
    none.replaceBody('b');
    expect(none).toMatchObject({ kind: 'auto', body: 'b' });
  });

  test.each([
    [{ a: 1 }, true],
    ['text', true],
    [[1], true],
    [new Uint8Array(1), false],
    [new ArrayBuffer(1), false],
    [new DataView(new ArrayBuffer(1)), false],
    [new Blob(['x']), false],
    [new ReadableStream(), false],
    [Readable.from([]), false],
  ])('of %o a schema can check: %s', (value, holds) => {
    const response = responseTo();
    response.answer(value);
    expect([response.holdsValue, isBinary(value)]).toEqual([holds, !holds]);
    expect(responseTo().holdsValue).toBe(false);
  });
});

describe('answer', () => {
  test.each([undefined, null])('%s is 204 unless something was said before', (nothing) => {
    const response = responseTo();
    response.answer(nothing);
    expect(response).toMatchObject({ statusCode: 204, kind: 'none' });

    const said = responseTo().json({ a: 1 });
    said.answer(nothing);
    expect(said).toMatchObject({ statusCode: 200, body: { a: 1 } });

    const created = responseTo().status(201);
    created.answer(nothing);
    expect(created).toMatchObject({ statusCode: 201, kind: 'none' });
  });

  test('itself says that everything was said', () => {
    const response = responseTo();
    response.answer(response.header('x-a', '1'));
    expect(response).toMatchObject({ statusCode: 200, kind: 'none', answered: true });
    response.answer(response.status(404));
    expect(response.statusCode).toBe(404);
  });

  test('any other value is the content', () => {
    for (const value of [0, false, '', 'a', [], {}]) {
      const response = responseTo().status(202);
      response.answer(value);
      expect(response).toMatchObject({ statusCode: 202, kind: 'auto', body: value });
    }
  });

  test('an error is thrown', () => {
    const error = new Error('x');
    expect(() => responseTo().answer(error)).toThrow(error);
  });

  test('a Response says everything, and adds its cookies', () => {
    const headers = new Headers({ 'x-a': '1', 'content-type': 'text/csv', 'transfer-encoding': 'chunked' });
    headers.append('set-cookie', 'b=2');
    headers.append('set-cookie', 'c=3');
    const response = responseTo().cookie('a', '1').header('x-a', '0');
    const adopted = new Response('x;y', { status: 206, headers });
    response.answer(adopted);
    expect(response).toMatchObject({ statusCode: 206, kind: 'auto', body: adopted.body });
    expect(response.fields).toEqual({
      'x-a': '1',
      'content-type': 'text/csv',
      'set-cookie': [expect.stringMatching(/^a=1;/), 'b=2', 'c=3'],
    });
  });

  test('a Response that was fetched is decoded, so what says otherwise is left out', () => {
    const headers = { 'content-encoding': 'gzip', 'content-length': '3', 'x-a': '1' };
    const fetched = Object.defineProperty(new Response('text', { headers }), 'type', { value: 'basic' });
    const response = responseTo();
    response.answer(fetched);
    expect(response.fields).toEqual({ 'content-type': 'text/plain;charset=UTF-8', 'x-a': '1' });

    const made = responseTo();
    made.answer(new Response('zip', { headers }));
    expect(made.fields).toMatchObject(headers);
  });

  test('a Response without content has none', () => {
    const response = responseTo();
    response.answer(new Response(null, { status: 304, headers: { etag: '"1"' } }));
    expect(response).toMatchObject({
      statusCode: 304,
      kind: 'none',
      body: undefined,
      fields: { etag: '"1"' },
    });
  });

  test('a Response that is a network error is refused', () => {
    expect(() => responseTo().answer(Response.error())).toThrow(RangeError);
  });
});

test('trailers() notes what makes them, until the next answer', () => {
  const make = () => ({ digest: 'x' });
  const response = responseTo()
    .stream(Readable.from(['a']), { flush: true })
    .trailers(make);
  expect([response.makeTrailers, response.flush]).toEqual([make, true]);
  response.reset();
  expect([response.makeTrailers, response.flush]).toEqual([undefined, undefined]);
});

test('nothing can be said any more once the head is out', () => {
  const exchange = new WebExchange(new Request('http://localhost/'));
  const { response } = contextOver(exchange);
  expect([response.sent, response.raw]).toEqual([false, undefined]);
  exchange.respond(200, {}, null);
  expect(response.sent).toBe(true);
  const late: [string, () => unknown][] = [
    ['status', () => response.status(201)],
    ['header', () => response.header('x-a', '1')],
    ['header', () => response.cookie('a', '1')],
    ['body', () => response.json({})],
    ['trailer', () => response.trailers(() => ({}))],
  ];
  for (const [what, call] of late) {
    expect(call).toThrow(
      expect.objectContaining({
        code: 'ERR_BLAIZE_RESPONSE_SENT',
        message: expect.stringContaining(
          `The ${what} of a response was set after it had been sent.`,
        ) as string,
      }),
    );
  }
});

describe('json() in the place of what was encoded', () => {
  test('has the type of JSON, where that of before went without saying', () => {
    const response = responseTo();
    response.send('text');
    expect(response.payload()).toBe('text');
    response.json({ wrapped: 'text' });
    expect(response.payload()).toBe('{"wrapped":"text"}');
    expect(response.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.get('content-length')).toBe('18');
  });

  test('keeps a type that was said', () => {
    const response = responseTo().type('application/vnd.api+json');
    response.json(1).payload();
    response.json(2).payload();
    expect(response.get('content-type')).toBe('application/vnd.api+json');
    expect(responseTo().send('text').type('application/problem+json').json(3).get('content-type')).toBe(
      'application/problem+json',
    );
  });
});

test('what takes the place of what was encoded leaves its status', () => {
  const response = responseTo().json({ a: 1 });
  response.payload();
  expect(response.send(null).statusCode).toBe(200);
  expect([response.payload(), response.get('content-length')]).toEqual([null, undefined]);
  expect(response.status(304).statusCode).toBe(304);
});

test('what was not answered is not answered by a look at its payload', () => {
  const response = responseTo();
  expect(response.payload()).toBe(null);
  expect([response.answered, response.statusCode]).toEqual([false, 404]);
});

test.each<[object]>([[{}], [{ json: undefined }]])(
  'format(%j) says that it needs an answer',
  async (choices) => {
    await expect(responseTo().format(choices)).rejects.toThrow(
      'format() needs an answer, such as { json: () => value }.',
    );
  },
);
