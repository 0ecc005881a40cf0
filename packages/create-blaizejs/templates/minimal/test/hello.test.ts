import path from 'node:path';
import { startTestServer } from 'blaizejs/testing';
import { expect, test } from 'vitest';

const routesDir = path.resolve(import.meta.dirname, '../src/routes');

test.each(['http1', 'http2'] as const)('greets the name in the path, over %s', async (protocol) => {
  await using app = await startTestServer({ routesDir });
  const answerTo = async (target: string) => (await app[protocol].request(target)).json();
  expect(await answerTo('/')).toEqual({ hello: 'world' });
  expect(await answerTo('/hello/Ada')).toEqual({ hello: 'Ada' });
});
