import { expect, test } from 'vitest';

import { csrf, type CsrfOptions } from './csrf.ts';

const problemsOf = (options: unknown): string[] => {
  try {
    csrf(options as CsrfOptions);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_BLAIZE_MIDDLEWARE_OPTIONS' });
    return (error as Error).message.split('\n  - ').slice(1);
  }
};

test('origins and patterns are accepted, and so is nothing', () => {
  expect(problemsOf({})).toEqual([]);
  expect(problemsOf({ trustedOrigins: ['https://a.example', /https:\/\/\w+\.example/g] })).toEqual([]);
});

test('all problems are listed', () => {
  expect(problemsOf({ trustedOrigins: ['null', '*', 'a.example', 7] })).toEqual([
    'trustedOrigins[0]: expected an origin such as "https://app.example.com", or a pattern, received "null". Pages of any site can be `null`.',
    expect.stringMatching(/^trustedOrigins\[1\]: .*Write a pattern/),
    expect.stringMatching(/^trustedOrigins\[2\]: .*Browsers send `https:\/\/a\.example`/),
    expect.stringMatching(/^trustedOrigins\[3\]: expected an origin .* received 7$/),
  ]);
  expect(problemsOf({ trustedOrigins: 'https://a.example' })).toEqual([
    'trustedOrigins: expected a list of origins and patterns, received "https://a.example". Write a list.',
  ]);
  expect(problemsOf({ origins: [] })).toEqual([
    'origins: expected one of the options trustedOrigins, token, received a list',
  ]);
});

const secret = 's'.repeat(32);
const session = () => undefined;

test('tokens need a secret, and to know the session', () => {
  expect(problemsOf({ token: { secret, session } })).toEqual([]);
  expect(problemsOf({ token: { secret: [new Uint8Array(32), secret], session, secure: false } })).toEqual([]);
  expect(problemsOf({ token: undefined })).toEqual([]);
  expect(problemsOf({ token: {} })).toEqual([
    'token.secret: expected a secret of at least 32 bytes, or a list of them, received nothing. Make one with `openssl rand -base64 32`.',
    'token.session: expected a function (ctx) => string, received nothing',
  ]);
  expect(problemsOf({ token: { secret: [], session: 'id', secure: 1, sesion: session } })).toEqual([
    expect.stringMatching(/^token\.secret: .*received a list/),
    'token.session: expected a function (ctx) => string, received "id"',
    'token.secure: expected true or false, received 1',
    expect.stringMatching(/^token\.sesion: .*secret, session, secure, .*Did you mean `session`\?/),
  ]);
});

test.each([
  'hunter2-hunter2-hunter2-hunter2-hunter2',
  { secret: 'hunter2', session },
  { secret: [secret, 'hunter2'], session },
  { secrets: 'hunter2', secret, session },
  { secret: { hunter2: 'hunter2' }, session },
])('no message shows a secret', (token) => {
  const problems = problemsOf({ token }).join();
  expect(problems).not.toBe('');
  expect(problems).not.toContain('hunter2');
});
