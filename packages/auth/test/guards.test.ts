import { createMiddleware } from '@blaizejs/middleware';
import type { TestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { ask, WAYS } from '../../../tooling/test/ways.ts';
import {
  apiKeyAuth,
  basicAuth,
  createApiKey,
  guard,
  requireOwner,
  requirePermission,
  requireRole,
  requireScope,
  requireUser,
} from '../src/index.ts';
import { jwtAuth } from '../src/jwt.ts';
import { bearer, CLAIMS, SECRET, sign } from './tokens.ts';
import { outcome, serve } from './server.ts';

interface User {
  readonly id: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

const ada: User = { id: 'ada', roles: ['editor'], permissions: ['posts:read', 'posts:write'] };
const asUser = (user: User | undefined) =>
  createMiddleware<{ user: User | undefined }>({
    name: 'as-user',
    onRequest: (ctx) => void (ctx.state.user = user),
  });
const withScope = async (scope: unknown) => bearer(await sign(SECRET, 'HS256', { ...CLAIMS, scope }));

describe.each(WAYS)('%s', (way) => {
  const statusFor = async (app: TestServer) => (await ask(app, way)).status;

  test('a role: one of them is enough, and the handler knows which', async () => {
    await using app = await serve([asUser(ada), requireRole('admin', 'editor')]);
    app.server.router.addRoute('GET', '/role', {
      middleware: [asUser(ada), requireRole('admin', 'editor')],
      handler: (ctx) => ({ role: ctx.state.role }),
    });
    expect((await outcome(app, way, {}, '/role')).body).toEqual({ role: 'editor' });
    await using other = await serve([asUser(ada), requireRole('admin')]);
    expect(await outcome(other, way)).toMatchObject({
      status: 403,
      challenge: null,
      body: { code: 'ERR_BLAIZE_FORBIDDEN', detail: 'This needs the role admin.' },
    });
  });

  test('permissions: all of them are needed', async () => {
    await using all = await serve([asUser(ada), requirePermission('posts:read', 'posts:write')]);
    expect(await statusFor(all)).toBe(200);
    await using more = await serve([asUser(ada), requirePermission('posts:read', 'posts:delete')]);
    expect(await outcome(more, way)).toMatchObject({
      status: 403,
      body: { detail: 'This needs the permission posts:delete.' },
    });
  });

  test('scopes of a token: all of them are needed, and the challenge says so (RFC 6750 section 3.1)', async () => {
    const auth = jwtAuth({ secret: SECRET, realm: 'api' });
    await using app = await serve([auth, requireScope('a:read', 'a:write')]);
    expect(await outcome(app, way, await withScope('a:write x a:read'))).toMatchObject({ status: 200 });
    for (const scope of [
      'a:read',
      '',
      'A:READ A:WRITE',
      ' a:read  a:writes',
      undefined,
      1,
      { 'a:read': 1 },
    ]) {
      expect(await outcome(app, way, await withScope(scope))).toMatchObject({
        status: 403,
        challenge: 'Bearer realm="api", error="insufficient_scope", scope="a:read a:write"',
        body: { code: 'ERR_BLAIZE_AUTH_SCOPE' },
      });
    }
    expect(await outcome(app, way)).toMatchObject({ status: 401, challenge: 'Bearer realm="api"' });
  });

  test('scopes of an API key', async () => {
    const { key, hash } = createApiKey('a');
    const auth = apiKeyAuth({ find: () => ({ hash, user: { scopes: ['read'] } }) });
    await using read = await serve([auth, requireScope('read')]);
    await using write = await serve([auth, requireScope('write')]);
    expect(await outcome(read, way, { 'x-api-key': key })).toMatchObject({ status: 200 });
    expect(await outcome(write, way, { 'x-api-key': key })).toMatchObject({ status: 403, challenge: null });
  });

  test('without a user the answer is 401, with all ways to sign in', async () => {
    const ways = [
      jwtAuth({ secret: SECRET, optional: true }),
      basicAuth({ verify: () => ({ roles: ['admin'] }), realm: 'x', optional: true }),
    ] as const;
    await using app = await serve([...ways, requireUser()]);
    expect(await outcome(app, way)).toMatchObject({
      status: 401,
      challenge: 'Bearer, Basic realm="x", charset="UTF-8"',
      body: { code: 'ERR_BLAIZE_UNAUTHORIZED' },
    });
    // Any of them will do.
    expect(await outcome(app, way, { authorization: 'Basic YTpi' })).toMatchObject({
      body: { user: { roles: ['admin'] } },
    });
    expect(await outcome(app, way, bearer(await sign(SECRET, 'HS256')))).toMatchObject({
      body: { user: { sub: 'alice' } },
    });
  });

  test('a user who has signed in by cookie has a challenge too (RFC 9110 section 15.5.2)', async () => {
    await using app = await serve([asUser(undefined), requireRole('admin')]);
    expect(await outcome(app, way)).toMatchObject({ status: 401, challenge: 'Session' });
  });

  test('an owner: the handler has what was loaded', async () => {
    const posts = new Map([
      ['1', { author: 'ada', title: 'Notes' }],
      ['2', { author: 'bob', title: 'Other' }],
    ]);
    const ownPost = (hide: boolean) =>
      requireOwner({
        as: 'post',
        hide,
        load: async (ctx) => posts.get(ctx.request.params['id'] ?? ''),
        owns: (user: User, post) => post.author === user.id,
      });
    await using app = await serve([]);
    for (const hide of [false, true]) {
      app.server.router.addRoute('GET', `/posts-${hide}/:id`, {
        middleware: [asUser(ada), ownPost(hide)],
        handler: (ctx) => ({ title: ctx.state.post.title }),
      });
    }
    expect(await outcome(app, way, {}, '/posts-false/1')).toMatchObject({
      status: 200,
      body: { title: 'Notes' },
    });
    expect(await outcome(app, way, {}, '/posts-false/2')).toMatchObject({ status: 403 });
    expect(await outcome(app, way, {}, '/posts-false/3')).toMatchObject({ status: 404 });
    const [theirs, none] = [
      await outcome(app, way, {}, '/posts-true/2'),
      await outcome(app, way, {}, '/posts-true/3'),
    ];
    expect(theirs.status).toBe(404);
    // Nothing tells the two apart.
    expect(Object.keys(theirs.body)).toEqual(Object.keys(none.body));
    expect(theirs.body['detail']).toBe(none.body['detail']);
  });

  test('a guard of your own', async () => {
    const adult = guard((user: { age: number }) => user.age >= 18, { name: 'adult', message: 'Too young.' });
    const aged = (age: number) =>
      createMiddleware<{ user: { age: number } }>((ctx, next) => {
        ctx.state.user = { age };
        return next();
      });
    await using old = await serve([aged(18), adult]);
    await using young = await serve([aged(17), adult]);
    expect(await statusFor(old)).toBe(200);
    expect(await outcome(young, way)).toMatchObject({ status: 403, body: { detail: 'Too young.' } });
  });
});

test('two ways that are both required: the second does not let in whom the first knows', async () => {
  await using app = await serve([
    basicAuth({ verify: () => ({ name: 'a' }) }),
    apiKeyAuth({ find: () => undefined }),
  ]);
  expect(await outcome(app, 'HTTP/2', { authorization: 'Basic YTpi' })).toMatchObject({
    status: 401,
    challenge: expect.stringContaining('ApiKey') as string,
  });
});

test('roles and permissions that are no lists are none', async () => {
  for (const value of ['admin', null, undefined, { includes: () => true }, { 0: 'admin', length: 1 }]) {
    const user = { roles: value, permissions: value } as unknown as User;
    await using roles = await serve([asUser(user), requireRole('admin')]);
    await using permissions = await serve([asUser(user), requirePermission('admin')]);
    expect((await ask(roles, 'in process')).status).toBe(403);
    expect((await ask(permissions, 'in process')).status).toBe(403);
  }
});

test('names that objects inherit are not granted', async () => {
  await using app = await serve([]);
  app.server.router.addRoute('GET', '/granted', {
    middleware: [asUser(ada), requirePermission('posts:read'), requirePermission('posts:write')],
    handler: (ctx) => ({
      keys: Object.keys(ctx.state.granted),
      inherited: 'toString' in ctx.state.granted,
    }),
  });
  expect((await outcome(app, 'HTTP/2', {}, '/granted')).body).toEqual({
    keys: ['posts:read', 'posts:write'],
    inherited: false,
  });
});

test('what is given to guards is checked', () => {
  // @ts-expect-error -- at least one
  expect(() => requireRole()).toThrow('The options of requireRole() have 1 problem');
  expect(() => requireScope('a b')).toThrow('without spaces');
  expect(() => requireScope('a"b')).toThrow('without spaces');
  expect(() => requireRole(['admin', 'editor'] as never)).toThrow('without a list');
  expect(() => requirePermission(1 as never)).toThrow('requirePermission()');
  expect(() => guard('admin' as never)).toThrow('allow: expected a function');
  // @ts-expect-error -- the name of an option
  expect(() => guard(() => true, { mesage: 'x' })).toThrow('Did you mean `message`?');
  const parts = { load: () => ({}), owns: () => true };
  expect(() => requireOwner({ as: 'user', ...parts })).toThrow('another name than user, role, granted');
  expect(() => requireOwner({ as: '', ...parts })).toThrow('a name, such as "post"');
});

test('an error in a guard is an error of the server', async () => {
  const broken = guard<User>(() => Promise.reject(new Error('no database')));
  await using app = await serve([asUser(ada), broken]);
  expect((await ask(app, 'HTTP/2')).status).toBe(500);
});
