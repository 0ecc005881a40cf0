import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { HttpError } from '@blaizejs/errors';
import { describe, expect, test, vi } from 'vitest';

import { resilientFetch } from '../../src/resilience.ts';
import { upstream } from './upstream.ts';

const name = 'payments';

describe('retries', () => {
  test.each([429, 502, 503, 504])('an answer of %i is tried again', async (status) => {
    const { url, requests } = await upstream((_request, response) => {
      response.statusCode = requests.length < 3 ? status : 200;
      response.end('paid');
    });
    const call = resilientFetch({ name });
    const response = await call(url);
    expect([response.status, await response.text(), requests.length]).toEqual([200, 'paid', 3]);
    expect(call.state).toMatchObject({ calls: 1, retries: 2, running: 0 });
  });

  test.each(['POST', 'PATCH'])('%s is not', async (method) => {
    const { url, requests } = await upstream((_request, response) => response.writeHead(503).end());
    expect((await resilientFetch({ name })(url, { method, body: 'x' })).status).toBe(503);
    expect(requests).toHaveLength(1);
  });

  test('the body is sent again, unless it is a stream', async () => {
    const bodies: string[] = [];
    const { url } = await upstream((request, response) => {
      void text(request).then((body) => {
        bodies.push(body);
        response.writeHead(bodies.length % 2 === 1 ? 503 : 200).end();
      });
    });
    const call = resilientFetch({ name });
    expect((await call(url, { method: 'PUT', body: 'value' })).status).toBe(200);
    const stream = new Blob(['once']).stream();
    expect((await call(url, { method: 'PUT', body: stream, duplex: 'half' })).status).toBe(503);
    expect(bodies).toEqual(['value', 'value', 'once']);
  });

  test('other answers are not tried again: 500 may have done its work', async () => {
    const { url, requests } = await upstream((_request, response) => response.writeHead(500).end());
    expect((await resilientFetch({ name })(url)).status).toBe(500);
    expect(requests).toHaveLength(1);
  });

  test('a Retry-After longer than maxDelay is not waited for', async () => {
    const { url, requests } = await upstream((_request, response) =>
      response.writeHead(503, { 'retry-after': '3600' }).end(),
    );
    expect((await resilientFetch({ name })(url)).status).toBe(503);
    expect(requests).toHaveLength(1);
  });

  test('they stay within their budget when everything fails', async () => {
    const { url, requests } = await upstream((_request, response) => response.writeHead(503).end());
    const call = resilientFetch({ name, breaker: false, retry: { budget: 10, maxDelay: 1 } });
    for (let count = 0; count < 50; count++) await call(url);
    // Ten that were saved up, and one for each ten calls.
    expect(requests.length).toBeLessThanOrEqual(50 + 10 + 5);
    expect(call.state.retries).toBe(requests.length - 50);
  });
});

describe('failures', () => {
  test('no answer in time is 504', async () => {
    const { url } = await upstream(() => undefined);
    const call = resilientFetch({ name, timeout: 30, retry: { limit: 1, maxDelay: 1 } });
    await expect(call(url)).rejects.toMatchObject({
      status: 504,
      message: 'payments did not answer in 30 ms.',
    });
    expect(call.state).toMatchObject({ failures: 2, retries: 1, running: 0 });
  });

  test('the timeout ends with the head of the answer', async () => {
    let end: (() => void) | undefined;
    const { url } = await upstream((_request, response) => {
      response.write('slow ');
      end = () => response.end('body');
    });
    const response = await resilientFetch({ name, timeout: 500 })(url);
    setTimeout(() => end?.(), 600);
    expect(await response.text()).toBe('slow body');
  });

  test('nobody there is 502, and says why', async () => {
    const call = resilientFetch({ name, retry: false });
    const error = await call('http://127.0.0.1:1/').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toMatchObject({
      status: 502,
      message: expect.stringMatching(/^payments cannot be reached: .+/),
    });
  });

  test('what the caller stops is its own reason, and no failure', async () => {
    const { url, requests } = await upstream(() => undefined);
    const call = resilientFetch({ name });
    const controller = new AbortController();
    const pending = call(url, { signal: controller.signal });
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    controller.abort(new RangeError('not wanted'));
    await expect(pending).rejects.toThrow('not wanted');
    expect(call.state).toMatchObject({ failures: 0, running: 0, circuit: 'closed' });
  });
});

