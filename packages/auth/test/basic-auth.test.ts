import type { TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { WAYS } from '../../../tooling/test/ways.ts';
import { basicAuth, hashPassword } from '../src/index.ts';
import { outcome, serve } from './server.ts';

const CHEAP = { ln: 10, r: 8, p: 1 };
const CHALLENGE = 'Basic realm="Reports", charset="UTF-8"';
const basic = (text: string | Uint8Array): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(text).toString('base64')}`,
});

interface Stored {
  readonly user: { readonly name: string };
  hash: string;
}
const users = new Map<string, Stored>();
let app: TestServer;

beforeAll(async () => {
  users.set('alice', { user: { name: 'Alice' }, hash: await hashPassword('a:b:ç', CHEAP) });
  users.set('', { user: { name: 'nobody' }, hash: await hashPassword('', CHEAP) });
  app = await serve([basicAuth({ realm: 'Reports', find: (name) => users.get(name) })]);
});
afterAll(() => app.close());

describe.each(WAYS)('%s', (way) => {
  test('a password may have colons and any character, as UTF-8 (RFC 7617 section 2.1)', async () => {
    expect(await outcome(app, way, basic('alice:a:b:ç'))).toMatchObject({
      status: 200,
      body: { user: { name: 'Alice' } },
    });
    // The same characters, decomposed.
    expect(await outcome(app, way, basic('alice:a:b:ç'.normalize('NFD')))).toMatchObject({ status: 200 });
  });

  test('the scheme is in any case, and may have several spaces behind it', async () => {
    const authorization = `bAsIc   ${Buffer.from('alice:a:b:ç').toString('base64')}`;
    expect(await outcome(app, way, { authorization })).toMatchObject({ status: 200 });
  });

  test('an empty name and password are a name and a password', async () => {
    expect(await outcome(app, way, basic(':'))).toMatchObject({
      status: 200,
      body: { user: { name: 'nobody' } },
    });
  });

  test('no credentials: 401 with a challenge', async () => {
    expect(await outcome(app, way)).toMatchObject({
      status: 401,
      challenge: CHALLENGE,
      body: { code: 'ERR_BLAIZE_UNAUTHORIZED' },
    });
    expect(await outcome(app, way, { authorization: 'Bearer abc' })).toMatchObject({
      status: 401,
      challenge: CHALLENGE,
      body: { code: 'ERR_BLAIZE_UNAUTHORIZED' },
    });
  });

  test.each([
    ['a wrong password', basic('alice:wrong')],
    ['an unknown user', basic('bob:a:b:ç')],
    ['a name of what objects inherit', basic('__proto__:x')],
    ['no colon', basic('alice')],
    ['nothing', { authorization: 'Basic' }],
    ['no base64', { authorization: 'Basic ***' }],
    ['base64 with garbage', { authorization: `Basic ${Buffer.from('alice:a:b:ç').toString('base64')}!` }],
    ['base64url', { authorization: 'Basic YTo_Pz8-' }],
    ['bits that base64 does not use', { authorization: 'Basic YWxpY2U6YTpiOsOn'.replace(/.$/, 'p==') }],
    ['bytes that are no UTF-8', basic(Buffer.from('alice:a:b:\xe7', 'latin1'))],
    ['a NUL (RFC 7617 section 2)', basic('alice\0:a:b:ç')],
    ['a line break', basic('alice:a:b:ç\n')],
    [
      'two that were joined',
      { authorization: `${basic('alice:a:b:ç').authorization}, ${basic('alice:a:b:ç').authorization}` },
    ],
    ['a parameter behind', { authorization: `${basic('alice:a:b:ç').authorization}, realm="x"` }],
    ['a huge name', basic(`${'a'.repeat(6000)}:x`)],
    ['a huge password', basic(`alice:${'a'.repeat(6000)}`)],
  ])('%s: 401 with a challenge', async (_what, headers) => {
    expect(await outcome(app, way, headers)).toMatchObject({
      status: 401,
      challenge: CHALLENGE,
      body: { code: 'ERR_BLAIZE_AUTH_CREDENTIALS' },
    });
  });

  test('a header that is larger than any is refused: 401 in process, 431 over sockets', async () => {
    const { status } = await outcome(app, way, basic('a'.repeat(1_000_000))).catch(() => ({ status: 431 }));
    expect(status).toBe(way === 'in process' ? 401 : 431);
  });

  test('whatever find() throws is an error of the server', async () => {
    await using broken = await serve([
      basicAuth({
        find: () => {
          throw new Error('no database');
        },
      }),
    ]);
    expect(await outcome(broken, way, basic('a:b'))).toMatchObject({ status: 500 });
    expect(await outcome(broken, way)).toMatchObject({ status: 401 });
  });

  test('verify() may check a password itself', async () => {
    await using own = await serve([
      basicAuth({ verify: (name, password) => (password === 'right' ? { name } : null) }),
    ]);
    expect(await outcome(own, way, basic('ö:right'))).toMatchObject({
      status: 200,
      body: { user: { name: 'ö' } },
    });
    expect(await outcome(own, way, basic('ö:wrong'))).toMatchObject({
      status: 401,
      challenge: 'Basic realm="Restricted", charset="UTF-8"',
    });
  });

  test('optional: a request without credentials is served, one with bad ones is not', async () => {
    await using open = await serve([
      basicAuth({ optional: true, verify: (name) => (name === 'x' ? { name } : undefined) }),
    ]);
    expect(await outcome(open, way)).toMatchObject({ status: 200, body: { user: null } });
    expect(await outcome(open, way, { authorization: 'Bearer x' })).toMatchObject({ status: 200 });
    expect(await outcome(open, way, basic('x:'))).toMatchObject({ body: { user: { name: 'x' } } });
    expect(await outcome(open, way, basic('y:'))).toMatchObject({ status: 401 });
  });
});

test('a password that changes counts at once, although the old one was remembered', async () => {
  users.set('carol', { user: { name: 'Carol' }, hash: await hashPassword('old', CHEAP) });
  expect(await outcome(app, 'in process', basic('carol:old'))).toMatchObject({ status: 200 });
  expect(await outcome(app, 'in process', basic('carol:old'))).toMatchObject({ status: 200 });
  (users.get('carol') as Stored).hash = await hashPassword('new', CHEAP);
  expect(await outcome(app, 'in process', basic('carol:old'))).toMatchObject({ status: 401 });
  expect(await outcome(app, 'in process', basic('carol:new'))).toMatchObject({ status: 200 });
  users.delete('carol');
  expect(await outcome(app, 'in process', basic('carol:new'))).toMatchObject({ status: 401 });
});

test('options are checked: what is missing, wrong and unknown', () => {
  // @ts-expect-error -- one of find and verify
  expect(() => basicAuth({})).toThrow('one of `find` and `verify`');
  // @ts-expect-error -- not both
  expect(() => basicAuth({ find: () => null, verify: () => null })).toThrow(
    'verify: expected nothing beside `find`',
  );
  // @ts-expect-error -- the name of an option
  expect(() => basicAuth({ find: () => null, relm: 'x' })).toThrow('Did you mean `realm`?');
  expect(() => basicAuth({ find: () => null, realm: 'ü' })).toThrow('printable ASCII');
  expect(() => basicAuth({ find: () => null, remember: -1 })).toThrow('remember');
});

test('a realm can hold quotes and backslashes (RFC 9110 section 5.6.4)', async () => {
  await using quoted = await serve([basicAuth({ realm: String.raw`a "b" \c`, verify: () => null })]);
  const { challenge } = await outcome(quoted, 'HTTP/1.1');
  expect(challenge).toBe(String.raw`Basic realm="a \"b\" \\c", charset="UTF-8"`);
});

test('an unknown user costs what a known one does', async () => {
  // Time differs from run to run; the work does not.
  const crypto = await import('node:crypto');
  const calls: unknown[] = [];
  vi.resetModules();
  vi.doMock('node:crypto', () => ({
    ...crypto,
    scrypt: (...args: Parameters<typeof crypto.scrypt>) => {
      calls.push([args[2], args[3]]);
      crypto.scrypt(...args);
    },
  }));
  try {
    const fresh = await import('../src/index.ts');
    const hash = await fresh.hashPassword('right', CHEAP);
    calls.length = 0;
    expect(await fresh.verifyPassword('wrong', hash)).toBe(false);
    expect(await fresh.verifyPassword('wrong', undefined)).toBe(false);
    expect(calls).toHaveLength(2);
    expect(calls[0]).toEqual(calls[1]);
  } finally {
    vi.doUnmock('node:crypto');
    vi.resetModules();
  }
});
