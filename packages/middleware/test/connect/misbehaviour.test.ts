import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';

import { expect, test, vi } from 'vitest';

import { connect, type ConnectHandler } from '../../src/connect.ts';
import { recordingLogger } from '../log.ts';
import { expectNoUnhandledRejections } from '../unhandled-rejections.ts';
import { onEveryWay } from '../../../../tooling/test/ways.ts';

expectNoUnhandledRejections();

const { logger, lines } = recordingLogger();
let runs = 0;
let tellLate!: () => void;
const late = new Promise<void>((resolve) => (tellLate = resolve));

const misbehave: Readonly<Record<string, ConnectHandler>> = {
  'next-twice': (_req, _res, next) => {
    next();
    next();
  },
  'next-twice-later': (_req, _res, next) => {
    next();
    setImmediate().then(() => next(), next);
  },
  'end-then-next': (_req, res, next) => {
    res.end('ended');
    next();
  },
  'write-after-end': (_req, res) => {
    res.end('ended');
    res.write('more');
    res.end('again');
  },
  'header-after-end': (_req, res) => {
    res.end('ended');
    void setImmediate().then(() => res.setHeader('x-late', '1'));
  },
  'error-after-end': (_req, res, next) => {
    res.end('ended');
    next(new Error('late'));
  },
  'emit-error': (_req, res, next) => {
    res.emit('error', new Error('emitted'));
    next();
  },
  'throw-after-next': (_req, _res, next) => {
    next();
    throw new Error('after next');
  },
  throw: () => {
    throw new Error('thrown');
  },
  'throw-nothing': () => {
    throw undefined;
  },
  reject: async () => {
    await setImmediate();
    throw Object.assign(new Error('No coffee here.'), { status: 418 });
  },
  'status-of-nothing': async (_req, res) => {
    await setImmediate();
    res.writeHead(999);
  },
  'bad-header': async (_req, res) => {
    await setImmediate();
    res.setHeader('x-a', 'a\r\nset-cookie: b=1');
    res.end('sent');
  },
  'bad-header-callback': (_req, res) => {
    globalThis.setImmediate(() => res.setHeader('x-a', 'a\r\nset-cookie: b=1'));
  },
  'bad-chunk-callback': (_req, res) => {
    globalThis.setImmediate(() => res.end({}));
  },
  'listener-throws': (req) => {
    req.on('data', () => {
      throw new Error('in a listener');
    });
  },
  redirect: (_req, res) => {
    res.redirect('/a\r\nset-cookie: b=1');
  },
  'close-listener-throws': (_req, res, next) => {
    res.on('close', () => {
      throw new Error('in a close listener');
    });
    next();
  },
};

onEveryWay(
  'connect() with middleware that misbehaves',
  () => ({ mode: 'production', logger, limits: { handlerTimeout: 300 } }),
  (router) => {
    for (const [name, handler] of Object.entries(misbehave)) {
      for (const method of ['GET', 'POST'] as const) {
        router.addRoute(method, `/${name}`, {
          middleware: [connect(handler, { name })],
          handler: () => {
            runs += 1;
            return 'handled';
          },
        });
      }
    }
    router.addRoute('GET', '/never', {
      middleware: [
        connect((_req, res, next) => {
          void once(res, 'close').then(() => {
            res.setHeader('x-late', '1');
            res.end('late');
            next();
            tellLate();
          });
        }),
      ],
      handler: () => {
        runs += 1;
        return 'handled';
      },
    });
  },
  (reach) => {
    async function ask(path: string, method = 'GET'): Promise<[status: number, text: string, runs: number]> {
      runs = 0;
      lines.length = 0;
      const body = method === 'POST' ? 'body' : undefined;
      const response = await reach().request(path, { method, ...(body && { body }) });
      const text = await response.text();
      await setImmediate();
      return [response.status, text, runs];
    }
    const warnings = (): string[] =>
      lines.filter(({ level }) => level === 'warn').map(({ message }) => message);

    test.each(['/next-twice', '/next-twice-later'])('%s runs the rest once, and logs it', async (path) => {
      expect(await ask(path)).toEqual([200, 'handled', 1]);
      await setImmediate();
      expect(warnings()).toEqual(['Connect middleware called next() again, or after it had answered']);
    });

    test('next() after an answer does not run the handler', async () => {
      expect(await ask('/end-then-next')).toEqual([200, 'ended', 0]);
      expect(warnings()).toHaveLength(1);
    });

    test.each(['/write-after-end', '/header-after-end', '/error-after-end'])(
      '%s changes nothing, and is logged',
      async (path) => {
        expect(await ask(path)).toEqual([200, 'ended', 0]);
        await vi.waitFor(() => expect(warnings()).not.toEqual([]));
      },
    );

    test('errors that are emitted on res do not end the process', async () => {
      expect(await ask('/emit-error')).toEqual([200, 'handled', 1]);
    });

    test.each([
      '/throw',
      '/throw-nothing',
      '/status-of-nothing',
      '/bad-header',
      '/bad-header-callback',
      '/bad-chunk-callback',
    ])('%s is a 500', async (path) => {
      const [status, text] = await ask(path);
      expect(status).toBe(500);
      expect(JSON.parse(text)).toMatchObject({ code: 'ERR_BLAIZE_INTERNAL_SERVER_ERROR' });
    });

    test('an error that has a status is answered with it', async () => {
      const [status, text] = await ask('/reject');
      expect([status, JSON.parse(text)]).toMatchObject([418, { detail: 'No coffee here.' }]);
    });

    test('an error after next() does not replace the answer', async () => {
      expect(await ask('/throw-after-next')).toEqual([200, 'handled', 1]);
      expect(warnings()).toEqual(['Connect middleware failed after the request had been answered']);
    });

    test('a listener of the request that throws is a 500', async () => {
      const [status] = await ask('/listener-throws', 'POST');
      expect(status).toBe(500);
    });

    test('a listener of the response that throws is logged', async () => {
      expect(await ask('/close-listener-throws')).toEqual([200, 'handled', 1]);
      await vi.waitFor(() => expect(warnings()).toHaveLength(1));
    });

    test('a redirect cannot inject a header', async () => {
      const response = await reach().request('/redirect', { redirect: 'manual' });
      expect(response.headers.get('location')).toBe('/a%0D%0Aset-cookie:%20b=1');
      expect(response.headers.get('set-cookie')).toBeNull();
    });

    test('middleware that never goes on is a 503, and what it does later goes nowhere', async () => {
      const [status, text, ran] = await ask('/never');
      expect([status, ran]).toEqual([503, 0]);
      expect(JSON.parse(text)).toMatchObject({ code: 'ERR_BLAIZE_SERVICE_UNAVAILABLE' });
      await late;
      expect(runs).toBe(0);
    });
  },
);