describe('the circuit', () => {
  test('opens when too many calls fail, refuses at once, and closes when one is well again', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      let status = 500;
      const { url, requests } = await upstream((_request, response) => response.writeHead(status).end());
      const call = resilientFetch({ name, retry: false, breaker: { calls: 4, pause: 10_000 } });
      await call(url);
      await call(url);
      expect(call.state.circuit).toBe('open');
      await expect(call(url)).rejects.toMatchObject({
        status: 503,
        message: 'payments has failed too often: the call was not made.',
        headers: { 'retry-after': '10' },
      });
      expect(requests).toHaveLength(2);
      expect(call.state).toMatchObject({ calls: 3, failures: 2, refused: 1 });

      status = 200;
      vi.setSystemTime(Date.now() + 10_001);
      expect((await call(url)).status).toBe(200);
      expect(call.state.circuit).toBe('closed');
    } finally {
      vi.useRealTimers();
    }
  });

  test.each([
    [200, 'closed'],
    [500, 'open'],
  ] as const)('the call that decides goes on if its caller leaves: %i leaves it %s', async (status, then) => {
    const held: ServerResponse[] = [];
    const { url, requests } = await upstream((_request, response) => {
      if (requests.length > 2) held.push(response);
      else response.writeHead(500).end();
    });
    const call = resilientFetch({ name, retry: false, breaker: { calls: 4, pause: 1 } });
    await call(url);
    await call(url);
    expect(call.state.circuit).toBe('open');
    const controller = new AbortController();
    const pending = await vi.waitFor(() => {
      const trial = call(url, { signal: controller.signal });
      trial.catch(() => undefined);
      expect(call.state.circuit).toBe('half-open');
      return { trial };
    });
    await vi.waitFor(() => expect(held).toHaveLength(1));
    // Who waits for that one may leave as well.
    const waiting = call(url, { signal: controller.signal });
    controller.abort(new RangeError('not wanted'));
    await expect(pending.trial).rejects.toThrow('not wanted');
    await expect(waiting).rejects.toThrow('not wanted');
    expect(call.state).toMatchObject({ circuit: 'half-open', running: 0 });
    held[0]?.writeHead(status).end();
    await vi.waitFor(() => expect(call.state.circuit).toBe(then));
    expect(requests).toHaveLength(3);
  });

  test('answers of 4xx are not failures', async () => {
    const { url } = await upstream((_request, response) => response.writeHead(404).end());
    const call = resilientFetch({ name, breaker: { calls: 2 } });
    for (let count = 0; count < 5; count++) await call(url);
    expect(call.state.circuit).toBe('closed');
  });
});

test('calls beyond the bound wait, and beyond the queue are refused', async () => {
  const waiting: (() => void)[] = [];
  const { url, requests } = await upstream((_request, response) => {
    waiting.push(() => response.end('done'));
  });
  const call = resilientFetch({ name, bulkhead: { limit: 2, queue: 1 } });
  const pending = [call(url), call(url), call(url)];
  await vi.waitFor(() => expect(requests).toHaveLength(2));
  expect(call.state).toMatchObject({ running: 2, waiting: 1 });
  await expect(call(url)).rejects.toMatchObject({
    status: 503,
    message: 'payments has too many calls at once: the call was not made.',
  });
  waiting.splice(0).forEach((answer) => answer());
  await vi.waitFor(() => expect(requests).toHaveLength(3));
  waiting.splice(0).forEach((answer) => answer());
  await Promise.all(pending);
  expect(call.state).toMatchObject({ running: 0, waiting: 0, refused: 1 });
});

test.each([
  [{}, 'name'],
  [{ name: 'a b' }, 'name'],
  [{ name, timeout: 0 }, 'timeout'],
  [{ name, retry: { limit: -1 } }, 'retry.limit'],
  [{ name, retry: true }, 'retry'],
  [{ name, breaker: { failureRate: 0 } }, 'breaker.failureRate'],
  [{ name, bulkhead: { max: 5 } }, 'bulkhead.max'],
  [{ name, retries: 2 }, 'retries'],
])('the options %j are refused', (options, named) => {
  expect(() => resilientFetch(options as never)).toThrow(named);
});
