import { once } from 'node:events';
import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';

import type { RouteOptions } from '@blaizejs/types';
import { expect, test } from 'vitest';

import { onEveryTransport, type Reached, WIRES } from '../transports.ts';
import { openHttp1 } from './send-raw.ts';

// All that a field may have beyond ASCII (RFC 9110 section 5.5), and how it looks if it is sent as UTF-8.
const BYTES = String.fromCharCode(...Array.from({ length: 128 }, (_, index) => 0x80 + index));

const handlers: Record<string, RouteOptions['handler']> = {
  '/text': () => 'text é',
  '/json': () => ({ text: 'é' }),
  '/bytes': () => Buffer.from('bytes'),
  '/empty': ({ response }) => response.status(204),
  '/stream-of-text': () => ['one é', 'two'].values(),
  '/stream-of-known-length': async function* () {
    yield await Promise.resolve('0123456789');
  },
  '/events': ({ response }) =>
    response.type('text/event-stream').stream(
      (async function* () {
        yield await Promise.resolve('data: é\n\n');
      })(),
    ),
  '/hints': ({ response }) => {
    // HTTP/1.1 sends no hints without links.
    response.earlyHints({ link: '</a.css>; rel=preload; as=style', 'x-hint': BYTES });
    return 'text';
  },
  '/trailers': ({ response }) =>
    response.trailers(() => ({ 'x-trailer': BYTES })).stream(new Blob(['text']).stream()),
};

/** All header fields of an answer that begin with `x-`: hints, head and trailers. */
async function fieldsOf(reached: Reached, method: string, path: string): Promise<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  const keep = (lines: Iterable<readonly [string, unknown]>): void => {
    for (const [name, value] of lines) if (/^x-(?:head|hint|trailer)$/.test(name)) fields[name] = value;
  };
  if (reached.transport === 'HTTP/2') {
    const session = connectHttp2(reached.app.url);
    const stream = session.request({ ':method': method, ':path': path });
    for (const event of ['headers', 'response', 'trailers']) {
      stream.on(event, (headers: IncomingHttpHeaders) => keep(Object.entries(headers)));
    }
    await once(stream.resume(), 'close');
    session.destroy();
    return fields;
  }
  const socket = await openHttp1(reached);
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTE: trailers\r\n\r\n`);
  await once(socket, 'close');
  keep(
    text
      .split('\r\n')
      .map((line) =>
        line.toLowerCase().startsWith('x-')
          ? ([line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)] as const)
          : (['', ''] as const),
      ),
  );
  return fields;
}

onEveryTransport(
  'a header field',
  () => ({}),
  ({ server }) => {
    server.use({ name: 'head', onSend: ({ response }) => void response.header('x-head', BYTES) });
    for (const [path, handler] of Object.entries(handlers)) server.router.addRoute('GET', path, { handler });
  },
  (reach) => {
    const cases = Object.keys(handlers).flatMap(
      (path) =>
        [
          ['GET', path],
          ['HEAD', path],
        ] as const,
    );

    test.each(cases)(
      'has one byte for each character: %s %s (RFC 9110 section 5.5)',
      async (method, path) => {
        expect(await fieldsOf(reach(), method, path)).toEqual({
          'x-head': BYTES,
          ...(path === '/hints' && { 'x-hint': BYTES }),
          ...(path === '/trailers' && method === 'GET' && { 'x-trailer': BYTES }),
        });
      },
    );
  },
  WIRES,
);
