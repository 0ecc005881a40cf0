import { ServiceUnavailableError } from '@blaizejs/errors';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ClientError, type ClientOptions, createClient } from '../src/index.ts';

interface Routes {
  GET: { '/a': () => string };
  PUT: { '/a': () => string };
  POST: { '/a': () => string };
}

beforeEach(() => void vi.useFakeTimers({ now: 1e12 }));
afterEach(() => void vi.useRealTimers());

/** A client whose requests are answered in turn: by a status, a response, or a failure of the network. */
function answering(answers: readonly (number | Response | Error)[], options: ClientOptions = {}) {
  const left = [...answers];
  const sent: { at: number; body: string; headers: Headers }[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    sent.push({ at: Date.now() - 1e12, body: await request.text(), headers: request.headers });
    const answer = left.shift() ?? 200;
    if (answer instanceof Error) throw answer;
    return typeof answer === 'number' ? new Response('ok', { status: answer }) : answer;
  };
  return { api: createClient<Routes>('https://example.org', { fetch, ...options }), sent };
}

/** Lets time pass until a call has settled. */
async function settled<T>(work: Promise<T>): Promise<T> {
  const [result] = await Promise.allSettled([work, vi.runAllTimersAsync()]);
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

const later = (after: string) => new Response(null, { status: 503, headers: { 'retry-after': after } });

test('failures of the network and of the server are tried twice more, after longer and longer times', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const { api, sent } = answering([new TypeError('fetch failed'), 503]);
  expect(await settled(api.get('/a'))).toBe('ok');
  expect(sent.map(({ at }) => at)).toEqual([0, 300, 900]);
  vi.restoreAllMocks();

  const down = answering([502, 504, 503]);
  await expect(settled(down.api.get('/a'))).rejects.toBeInstanceOf(ServiceUnavailableError);
  expect(down.sent).toHaveLength(3);
});

test.each([400, 404, 500, 501])('%i is not tried again', async (status) => {
  const { api, sent } = answering([status]);
  await expect(settled(api.get('/a'))).rejects.toMatchObject({ status });
  expect(sent).toHaveLength(1);
});

test('a POST is tried once, unless the client says otherwise', async () => {
  const { api, sent } = answering([new TypeError('fetch failed')]);
  await expect(settled(api.post('/a', { body: 'x' }))).rejects.toMatchObject({
    code: 'ERR_BLAIZE_CLIENT_NETWORK',
  });
  expect(sent).toHaveLength(1);

  const willing = answering([503], { retry: { methods: ['POST'] } });
  expect(await settled(willing.api.post('/a', { body: { a: 1 } }))).toBe('ok');
  expect(willing.sent.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}']);
});

test('a form is encoded again for each attempt', async () => {
  // A Blob is read in real time.
  vi.useRealTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const { api, sent } = answering([503]);
  expect(await api.put('/a', { body: { file: new Blob(['x']) } })).toBe('ok');
  for (const { body, headers } of sent) {
    const boundary = /boundary=(.+)/.exec(headers.get('content-type') ?? '')?.[1];
    expect(body).toContain(`--${boundary}--`);
  }
  expect(sent).toHaveLength(2);
  vi.restoreAllMocks();
});

test('a stream is never sent twice', async () => {
  vi.useRealTimers();
  const { api, sent } = answering([503]);
  const body = new Blob(['once']).stream();
  await expect(api.put('/a', { body })).rejects.toMatchObject({ status: 503 });
  expect(sent.map(({ body }) => body)).toEqual(['once']);
});

test('Retry-After is waited for: seconds, or a date', async () => {
  const { api, sent } = answering([later('2'), later(new Date(1e12 + 5_000).toUTCString())]);
  expect(await settled(api.get('/a'))).toBe('ok');
  expect(sent.map(({ at }) => at)).toEqual([0, 2_000, 5_000]);
});

test.each(['-1', '1.5', '+2', 'soon', '2026-01-01', '1, 2'])(
  'a Retry-After of %s is neither seconds nor a date, and is ignored',
  async (after) => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const { api, sent } = answering([later(after)]);
    expect(await settled(api.get('/a'))).toBe('ok');
    expect(sent.map(({ at }) => at)).toEqual([0, 300]);
    vi.restoreAllMocks();
  },
);

