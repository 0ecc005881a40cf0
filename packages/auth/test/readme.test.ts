import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';
import { unnamedOptions } from '../../../tooling/readme/unnamed-options.ts';
import { apiKeyAuth, basicAuth, guard, hashPassword, requireOwner } from '../src/index.ts';
import { jwtAuth } from '../src/jwt.ts';
import { oidc } from '../src/oidc.ts';
import { memoryStore, session } from '../src/session.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('..', import.meta.url))).toBe(
    [
      '200 ada has the plan pro.',
      '401 Bearer',
      '401 Bearer error="invalid_token", error_description="The token has expired."',
      '403 Bearer error="insufficient_scope", scope="reports:read"',
      '',
    ].join('\n'),
  );
});

test('the README names every option', async () => {
  const functions = {
    apiKeyAuth,
    basicAuth,
    guard: (options: never) => guard(() => true, options),
    hashPassword: (options: never) => hashPassword('x', options),
    jwtAuth,
    memoryStore,
    oidc,
    requireOwner,
    session,
  };
  expect(await unnamedOptions(new URL('..', import.meta.url), functions)).toEqual([]);
});
