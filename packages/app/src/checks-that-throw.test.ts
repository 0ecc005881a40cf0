import { setImmediate } from 'node:timers/promises';

import { afterEach, beforeEach, expect, test } from 'vitest';

import type { Schema } from '@blaizejs/types';

import { createApp } from './create-app.ts';

const schemaOf = (check: (value: unknown) => unknown): Schema => ({
  '~standard': { version: 1, vendor: 'test', validate: check as never },
});

const sync = schemaOf(() => {
  throw new Error('sync');
});
const rejects = schemaOf(async () => {
  await setImmediate();
  throw new Error('rejected');
});
const refuses = schemaOf(() => ({ issues: [{ message: 'no' }] }));
const getter = schemaOf(() => ({
  get issues(): never {
    throw new Error('getter');
  },
}));
const badIssue = schemaOf(() => ({
  issues: [
    {
      get message(): never {
        throw new Error('message');
      },
    },
  ],
}));
const thenable = schemaOf(() => ({
  get then(): never {
    throw new Error('then');
  },
}));
const nothing = schemaOf(() => undefined);

const unheard: unknown[] = [];
const note = (error: unknown): void => void unheard.push(error);
beforeEach(() => void process.on('unhandledRejection', note));
afterEach(() => void process.off('unhandledRejection', note));

test.each<[string, { query?: Schema; body?: Schema }]>([
  ['throws', { query: sync }],
  ['rejects', { query: rejects }],
  ['rejects, and another throws', { query: rejects, body: sync }],
  ['rejects, and another does too', { query: rejects, body: rejects }],
  ['throws, and another refuses', { query: refuses, body: sync }],
  ['has a getter that throws', { query: getter }],
  ['reports an issue that throws', { body: badIssue }],
  ['returns a thenable that throws', { query: rejects, body: thenable }],
  ['returns nothing', { query: nothing }],
])('a check that %s is a 500, and never ends the process', async (_name, schema) => {
  const app = createApp({ logger: false });
  app.router.addRoute('POST', '/', { schema, handler: () => 'reached' });
  const init = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
  const response = await app.fetch(new Request('http://localhost/', init));
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ code: 'ERR_BLAIZE_INTERNAL_SERVER_ERROR' });
  await setImmediate();
  await setImmediate();
  expect(unheard).toEqual([]);
});
