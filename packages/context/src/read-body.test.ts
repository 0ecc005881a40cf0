import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import { contextOf, contextOver, exchangeWith } from '../test/contexts.ts';
import { DEFAULT_BODY_LIMIT } from './create-context.ts';
import { RequestAbortedError } from './read-body.ts';
import type { RequestSide } from './request.ts';

function post(
  body: NonNullable<RequestInit['body']>,
  headers: Record<string, string> = {},
  bodyLimit?: number,
): RequestSide {
  const request = new Request('http://localhost/', { method: 'POST', body, headers, duplex: 'half' });
  return contextOf(request, { bodyLimit }).request;
}

/** Content that comes in pieces, and does not end by itself unless it is told to. */
function slowly(...pieces: string[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
    },
  });
}

/** A request whose content is a Node stream, as the adapters have it. */
function receive(body: Readable, bodyLimit = 100): RequestSide {
  return contextOver(exchangeWith({ headers: {}, hasBody: true, body: () => body }), { bodyLimit }).request;
}

const tooLarge = (limit: number) => expect.objectContaining({ status: 413, details: { limit } }) as Error;
const json = { 'content-type': 'application/json' };

describe('reading', () => {
  test('gives bytes, text, JSON and forms', async () => {
    expect(await post('héllo').bytes()).toEqual(Buffer.from('héllo'));
    expect(await post('héllo').text()).toBe('héllo');
    expect(await post('{"a":1}', json).json()).toEqual({ a: 1 });
    expect(await post('{"a":1}').json()).toEqual({ a: 1 });
    expect([...(await post(new URLSearchParams({ a: '1' })).formData())]).toEqual([['a', '1']]);
    expect(await post('{"a":1}', json).readBody()).toEqual({ a: 1 });
    expect(await textOf(post('streamed').stream())).toBe('streamed');
  });

  test('joins what comes in pieces, also within a character', async () => {
    const bytes = Buffer.from('aé\u{1f600}');
    const pieces = Readable.from([...bytes].map((byte) => Buffer.from([byte])));
    expect(await receive(pieces).text()).toBe('aé\u{1f600}');
  });

  test('without content there are no bytes', async () => {
    const request = contextOf(new Request('http://localhost/')).request;
    expect(await request.text()).toBe('');
    expect(await request.readBody()).toBeUndefined();
    await expect(request.json()).rejects.toMatchObject({ status: 400 });
    expect(await textOf(contextOf(new Request('http://localhost/')).request.stream())).toBe('');
  });

  test('ends with the last byte that was announced', async () => {
    expect(await post(slowly('he', 'llo'), { 'content-length': '5' }).text()).toBe('hello');
  });

  test('refuses another charset and bytes that are not UTF-8', async () => {
    const latin1 = { 'content-type': 'text/plain; charset=latin1' };
    await expect(post('x', latin1).text()).rejects.toMatchObject({ status: 415 });
    await expect(post(new Uint8Array([0xff])).text()).rejects.toMatchObject({ status: 400 });
    await expect(post(new Uint8Array([0xff]), json).json()).rejects.toMatchObject({ status: 400 });
    expect(await post(new Uint8Array([0xff])).bytes()).toEqual(Buffer.from([0xff]));
  });

  test('refuses content that is encoded, and says so', async () => {
    const request = post(gzipSync('{}'), { ...json, 'content-encoding': 'gzip' });
    await expect(request.json()).rejects.toMatchObject({
      status: 415,
      headers: { 'accept-encoding': 'identity' },
      message: 'Content-Encoding gzip is not supported; send the body unencoded.',
    });
    expect(await post('x', { 'content-encoding': 'Identity' }).text()).toBe('x');
  });
});

