import { once } from 'node:events';
import { constants, connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import type { Writable } from 'node:stream';

import { UnauthorizedError } from '@blaizejs/errors';
import { expect, test } from 'vitest';

import { onEveryTransport, type Reached, WIRES } from '../transports.ts';
import { openHttp1 } from './send-raw.ts';

const CHUNK = Buffer.alloc(64 * 1024, 'x');
const SIZE = 64 * 1024 * 1024;

/** Writes as fast as it may, and as much as was announced, unless nobody wants more. */
async function upload(sink: Writable): Promise<void> {
  for (let sent = 0; sent < SIZE && sink.writable; sent += CHUNK.length) {
    if (!sink.write(CHUNK))
      await Promise.race([once(sink, 'drain'), once(sink, 'close')]).catch(() => undefined);
  }
}

interface Early {
  readonly status: number;
  readonly content: string;
  /** Whether the server said that it wants no more. */
  readonly refused: boolean;
}

/** Sends much, and gives the answer that comes before the end of it. */
function sendMuch(reached: Reached, path: string, fields: Record<string, string>): Promise<Early> {
  return reached.transport === 'HTTP/2' ? overHttp2(reached, path, fields) : overHttp1(reached, path, fields);
}

async function overHttp1(reached: Reached, path: string, fields: Record<string, string>): Promise<Early> {
  const socket = await openHttp1(reached);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => undefined);
  const lines = Object.entries(fields).map((line) => `${line.join(': ')}\r\n`);
  socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\n${lines.join('')}\r\n`);
  if ('transfer-encoding' in fields) socket.write(`${SIZE.toString(16)}\r\n`);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await Promise.all([upload(socket), closed]);
  const text = Buffer.concat(chunks).toString();
  const [head = '', content = ''] = text.split('\r\n\r\n');
  return {
    status: Number(head.split(' ')[1]),
    content,
    refused: /\r\nconnection: close(?:\r|$)/i.test(head),
  };
}

async function overHttp2({ app }: Reached, path: string, fields: Record<string, string>): Promise<Early> {
  const session = connectHttp2(app.url);
  const { 'transfer-encoding': _chunked, ...rest } = fields;
  const stream = session.request({ ':method': 'POST', ':path': path, ...rest });
  stream.on('error', () => undefined);
  const uploading = upload(stream);
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  let content = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => (content += chunk));
  await Promise.all([uploading, once(stream, 'close')]);
  // The session is as good as before.
  const next = session.request({ ':path': '/next' });
  const [second] = (await once(next, 'response')) as [IncomingHttpHeaders];
  expect(second[':status']).toBe(200);
  session.destroy();
  return {
    status: Number(headers[':status']),
    content,
    refused: stream.rstCode === constants.NGHTTP2_NO_ERROR,
  };
}

onEveryTransport(
  'an answer before the end of the content',
  () => ({ bodyLimit: SIZE - 1 }),
  ({ server }) => {
    server.use((ctx, next) => {
      if (ctx.request.path === '/guarded') throw new UnauthorizedError('Who are you?');
      return next();
    });
    server.router.addRoute('GET', '/next', { handler: () => 'next' });
    server.router.addRoute('POST', '/ignored', { handler: () => 'not read' });
    server.router.addRoute('POST', '/guarded', { handler: () => 'not reached' });
    server.router.addRoute('POST', '/limited', {
      bodyLimit: 100_000,
      handler: ({ request }) => request.text(),
    });
    server.router.addRoute('POST', '/whole', { handler: ({ request }) => request.text() });
    server.router.addRoute('POST', '/begun', {
      handler: async ({ request }) => {
        for await (const chunk of request.stream()) return `begins with ${String(chunk).slice(0, 1)}`;
        return 'empty';
      },
    });
  },
  (reach) => {
    const cases = [
      ['is not read', '/ignored', 200, 'not read'],
      ['has no route', '/nowhere', 404, 'There is nothing at /nowhere.'],
      ['is refused by middleware', '/guarded', 401, 'Who are you?'],
      ['turns out too large', '/limited', 413, 'larger than the limit of 100000 bytes'],
      ['announces that it is too large', '/whole', 413, `larger than the limit of ${SIZE - 1} bytes`],
      ['is read in part', '/begun', 200, 'begins with x'],
    ] as const;

    test.each(cases)(
      'arrives in full where content of known length %s (RFC 9112 section 9.6, RFC 9113 section 8.1)',
      async (_what, path, status, text) => {
        const answer = await sendMuch(reach(), path, { 'content-length': String(SIZE) });
        expect(answer).toEqual({ status, content: expect.stringContaining(text) as string, refused: true });
      },
    );

    test.each(cases.filter(([, path]) => path !== '/whole'))(
      'arrives in full where content of unknown length %s (RFC 9112 section 9.6, RFC 9113 section 8.1)',
      async (_what, path, status, text) => {
        const answer = await sendMuch(reach(), path, { 'transfer-encoding': 'chunked' });
        expect(answer).toEqual({ status, content: expect.stringContaining(text) as string, refused: true });
      },
    );
  },
  WIRES,
);
