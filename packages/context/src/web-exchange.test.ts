import { finished } from 'node:stream/promises';

import { describe, expect, test } from 'vitest';

import { WebExchange } from './web-exchange.ts';

function exchangeOf(init?: RequestInit): { exchange: WebExchange; left: () => number } {
  const exchange = new WebExchange(new Request('http://localhost/', init));
  let count = 0;
  exchange.onClose(() => (count += exchange.aborted ? 1 : 0));
  return { exchange, left: () => count };
}

test('takes a Request apart', () => {
  const request = new Request('https://example.com:8443//a/b?c=d#e', {
    method: 'PUT',
    body: 'x',
    headers: { 'X-A': '1' },
  });
  const exchange = new WebExchange(request);
  expect(exchange).toMatchObject({
    method: 'PUT',
    target: '//a/b?c=d',
    authority: 'example.com:8443',
    scheme: 'https',
    protocol: 'HTTP/1.1',
    hasBody: true,
    remoteAddress: undefined,
    peer: undefined,
    tunnel: undefined,
    requestTrailers: undefined,
    responded: false,
    status: 0,
    aborted: false,
    rawRequest: request,
    rawResponse: undefined,
  });
  expect(exchange.headers).toMatchObject({ host: 'example.com:8443', 'x-a': '1' });
  expect(Object.getPrototypeOf(exchange.headers)).toBeNull();
  expect(new WebExchange(request, { remoteAddress: '192.0.2.1' }).remoteAddress).toBe('192.0.2.1');
  expect(exchangeOf().exchange).toMatchObject({ scheme: 'http', hasBody: false });
});

describe('a response', () => {
  test('in one piece', async () => {
    const { exchange } = exchangeOf();
    exchange.respond(201, { 'x-a': '1', 'set-cookie': ['a=1', 'b=2'], gone: undefined }, 'hello');
    const response = await exchange.response;
    expect([response.status, await response.text()]).toEqual([201, 'hello']);
    expect(response.headers.get('x-a')).toBe('1');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.has('gone')).toBe(false);
    expect(exchange).toMatchObject({ responded: true, status: 201 });
  });

  test('has neither early hints nor trailers', async () => {
    const { exchange } = exchangeOf();
    exchange.inform();
    exchange.limitRequest();
    expect(exchange.responded).toBe(false);
    exchange.respondStream(200, {}).end('all');
    const response = await exchange.response;
    expect([exchange.status, await response.text()]).toEqual([200, 'all']);
  });

  test('without content', async () => {
    const { exchange } = exchangeOf();
    exchange.respond(204, {}, null);
    const { status, body } = await exchange.response;
    expect([status, body]).toEqual([204, null]);
  });

  test('as a stream, whose head is there before its content', async () => {
    const { exchange, left } = exchangeOf();
    const sink = exchange.respondStream(200, { 'content-type': 'text/plain' });
    const response = await exchange.response;
    expect(response.headers.get('content-type')).toBe('text/plain');
    sink.write('a');
    sink.end('b');
    expect(await response.text()).toBe('ab');
    expect([exchange.aborted, left()]).toEqual([false, 0]);
  });
});

describe('a client that leaves', () => {
  test('before it began', async () => {
    const reason = new Error('gone');
    const { exchange, left } = exchangeOf({ signal: AbortSignal.abort(reason) });
    expect([exchange.aborted, left()]).toEqual([true, 1]);
    await expect(exchange.response).rejects.toBe(reason);
    expect(exchange.respondStream(200, {}).destroyed).toBe(true);
  });

  test('while it waits', async () => {
    const client = new AbortController();
    const { exchange, left } = exchangeOf({ signal: client.signal });
    client.abort(new Error('gone'));
    await expect(exchange.response).rejects.toThrow('gone');
    exchange.respond(200, {}, 'too late');
    client.abort();
    expect([exchange.aborted, left()]).toEqual([true, 1]);
  });

  test('in the middle of its answer', async () => {
    const client = new AbortController();
    const { exchange, left } = exchangeOf({ signal: client.signal });
    const sink = exchange.respondStream(200, {});
    sink.write('half');
    const response = await exchange.response;
    client.abort();
    expect([exchange.aborted, left(), sink.destroyed]).toEqual([true, 1, true]);
    await expect(response.text()).rejects.toThrow();
  });

  test('by cancelling its answer', async () => {
    const { exchange, left } = exchangeOf();
    const sink = exchange.respondStream(200, {});
    sink.write('first');
    const reader = (await exchange.response).body!.getReader();
    expect(Buffer.from((await reader.read()).value).toString()).toBe('first');
    const leaving = new Promise<void>((resolve) => exchange.onClose(resolve));
    await reader.cancel();
    await leaving;
    expect([exchange.aborted, left(), sink.destroyed]).toEqual([true, 1, true]);
  });

  test('after a complete answer has not left it', async () => {
    const client = new AbortController();
    const { exchange, left } = exchangeOf({ signal: client.signal });
    exchange.respond(200, {}, 'all');
    client.abort();
    expect([exchange.aborted, left()]).toEqual([false, 0]);

    const streaming = exchangeOf({ signal: client.signal });
    expect(streaming.exchange.aborted).toBe(true);
    const second = new AbortController();
    const streamed = exchangeOf({ signal: second.signal });
    const sink = streamed.exchange.respondStream(200, {});
    sink.end('all');
    const response = await streamed.exchange.response;
    await finished(sink, { readable: false });
    second.abort();
    expect([await response.text(), streamed.left()]).toEqual(['all', 0]);
  });
});

describe('abort by the server', () => {
  test('before the answer rejects it', async () => {
    const { exchange, left } = exchangeOf();
    exchange.abort();
    await expect(exchange.response).rejects.toMatchObject({ code: 'ERR_BLAIZE_ABORTED' });
    expect(left()).toBe(0);
  });

  test('in the middle of the answer breaks it off', async () => {
    const { exchange, left } = exchangeOf();
    const sink = exchange.respondStream(200, {});
    sink.on('error', () => undefined);
    sink.write('half');
    const response = await exchange.response;
    exchange.abort(new Error('database gone'));
    await expect(response.text()).rejects.toThrow('database gone');
    expect([exchange.aborted, left()]).toEqual([false, 0]);
  });
});

test('the content is one stream, however often it is asked for', () => {
  const { exchange } = exchangeOf({ method: 'POST', body: 'x' });
  expect(exchange.body()).toBe(exchange.body());
});
