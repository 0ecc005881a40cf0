import { EventEmitter, once } from 'node:events';
import { IncomingMessage, OutgoingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

import { expect, test } from 'vitest';

import { connect, type ConnectNext } from '../../src/connect.ts';
import { onEveryWay } from '../../../../tooling/test/ways.ts';

const seen = new EventEmitter();
const CHUNK = 'x'.repeat(65_536);

/** As an application of Express: it replaces the prototypes of both objects by its own. */
function likeExpress(req: object, res: object, next: ConnectNext): void {
  likeExpress.handle(req, res, next);
}
likeExpress.request = Object.create(IncomingMessage.prototype) as object;
likeExpress.response = Object.assign(Object.create(ServerResponse.prototype) as ServerResponse, {
  send(this: ServerResponse, text: string) {
    this.setHeader('x-sent', String(this.headersSent));
    this.end(text);
  },
});
likeExpress.handle = (req: object, res: object, next: ConnectNext) => {
  Object.setPrototypeOf(req, likeExpress.request);
  Object.setPrototypeOf(res, likeExpress.response);
  const { url, headers } = req as IncomingMessage;
  if (url === '/app/next') next();
  else (res as typeof likeExpress.response).send(`${url} ${headers.host !== undefined} ${'send' in res}`);
};

onEveryWay(
  'connect()',
  () => ({ mode: 'production', logger: false, bodyLimit: 10_000_000 }),
  (router) => {
    router.addRoute('POST', '/upload', {
      middleware: [
        connect((req) => {
          const events: string[] = [];
          req.on('data', () => seen.emit('data'));
          for (const event of ['aborted', 'error', 'close']) req.on(event, () => events.push(event));
          req.once('close', () => setImmediate(() => seen.emit('upload', events)));
        }),
      ],
      handler: () => 'handled',
    });
    router.addRoute('GET', '/download', {
      middleware: [
        connect((_req, res) => {
          let written = 0;
          const source = new Readable({
            read() {
              written += CHUNK.length;
              this.push(CHUNK);
            },
          });
          source.pipe(res);
          res.once('close', () => {
            source.destroy();
            seen.emit('download', written, res.writableFinished);
          });
        }),
      ],
      handler: () => 'handled',
    });
    router.addRoute('GET', '/finished', {
      middleware: [
        connect((req, res, next) => {
          const events: string[] = [];
          res.on('finish', () =>
            events.push(`finish ${res.statusCode} ${String(res.getHeader('content-length'))}`),
          );
          res.on('close', () => {
            events.push('close');
            seen.emit('finished', events, req.socket.destroyed);
          });
          next();
        }),
      ],
      handler: ({ response }) => response.status(203).text('handled'),
    });
    for (const path of ['/app/send', '/app/next']) {
      router.addRoute('GET', path, { middleware: [connect(likeExpress)], handler: () => 'handled' });
    }
    router.addRoute('GET', '/by-prototype', {
      middleware: [
        connect((_req, res, next) => {
          OutgoingMessage.prototype.setHeader.call(res, 'Set-Cookie', ['a=1', 'b=2']);
          next();
        }),
        connect((_req, res, next) => {
          res.setHeader('x-cookies', (res.getHeader('set-cookie') as string[]).length);
          next();
        }),
      ],
      handler: () => 'handled',
    });
    router.addRoute('POST', '/read-before', {
      middleware: [
        {
          name: 'reads',
          onRequest: async ({ request }) => {
            await request.bytes();
          },
        },
        connect((req, res) => req.pipe(res)),
      ],
      handler: () => 'handled',
    });
  },
  (reach) => {
    test('middleware that reads a body is told that the client has left', async () => {
      const leaving = new AbortController();
      async function* endless(): AsyncGenerator<Uint8Array> {
        yield Buffer.from(CHUNK);
        await new Promise(() => undefined);
      }
      const data = once(seen, 'data');
      const told = once(seen, 'upload');
      const body = Readable.toWeb(Readable.from(endless())) as ReadableStream<Uint8Array>;
      const sending = reach().request('/upload', {
        method: 'POST',
        body,
        signal: leaving.signal,
        duplex: 'half',
      } as object);
      await data;
      leaving.abort();
      await expect(sending).rejects.toThrow();
      expect(await told).toEqual([['aborted', 'error', 'close']]);
    });

    test('what is written waits for the client, and ends when it leaves', async () => {
      const leaving = new AbortController();
      const told = once(seen, 'download');
      const response = await reach().request('/download', { signal: leaving.signal });
      const reader = response.body?.getReader();
      await reader?.read();
      leaving.abort();
      await reader?.cancel().catch(() => undefined);
      const [written, isFinished] = (await told) as [number, boolean];
      expect(isFinished).toBe(false);
      expect(written).toBeLessThan(50_000_000);
    });

    test('res finishes when the answer of the handler is out', async () => {
      const told = once(seen, 'finished');
      await (await reach().request('/finished')).text();
      expect(await told).toEqual([['finish 203 7', 'close'], false]);
    });

    test('an application that replaces the prototypes works', async () => {
      const response = await reach().request('/app/send');
      expect(await response.text()).toBe('/app/send true true');
      expect(response.headers.get('x-sent')).toBe('false');
      expect(await (await reach().request('/app/next')).text()).toBe('handled');
    });

    test("headers that were set by the methods of Node's prototype are sent", async () => {
      const response = await reach().request('/by-prototype');
      expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
      expect(response.headers.get('x-cookies')).toBe('2');
    });

    test('a body that was read before is read again', async () => {
      const response = await reach().request('/read-before', { method: 'POST', body: 'read twice' });
      expect(await response.text()).toBe('read twice');
    });
  },
);
