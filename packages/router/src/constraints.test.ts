import { describe, expect, test } from 'vitest';

import { compileConstraints, constraintKey, type RequestHead, varyOf } from './constraints.ts';
import { RouteSet } from './route-set.ts';

const head = (headers: Record<string, string | string[]> = {}, authority = 'localhost'): RequestHead => ({
  headers,
  authority,
});

describe('a constraint', () => {
  test.each([
    [{ host: 'api.example.org' }, head({}, 'API.example.org:8080'), true],
    [{ host: 'API.example.org' }, head({}, 'api.example.org'), true],
    [{ host: 'api.example.org' }, head({}, 'api.example.org.evil.example'), false],
    [{ host: 'api.example.org' }, head({}, ''), false],
    [{ host: '[::1]' }, head({}, '[::1]:80'), true],
    [{ host: /^[a-z]+\.example\.org$/g }, head({}, 'Shop.Example.org:1'), true],
    [{ version: '2' }, head({ 'accept-version': ' 2 ' }), true],
    [{ version: '2' }, head({ 'accept-version': '2.0' }), false],
    [{ version: '2' }, head(), false],
    [
      { accept: 'application/vnd.acme.v2+json' },
      head({ accept: 'text/html, Application/vnd.acme.v2+json;q=0.5' }),
      true,
    ],
    [
      { accept: 'application/vnd.acme.v2+json' },
      head({ accept: 'application/vnd.acme.v2+json;q=0.0' }),
      false,
    ],
    [{ accept: 'application/vnd.acme.v2+json' }, head({ accept: '*/*' }), false],
    [{ accept: 'application/json; version=2' }, head({ accept: 'application/json;version="2"' }), true],
    [{ accept: 'application/json; version=2' }, head({ accept: 'application/json' }), false],
    [{ headers: { 'X-Tenant': 'acme' } }, head({ 'x-tenant': 'acme' }), true],
    [{ headers: { 'x-tenant': 'acme' } }, head({ 'x-tenant': ['acme', 'other'] }), false],
    [{ headers: { 'x-tenant': /^a/y } }, head({ 'x-tenant': 'abc' }), true],
    [{ headers: { 'x-tenant': /^$/ } }, head(), false],
    [{ version: '2', host: 'a' }, head({ 'accept-version': '2' }, 'b'), false],
  ])('%j of %j: %s', (constraints, given, fits) => {
    const test = compileConstraints(constraints);
    // A RegExp with `g` or `y` would alternate.
    expect([test(given), test(given)]).toEqual([fits, fits]);
  });

  test('has a key that is the same for equal ones', () => {
    expect(constraintKey({ host: 'A.example', headers: { B: /x/i, a: '1' } })).toBe(
      'host a.example, a 1, b /x/i',
    );
    expect(constraintKey({ accept: 'a/b; c=D' })).toBe(constraintKey({ accept: 'A/b;c=d' }));
    expect(constraintKey(undefined)).toBe('');
  });

  test('knows the headers that it depends on', () => {
    expect(varyOf({ host: 'a', version: '1', accept: 'a/b', headers: { 'X-A': 'b' } })).toEqual([
      'accept-version',
      'accept',
      'x-a',
    ]);
  });
});

describe('routes for one method and path', () => {
  const found = (set: RouteSet, method: string, target: string, given?: RequestHead): unknown => {
    const match = set.find(method, target, given);
    return match?.refusal === undefined ? match?.entry.route.handler({} as never) : match.refusal;
  };
  const versioned = (): RouteSet => {
    const set = new RouteSet();
    // The order of additions makes no difference.
    set.add('GET', '/users/:id', { constraints: { version: '2', host: 'a' }, handler: () => '2 of a' });
    set.add('GET', '/users/:id', { constraints: { version: '2' }, handler: () => '2' });
    set.add('GET', '/users/:id', { constraints: { host: /^a$/ }, handler: () => 'pattern' });
    set.add('GET', '/users/:id', { constraints: { host: 'a' }, handler: () => 'host a' });
    set.add('GET', '/users/:id', { handler: () => 'any' });
    set.add('GET', '/other/:id', { constraints: { version: '2' }, handler: () => 'other' });
    set.add('GET', '/:page/:id', { handler: () => 'page' });
    return set;
  };

  test('are told apart by constraints, the most exact first', () => {
    const set = versioned();
    expect(found(set, 'GET', '/users/1', head())).toBe('any');
    expect(found(set, 'GET', '/users/1')).toBe('any');
    expect(found(set, 'GET', '/users/1', head({ 'accept-version': '2' }, 'a'))).toBe('2 of a');
    expect(found(set, 'GET', '/users/1', head({ 'accept-version': '2' }))).toBe('2');
    expect(found(set, 'GET', '/users/1', head({ 'accept-version': '3' }))).toBe('any');
    expect(found(set, 'GET', '/users/1', head({}, 'a'))).toBe('host a');
    expect(found(set, 'HEAD', '/users/1', head({ 'accept-version': '2' }))).toBe('2');
  });

  test('if none fits, the next path does', () => {
    expect(found(versioned(), 'GET', '/other/1', head({ 'accept-version': '2' }))).toBe('other');
    expect(found(versioned(), 'GET', '/other/1', head())).toBe('page');
  });

  test('are a conflict if their constraints are equal', () => {
    const set = versioned();
    expect(() =>
      set.add('GET', '/users/:name', { constraints: { version: '2' }, handler: () => '' }),
    ).toThrow('Two routes for GET /users/:name with version 2: one added in code, one added in code.');
    set.add('POST', '/users/:id', { constraints: { version: '2' }, handler: () => '' });
  });

  test('methods are those that fit', () => {
    const set = versioned();
    set.add('PUT', '/only', { constraints: { version: '2' }, handler: () => '' });
    const table = set.table((entry, vary) => ({ entry, vary }));
    expect(table.methodsOf('/only', head({ 'accept-version': '2' }))).toEqual(['OPTIONS', 'PUT']);
    expect(table.methodsOf('/only', head())).toEqual([]);
    const match = table.find('GET', '/users/1', head());
    expect(match && !match.refusal && match.entry.vary).toEqual(['accept-version']);
    const other = table.find('GET', '/a/b', head());
    expect(other && !other.refusal && other.entry.vary).toEqual([]);
  });
});
