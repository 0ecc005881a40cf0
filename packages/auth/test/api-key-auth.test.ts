import { describe, expect, test, vi } from 'vitest';

import { ask, WAYS } from '../../../tooling/test/ways.ts';
import { apiKeyAuth, createApiKey, type StoredApiKey } from '../src/index.ts';
import { outcome, serve } from './server.ts';

const { key, hash } = createApiKey('acme');
const stored: StoredApiKey<{ name: string }> = { user: { name: 'shop' }, hash };
const find = (given: string) => (given === hash ? stored : undefined);

describe.each(WAYS)('%s', (way) => {
  test('in a header', async () => {
    await using app = await serve([apiKeyAuth({ find })]);
    const challenge = 'ApiKey in="header", name="x-api-key"';
    expect(await outcome(app, way, { 'x-api-key': key })).toMatchObject({
      status: 200,
      body: { user: { name: 'shop' } },
    });
    expect(await outcome(app, way)).toMatchObject({
      status: 401,
      challenge,
      body: { code: 'ERR_BLAIZE_UNAUTHORIZED' },
    });
    for (const wrong of [`${key}x`, key.toLowerCase(), `${key}, ${key}`, 'a'.repeat(8000), '\xff']) {
      expect(await outcome(app, way, { 'x-api-key': wrong })).toMatchObject({
        status: 401,
        challenge,
        body: { code: 'ERR_BLAIZE_AUTH_CREDENTIALS' },
      });
    }
    expect(await outcome(app, way, {}, `/?x-api-key=${key}`)).toMatchObject({ status: 401 });
  });

  test('in the query, once', async () => {
    await using app = await serve([apiKeyAuth({ find, from: { query: 'key' }, realm: 'shop' })]);
    expect(await outcome(app, way, {}, `/?key=${key}`)).toMatchObject({ status: 200 });
    const challenge = 'ApiKey realm="shop", in="query", name="key"';
    expect(await outcome(app, way, {}, '/')).toMatchObject({ status: 401, challenge });
    for (const query of [`key=${key}&key=${key}`, 'key=x', 'key=%00', `KEY=${key}`, `key[]=${key}`]) {
      expect(await outcome(app, way, {}, `/?${query}`)).toMatchObject({ status: 401, challenge });
    }
  });

  test('as a bearer token', async () => {
    await using app = await serve([apiKeyAuth({ find, from: 'bearer', realm: 'shop' })]);
    expect(await outcome(app, way, { authorization: `Bearer ${key}` })).toMatchObject({ status: 200 });
    expect(await outcome(app, way)).toMatchObject({ status: 401, challenge: 'Bearer realm="shop"' });
    for (const wrong of ['Bearer', 'Bearer x', `Bearer ${key}, Bearer ${key}`, `Bearer ${key} ${key}`]) {
      expect(await outcome(app, way, { authorization: wrong })).toMatchObject({
        status: 401,
        challenge:
          'Bearer realm="shop", error="invalid_token", error_description="The API key is not valid."',
      });
    }
  });

  test('shared caches do not keep the answer, which they would take for a public one', async () => {
    await using app = await serve([apiKeyAuth({ find })]);
    const response = await ask(app, way, '/', { headers: { 'x-api-key': key } });
    expect(response.headers.get('cache-control')).toBe('private');
  });
});

test('with a prefix, what cannot be a key is not looked up', async () => {
  const lookUp = vi.fn(find);
  await using app = await serve([apiKeyAuth({ find: lookUp, prefix: 'acme' })]);
  for (const wrong of ['x', `${key.slice(0, -1)}-`, createApiKey('other').key]) {
    expect(await outcome(app, 'HTTP/2', { 'x-api-key': wrong })).toMatchObject({ status: 401 });
  }
  expect(lookUp).not.toHaveBeenCalled();
  expect(await outcome(app, 'HTTP/2', { 'x-api-key': key })).toMatchObject({ status: 200 });
});

test('what a database finds too loosely is refused', async () => {
  await using app = await serve([apiKeyAuth({ find: async () => stored })]);
  expect(await outcome(app, 'HTTP/2', { 'x-api-key': 'other' })).toMatchObject({ status: 401 });
});

test('options are checked', () => {
  // @ts-expect-error -- there is no find
  expect(() => apiKeyAuth({})).toThrow('find: expected a function');
  // @ts-expect-error -- the name of an option
  expect(() => apiKeyAuth({ find, prefx: 'a' })).toThrow('Did you mean `prefix`?');
  expect(() => apiKeyAuth({ find, prefix: 'a b' })).toThrow('prefix');
  for (const from of [{}, { header: 'a b' }, { header: 'Authorization' }, { query: '' }, { cookie: 'a' }]) {
    expect(() => apiKeyAuth({ find, from: from as never })).toThrow('from: expected "bearer"');
  }
});
