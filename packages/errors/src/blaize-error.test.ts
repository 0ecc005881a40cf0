import { describe, expect, test } from 'vitest';

import {
  BlaizeError,
  CertificateError,
  ConfigurationError,
  ListenError,
  PluginError,
  RouteConflictError,
  RouteLoadError,
  ServerStateError,
} from './blaize-error.ts';

const cause = new Error('the disk is full');

test.each([
  [new BlaizeError('ERR_MINE', 'broken', { cause }), 'BlaizeError', 'ERR_MINE'],
  [new ConfigurationError([]), 'ConfigurationError', 'ERR_BLAIZE_CONFIGURATION'],
  [new ServerStateError('closed'), 'ServerStateError', 'ERR_BLAIZE_SERVER_STATE'],
  [new CertificateError('expired', 'cert.pem', { cause }), 'CertificateError', 'ERR_BLAIZE_CERTIFICATE'],
  [new PluginError('db', 'failed', { cause }), 'PluginError', 'ERR_BLAIZE_PLUGIN'],
  [new RouteConflictError('twice'), 'RouteConflictError', 'ERR_BLAIZE_ROUTE_CONFLICT'],
  [new RouteLoadError('a.ts', 'broken', { cause }), 'RouteLoadError', 'ERR_BLAIZE_ROUTE_LOAD'],
])('%s has its name and a stable code', (error, name, code) => {
  expect(error).toBeInstanceOf(BlaizeError);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name, code });
  expect(String(error)).toMatch(new RegExp(`^${name}: `));
});

test('says what it is about, and keeps the cause', () => {
  expect(new CertificateError('expired', 'cert.pem', { cause })).toMatchObject({ file: 'cert.pem', cause });
  expect(new RouteLoadError('a.ts', 'broken', { cause })).toMatchObject({ file: 'a.ts', cause });
  expect(new PluginError('db', 'failed.', { cause })).toMatchObject({
    plugin: 'db',
    message: 'Plugin "db" failed.',
    cause,
  });
});

test.each([
  ['EADDRINUSE', 'Port 80 of localhost is taken: something listens there already.'],
  ['EACCES', 'Port 80 of localhost is not for this process (EACCES).'],
  ['EADDRNOTAVAIL', "Can't listen on localhost: this machine has no such address."],
  ['ENOTFOUND', "Can't listen on localhost: no address is known for that name (ENOTFOUND)."],
  ['EIO', "Can't listen on port 80 of localhost: the system said so."],
])('ListenError says of %s what it means, and no calls', (code, message) => {
  const error = new ListenError(Object.assign(new Error('the system said so'), { code }), 'localhost', 80);
  expect(error).toMatchObject({ code, host: 'localhost', port: 80 });
  expect(error.message.startsWith(message)).toBe(true);
  expect(error.stack).toBe(`ListenError: ${error.message}`);
});

describe('ConfigurationError', () => {
  test('lists every problem, with what to do where that is known', () => {
    const problems = [
      { path: 'port', received: 70_000, expected: 'a whole number from 0 to 65535' },
      {
        path: 'routesDri',
        received: './routes',
        expected: 'an option',
        suggestion: 'Did you mean `routesDir`?',
      },
      { path: 'a', received: undefined, expected: 'a name' },
      { path: 'b', received: () => 1, expected: 'a list' },
      { path: 'c', received: [], expected: 'an object' },
      { path: 'd', received: {}, expected: 'text' },
      { path: 'e', received: 'x'.repeat(100), expected: 'a number' },
      { path: 'f', received: null, expected: 'a number' },
    ];
    const error = new ConfigurationError(problems);
    expect(error.problems).toEqual(problems);
    expect(error.message).toBe(
      'The options have 8 problems:\n' +
        '  - port: expected a whole number from 0 to 65535, received 70000\n' +
        '  - routesDri: expected an option, received "./routes". Did you mean `routesDir`?\n' +
        '  - a: expected a name, received nothing\n' +
        '  - b: expected a list, received a function\n' +
        '  - c: expected an object, received a list\n' +
        '  - d: expected text, received an object\n' +
        `  - e: expected a number, received "${'x'.repeat(60)}…"\n` +
        '  - f: expected a number, received null',
    );
  });

  test('counts one as one', () => {
    const { message } = new ConfigurationError([{ path: 'port', received: '', expected: 'a number' }]);
    expect(message).toContain('have 1 problem:\n');
  });
});
