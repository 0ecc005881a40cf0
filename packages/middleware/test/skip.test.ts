import type { Middleware } from '@blaizejs/types';
import { expect, test } from 'vitest';

import { onEveryWay } from '../../../tooling/test/ways.ts';
import { csrf } from '../src/csrf.ts';

const foreign = { method: 'POST', headers: { 'sec-fetch-site': 'cross-site', cookie: 'session=1' } };
const hook: Middleware = { name: 'hook', onSend: ({ response }) => void response.header('x-hook', 'ran') };

onEveryWay(
  'a skip that is async',
  () => ({ logger: false }),
  (router) => {
    // TypeScript refuses both.
    const skip = (async () => Promise.reject(new Error('nobody awaits it'))) as never;
    router.addRoute('POST', '/', { middleware: [{ ...csrf(), skip }], handler: () => 'changed' });
    router.addRoute('GET', '/', { middleware: [{ ...hook, skip }], handler: () => 'shown' });
  },
  (reach) => {
    test('does not leave its middleware out of every request: it is an error of the app', async () => {
      const response = await reach().request('/', foreign);
      expect(response.status).toBe(500);
      expect(await response.json()).toMatchObject({
        detail: 'The `skip` of middleware "csrf" must return true or false, not a promise.',
      });
      expect((await reach().request('/')).status).toBe(500);
    });
  },
);
