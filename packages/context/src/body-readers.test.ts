import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import { BadRequestError } from '@blaizejs/errors';
import { describe, expect, test, vi } from 'vitest';

import type { BodyReader, BodySource } from '@blaizejs/types';

import { contextOver, exchangeWith } from '../test/contexts.ts';
import type { RequestSide } from './request.ts';

const YAML = { 'content-type': 'Application/YAML; charset=utf-8' };

async function readAll({ stream }: BodySource): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

// One a turn, or they would be joined.
async function* slowly(pieces: readonly string[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) yield setImmediate(Buffer.from(piece));
}

/** A request whose body comes in pieces, read by a reader for YAML. */
function receive(
  reader: BodyReader,
  pieces: readonly string[],
  headers: Record<string, string> = YAML,
  bodyLimit = 10,
): RequestSide {
  const body = Readable.from(slowly(pieces));
  const exchange = exchangeWith({ headers, hasBody: pieces.length > 0, body: () => body });
  return contextOver(exchange, { bodyLimit, bodyReaders: new Map([['application/yaml', reader]]) }).request;
}

test('a reader gets the stream, the headers, the limit and the signal', async () => {
  let given: BodySource | undefined;
  const request = receive(
    async (source) => {
      given = source;
      return { text: await readAll(source) };
    },
    ['a: ', '1'],
  );
  expect(await request.readBody()).toEqual({ text: 'a: 1' });
  expect(given?.headers.get('content-type')).toBe(YAML['content-type']);
  expect([given?.limit, given?.signal]).toEqual([10, request.signal]);
});

test('a reader is for its own type only, in any case and with any parameters', async () => {
  const read = (headers: Record<string, string>) => receive(() => 1, ['a: 1'], headers).readBody();
  expect(await read({ 'content-type': 'APPLICATION/yaml;x=y' })).toBe(1);
  await expect(read({ 'content-type': 'application/yaml2' })).rejects.toThrow('application/yaml2 is not');
  await expect(read({})).rejects.toThrow('A body without a Content-Type is not');
});

test('it is not asked without a body, nor for another type', async () => {
  const reader = vi.fn();
  expect(await receive(reader, []).readBody()).toBeUndefined();
  expect(await receive(reader, ['{"a":1}'], { 'content-type': 'application/json' }).readBody()).toEqual({
    a: 1,
  });
  expect(reader).not.toHaveBeenCalled();
});

test('it replaces what is built in', async () => {
  const exchange = exchangeWith({
    headers: { 'content-type': 'text/plain' },
    hasBody: true,
    body: () => Readable.from([Buffer.from('a')]),
  });
  const reader = async (source: BodySource) => [await readAll(source)];
  const ctx = contextOver(exchange, { bodyReaders: new Map([['text/plain', reader]]) });
  expect(await ctx.request.readBody()).toEqual(['a']);
});

describe('the limit', () => {
  const tooLarge = expect.objectContaining({ status: 413, details: { limit: 10 } }) as Error;

  test('may be reached', async () => {
    expect(await receive(readAll, ['12345', '67890']).readBody()).toBe('1234567890');
  });

  test('ends the stream in the middle', async () => {
    const seen: string[] = [];
    const reader = async ({ stream }: BodySource): Promise<void> => {
      for await (const chunk of stream) seen.push(String(chunk));
    };
    await expect(receive(reader, ['123456', '78901', 'more']).readBody()).rejects.toEqual(tooLarge);
    expect(seen).toEqual(['123456']);
  });

  test('holds for the announced length, before the reader is asked', async () => {
    const reader = vi.fn();
    const headers = { ...YAML, 'content-length': '11' };
    await expect(receive(reader, ['x'], headers).readBody()).rejects.toEqual(tooLarge);
    expect(reader).not.toHaveBeenCalled();
  });
});

test('a body that is encoded is refused, before the reader is asked', async () => {
  const reader = vi.fn();
  const headers = { ...YAML, 'content-encoding': 'gzip' };
  await expect(receive(reader, [gzipSync('a').toString('latin1')], headers).readBody()).rejects.toMatchObject(
    {
      status: 415,
      headers: { 'accept-encoding': 'identity' },
    },
  );
  expect(reader).not.toHaveBeenCalled();
});

test.each([new BadRequestError('Line 3 is not YAML.'), new TypeError('bug')])(
  'what a reader throws stays what it is, at once or later: %s',
  async (error) => {
    const now = (): never => {
      throw error;
    };
    await expect(receive(now, ['x']).readBody()).rejects.toBe(error);
    await expect(receive(() => Promise.reject(error), ['x']).readBody()).rejects.toBe(error);
  },
);

test('a reader need not read, nor to the end', async () => {
  expect(await receive(() => 'ignored', ['x']).readBody()).toBe('ignored');
  const first = async ({ stream }: BodySource): Promise<unknown> => {
    for await (const chunk of stream) return String(chunk);
    return undefined;
  };
  expect(await receive(first, ['a', 'b', 'c']).readBody()).toBe('a');
});

test('after it, nobody else reads the body', async () => {
  const request = receive(readAll, ['a']);
  await request.readBody();
  await expect(request.text()).rejects.toMatchObject({ code: 'ERR_BLAIZE_BODY_READ' });
});

test('a type without a reader is refused with all that have one', async () => {
  const request = receive(readAll, ['x'], { 'content-type': 'application/xml' });
  await expect(request.readBody()).rejects.toMatchObject({
    status: 415,
    headers: { accept: 'application/json, application/x-www-form-urlencoded, text/plain, application/yaml' },
    message:
      'Content-Type application/xml is not supported; send one of application/json, ' +
      'application/x-www-form-urlencoded, text/plain, application/yaml.',
  });
});

test('the limit of the route can be asked for', () => {
  expect(receive(readAll, []).bodyLimit).toBe(10);
});
