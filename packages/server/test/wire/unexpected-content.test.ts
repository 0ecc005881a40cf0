import { expect, test } from 'vitest';

import { onEveryTransport, WIRES } from '../transports.ts';
import { openHttp1, sendRaw } from './send-raw.ts';

onEveryTransport(
  'content that nobody expects',
  () => ({}),
  ({ server: { router } }) => {
    for (const method of ['GET', 'DELETE', 'POST'] as const) {
      router.addRoute(method, '/read', {
        handler: async ({ request }) => ({ method: request.method, text: await request.text() }),
      });
      router.addRoute(method, '/unread', { handler: ({ request }) => ({ method: request.method }) });
    }
  },
  (reach) => {
    test.each(['GET', 'DELETE'])(
      'content of %s is read where a route does, and else left (RFC 9110 section 9.3)',
      async (method) => {
        const content = 'GET /evil HTTP/1.1\r\n\r\n';
        const read = await sendRaw(reach(), { method, target: '/read', content });
        expect(JSON.parse(read.content.toString())).toEqual({ method, text: content });
        const unread = await sendRaw(reach(), { method, target: '/unread', content });
        expect(JSON.parse(unread.content.toString())).toEqual({ method });
      },
    );

    test('content of HEAD is left too (RFC 9110 section 9.3.2)', async () => {
      const answer = await sendRaw(reach(), { method: 'HEAD', target: '/unread', content: 'abc' });
      expect([answer.status, answer.content.length]).toEqual([200, 0]);
    });

    test.each(['GET', 'HEAD', 'DELETE', 'POST', 'OPTIONS'])(
      'content of %s that nobody reads is not the next request (RFC 9112 section 6.3, CWE-444)',
      async (method) => {
        if (reach().transport === 'HTTP/2') return;
        const smuggled = 'GET /read?smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';
        const next = 'GET /unread HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
        const framed = [
          `Content-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
          `Transfer-Encoding: chunked\r\n\r\n${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
        ];
        for (const content of framed) {
          const socket = await openHttp1(reach());
          socket.write(`${method} /unread HTTP/1.1\r\nHost: localhost\r\n${content}${next}`);
          let text = '';
          for await (const chunk of socket.setEncoding('latin1')) text += String(chunk);
          const answers = text.match(/HTTP\/1\.1 20[04]/g) ?? [];
          // Where content does not say how much of it there is, its connection ends after the answer.
          expect(answers).toHaveLength(content === framed[0] ? 2 : 1);
          expect(text).not.toContain('"text"');
        }
      },
    );
  },
  WIRES,
);
