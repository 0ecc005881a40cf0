import { EventEmitter, once } from 'node:events';

import { expect, test } from 'vitest';

import { compress } from '../../src/compress.ts';
import { onEveryWay } from '../../../../tooling/test/ways.ts';
import { decoded } from './decode.ts';

/** Lets the streams end. */
const go = new EventEmitter();

onEveryWay(
  'compress({ maxStreams: 1 })',
  () => ({ mode: 'production', logger: false, middleware: [compress({ maxStreams: 1 })] }),
  (router) => {
    router.addRoute('GET', '/stream', {
      handler: ({ response }) =>
        response.type('text/plain').stream(
          (async function* () {
            yield 'first\n';
            await once(go, 'on');
          })(),
        ),
    });
    router.addRoute('GET', '/large', { handler: ({ response }) => response.text('x'.repeat(300_000)) });
    router.addRoute('GET', '/small', { handler: ({ response }) => response.text('x'.repeat(3000)) });
  },
  (reach) => {
    const get = (path: string, accept = 'gzip'): Promise<Response> =>
      reach().request(path, { headers: { 'accept-encoding': accept } });
    const codingOf = async (path: string, accept?: string): Promise<string | null> => {
      const response = await get(path, accept);
      await response.arrayBuffer();
      return response.headers.get('content-encoding');
    };

    test('above the limit, answers are sent as they are, and later ones are compressed again', async () => {
      const stream = await get('/stream');
      expect(stream.headers.get('content-encoding')).toBe('gzip');
      const reading = decoded(stream);

      const large = await get('/large');
      expect(large.headers.get('content-encoding')).toBeNull();
      expect(large.headers.get('vary')).toMatch(/accept-encoding/i);
      expect(await large.text()).toHaveLength(300_000);
      // What needs no encoder of its own, and what the client takes in no other way.
      expect(await codingOf('/small')).toBe('gzip');
      expect(await codingOf('/large', 'gzip, identity;q=0')).toBe('gzip');

      go.emit('on');
      expect(await reading).toBe('first\n');
      await expect.poll(() => codingOf('/large')).toBe('gzip');
    });
  },
);
