import { expect, test } from 'vitest';

import { requestId } from '../../src/request-id.ts';
import { recordingLogger } from '../log.ts';
import { onEveryWay } from '../../../../tooling/test/ways.ts';

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
const { logger } = recordingLogger();

onEveryWay(
  'requestId()',
  () => ({ middleware: [requestId({ header: 'X-Request-Id' })], logger }),
  (router) => {
    router.addRoute('GET', '/', { handler: (ctx) => ({ id: ctx.request.correlationId }) });
    router.addRoute('GET', '/fails', {
      handler: () => {
        throw new Error('broken');
      },
    });
  },
  (reach) => {
    const ask = (path: string, id?: string) =>
      reach().request(path, id === undefined ? {} : { headers: { 'x-request-id': id } });

    test.each(['/', '/nowhere', '/fails'])(
      'the id of the proxy is that of the answer to %s',
      async (path) => {
        const response = await ask(path, 'abc-1.2:3');
        expect(response.headers.get('x-request-id')).toBe('abc-1.2:3');
        expect(await response.text()).toContain('abc-1.2:3');
      },
    );

    test('without one, it is a new UUID each time', async () => {
      const [one, two] = await Promise.all([ask('/'), ask('/')]);
      expect(one.headers.get('x-request-id')).toMatch(UUID);
      expect(two.headers.get('x-request-id')).not.toBe(one.headers.get('x-request-id'));
      expect(await one.json()).toEqual({ id: one.headers.get('x-request-id') });
    });

    test.each(['a b', 'a"b', '<script>', 'a,b', 'x'.repeat(129), 'ä'])('%s is not echoed', async (id) => {
      const response = await ask('/', id).catch(() => undefined);
      // The client itself refuses to send some of them.
      if (response) expect(response.headers.get('x-request-id')).toMatch(UUID);
    });
  },
);

test.each([
  [{ header: 'a b' }, 'header'],
  [{ name: 'x' }, 'name'],
])('the options %j are refused', (options, named) => {
  expect(() => requestId(options as object)).toThrow(named);
});