describe('the limit', () => {
  test('is 1 MiB where nothing else was said', async () => {
    expect(await post(new Uint8Array(DEFAULT_BODY_LIMIT)).bytes()).toHaveLength(1_048_576);
    await expect(post(new Uint8Array(DEFAULT_BODY_LIMIT + 1)).bytes()).rejects.toEqual(
      tooLarge(DEFAULT_BODY_LIMIT),
    );
  });

  test('may be reached, and not passed', async () => {
    expect(await post('12345', {}, 5).text()).toBe('12345');
    await expect(post('123456', {}, 5).text()).rejects.toEqual(tooLarge(5));
  });

  test('holds for the announced length, before anything is read', async () => {
    let read = false;
    const body = new ReadableStream({ pull: () => void (read = true) }, { highWaterMark: 0 });
    await expect(post(body, { 'content-length': '6' }, 5).bytes()).rejects.toEqual(tooLarge(5));
    expect(read).toBe(false);
  });

  test.each([{}, { 'content-length': '3' }, { 'content-length': 'x' }])(
    'holds for what comes, whatever was announced: %j',
    async (headers) => {
      await expect(post(slowly('1234', '56'), headers, 5).bytes()).rejects.toEqual(tooLarge(5));
    },
  );

  test('does not hold for a stream', async () => {
    expect(await textOf(post('123456', {}, 5).stream())).toBe('123456');
  });

  test('stops the stream, whose later errors harm nobody', async () => {
    const body = new Readable({ read: () => undefined });
    const reading = receive(body, 5).bytes();
    body.push('123456');
    await expect(reading).rejects.toEqual(tooLarge(5));
    expect(body.isPaused()).toBe(true);
    body.destroy(new Error('connection reset'));
    await new Promise((resolve) => body.once('close', resolve));
  });
});

describe('a client that leaves', () => {
  const aborted = {
    name: 'RequestAbortedError',
    status: 400,
    code: 'ERR_BLAIZE_REQUEST_ABORTED',
  };

  test('while its content is read', async () => {
    const client = new AbortController();
    const body = slowly('half');
    const request = new Request('http://localhost/', {
      method: 'POST',
      body,
      duplex: 'half',
      signal: client.signal,
    });
    const reading = contextOf(request).request.text();
    client.abort();
    await expect(reading).rejects.toMatchObject(aborted);
  });

  test('before it is read', async () => {
    const signal = AbortSignal.abort();
    const request = new Request('http://localhost/', { method: 'POST', body: 'x', signal });
    await expect(contextOf(request).request.text()).rejects.toMatchObject(aborted);
  });

  test('breaks the framing', async () => {
    const body = new Readable({ read: () => undefined });
    const reading = receive(body).bytes();
    const cause = new Error('parse error');
    body.destroy(cause);
    const error: unknown = await reading.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RequestAbortedError);
    expect(error).toMatchObject({ cause });
  });

  test('closes without an error', async () => {
    const body = new Readable({ read: () => undefined });
    const reading = receive(body).bytes();
    body.destroy();
    await expect(reading).rejects.toMatchObject(aborted);
    await expect(receive(body).bytes()).rejects.toMatchObject(aborted);
  });
});

describe('reading twice', () => {
  const used = { code: 'ERR_BLAIZE_BODY_READ' };

  test('bytes(), text(), json() and readBody() may be combined', async () => {
    const request = post('{"a":1}', json);
    const [bytes, text, value, content] = await Promise.all([
      request.bytes(),
      request.text(),
      request.json(),
      request.readBody(),
    ]);
    expect([bytes.toString(), text, value, content]).toEqual(['{"a":1}', '{"a":1}', { a: 1 }, { a: 1 }]);
    expect(await request.json()).toEqual({ a: 1 });
  });

  test('an error stays the same', async () => {
    const request = post('{', json);
    await expect(request.json()).rejects.toMatchObject({ status: 400 });
    await expect(request.json()).rejects.toMatchObject({ status: 400 });
    expect(await request.text()).toBe('{');
  });

  test('stream() after another method is refused', async () => {
    const request = post('{}', json);
    await request.json();
    expect(() => request.stream()).toThrow(
      expect.objectContaining({ ...used, message: expect.stringContaining('another method') as string }),
    );
  });

  test('everything after stream() is refused', async () => {
    const request = post('{}', json);
    request.stream();
    expect(() => request.stream()).toThrow(expect.objectContaining(used));
    for (const method of ['bytes', 'text', 'json', 'formData', 'readBody'] as const) {
      await expect(request[method]()).rejects.toMatchObject({
        ...used,
        message: expect.stringContaining('already read by stream()') as string,
      });
    }
  });
});