test.each([
  // 1e12 is Sun, 09 Sep 2001 01:46:40 GMT.
  ['Sun, 09 Sep 2001 01:46:45 GMT', 5_000],
  ['Sunday, 09-Sep-01 01:46:45 GMT', 5_000],
  ['Sun Sep  9 01:46:45 2001', 5_000],
  ['Sun, 09 Sep 2001 01:46:00 GMT', 0],
  ['0', 0],
])('a Retry-After of %s is read in each format of RFC 9110', async (after, at) => {
  const { api, sent } = answering([later(after)]);
  await settled(api.get('/a'));
  expect(sent.map(({ at }) => at)).toEqual([0, at]);
});

test('a part of retry that is undefined is left out', async () => {
  const { api, sent } = answering([503, 503, 503], { retry: { limit: undefined, maxDelay: 1 } });
  await expect(settled(api.get('/a', { retry: { limit: undefined } }))).rejects.toMatchObject({
    status: 503,
  });
  expect(sent).toHaveLength(3);
});

test('a Retry-After beyond maxDelay or the timeout ends the attempts', async () => {
  for (const [after, options] of [
    ['31', {}],
    ['2', { retry: { maxDelay: 1_000 } }],
    ['2', { timeout: 1_000 }],
  ] as const) {
    const { api, sent } = answering([later(after)], options);
    await expect(settled(api.get('/a'))).rejects.toMatchObject({
      status: 503,
      headers: { 'retry-after': after },
    });
    expect(sent).toHaveLength(1);
  }
});

test('a call has its own limit', async () => {
  const { api, sent } = answering([503, 503, 503], { retry: 5 });
  await expect(settled(api.get('/a', { retry: 1 }))).rejects.toMatchObject({ status: 503 });
  expect(sent).toHaveLength(2);
  await expect(settled(api.get('/a', { retry: 0 }))).rejects.toMatchObject({ status: 503 });
});

test('each attempt asks for headers again, and can be seen', async () => {
  const attempts: number[] = [];
  const statuses: number[] = [];
  let token = 0;
  const { api, sent } = answering([503], {
    headers: () => Promise.resolve({ authorization: `Bearer ${++token}` }),
    onRequest: ({ attempt, headers }) => {
      attempts.push(attempt);
      headers.set('x-attempt', String(attempt));
    },
    onResponse: ({ status }) => statuses.push(status),
  });
  await settled(api.get('/a'));
  expect(sent.map(({ headers }) => [headers.get('authorization'), headers.get('x-attempt')])).toEqual([
    ['Bearer 1', '1'],
    ['Bearer 2', '2'],
  ]);
  expect([attempts, statuses]).toEqual([
    [1, 2],
    [503, 200],
  ]);
});

test('waiting ends when the caller aborts, and when the time is over', async () => {
  const { api } = answering([later('10')]);
  const controller = new AbortController();
  const call = api.get('/a', { signal: controller.signal });
  setTimeout(() => controller.abort(new Error('left')), 1_000);
  await expect(settled(call)).rejects.toMatchObject({
    code: 'ERR_BLAIZE_CLIENT_ABORTED',
    name: 'AbortError',
    cause: new Error('left'),
  });
});

test('an error of a hook is not one of the network', async () => {
  const fault = new Error('hook');
  const { api, sent } = answering([], {
    onRequest: () => {
      throw fault;
    },
  });
  await expect(settled(api.get('/a'))).rejects.toBe(fault);
  expect(sent).toEqual([]);
});

test('onError sees what a call fails with, and may replace it', async () => {
  const seen: unknown[] = [];
  const { api } = answering([404, 404], {
    onError: (error, { method, path }) => {
      seen.push([method, path, error.name]);
      return new Error('ours', { cause: error });
    },
  });
  await expect(settled(api.get('/a'))).rejects.toThrow('ours');
  expect(seen).toEqual([['GET', '/a', 'NotFoundError']]);
  // A result is no failure.
  expect((await settled(api.get.result('/a'))).ok).toBe(false);
  expect(seen).toHaveLength(1);
  expect(new ClientError('ERR_BLAIZE_CLIENT_TIMEOUT', '').name).toBe('TimeoutError');
});
