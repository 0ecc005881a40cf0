import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:http2';
import { text } from 'node:stream/consumers';

import { startTestServer, type TestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import type { ServerOptions } from '../src/index.ts';
import { onEveryTransport, type Reached } from './transports.ts';

const CLIENT = {
  'x-forwarded-for': '198.51.100.9, 203.0.113.7',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'shop.example',
};
const STANDARD = {
  forwarded: 'for=198.51.100.9;host=evil.example, for="[2001:db8::7]:47011";proto=https;host=shop.example',
};

interface Seen {
  readonly ip: string;
  readonly origin: string;
  readonly secure: boolean;
}

function addRoute({ server }: TestServer): void {
  server.router.addRoute('GET', '/who', {
    handler: ({ request, response }): Seen => {
      response.cookie('a', 'b');
      const secure = String(response.get('set-cookie')).includes('Secure');
      return { ip: request.ip, origin: request.url.origin, secure };
    },
  });
}

function onEach(trustProxy: ServerOptions['trustProxy'], tests: (reach: () => Reached) => void): void {
  onEveryTransport(`trustProxy: ${JSON.stringify(trustProxy)}`, () => ({ trustProxy }), addRoute, tests);
}

async function who({ request }: Reached, headers: Record<string, string>): Promise<Seen> {
  return (await (await request('/who', { headers })).json()) as Seen;
}

/** What a request looks like that no proxy is believed about. */
function direct({ transport, app }: Reached): unknown {
  const secure = transport !== 'HTTP/1.1';
  const ip = transport === 'in process' ? '' : (expect.stringMatching(/^(::1|127\.0\.0\.1)$/) as string);
  return { ip, origin: app.url, secure };
}

for (const nobody of [undefined, false, ['203.0.113.0/24', 'uniquelocal']] as const) {
  onEach(nobody, (reach) => {
    test.each([CLIENT, STANDARD])('what the client says of itself means nothing: %j', async (headers) => {
      expect(await who(reach(), headers)).toEqual(direct(reach()));
    });
  });
}

for (const trustProxy of [1, ['loopback']] as const) {
  onEach(trustProxy, (reach) => {
    const believed = (): boolean => trustProxy === 1 || reach().transport !== 'in process';

    test('client, scheme and host are those that the proxy adds to what the client sends', async () => {
      const expected = { ip: '203.0.113.7', origin: 'https://shop.example', secure: true };
      expect(await who(reach(), CLIENT)).toEqual(believed() ? expected : direct(reach()));
    });

    test('RFC 7239: they stand in Forwarded', async () => {
      const expected = { ip: '2001:db8::7', origin: 'https://shop.example', secure: true };
      expect(await who(reach(), STANDARD)).toEqual(believed() ? expected : direct(reach()));
    });

    test('cookies are not Secure where the client came by http', async () => {
      const seen = await who(reach(), { 'x-forwarded-proto': 'http' });
      if (believed())
        expect(seen).toMatchObject({ origin: reach().app.url.replace('https', 'http'), secure: false });
      else expect(seen).toEqual(direct(reach()));
    });

    test('the client cannot inject Forwarded past a proxy that sets X-Forwarded-Proto alone', async () => {
      const { ip, origin } = await who(reach(), { ...STANDARD, 'x-forwarded-proto': 'https' });
      expect(ip).toEqual((direct(reach()) as Seen).ip);
      expect(origin).toBe(reach().app.url.replace(/^http:/, believed() ? 'https:' : 'http:'));
    });

    test.each([
      { 'x-forwarded-for': 'unknown', 'x-forwarded-proto': 'gopher', 'x-forwarded-host': 'a/b' },
      { 'x-forwarded-for': ', ,', 'x-forwarded-proto': ',', 'x-forwarded-host': ',' },
      { forwarded: 'for=_hidden;proto=x;host="' },
      { forwarded: '"' },
    ])('what cannot be read is ignored: %j', async (headers) => {
      expect(await who(reach(), headers)).toEqual(direct(reach()));
    });
  });
}

describe('lines that a proxy adds below those of the client (RFC 9110 section 5.3)', () => {
  const lines = {
    'x-forwarded-for': ['198.51.100.9', '203.0.113.7'],
    'x-forwarded-host': ['evil.example', 'shop.example'],
  };

  test('come last over HTTP/1.1', async () => {
    await using app = await startTestServer({ http2: { enabled: false }, trustProxy: 1 });
    addRoute(app);
    const outgoing = httpRequest(new URL('/who', app.url), { headers: lines, agent: false }).end();
    const [response] = (await once(outgoing, 'response')) as [AsyncIterable<Buffer> & NodeJS.ReadableStream];
    expect(JSON.parse(await text(response))).toMatchObject({
      ip: '203.0.113.7',
      origin: 'http://shop.example',
    });
  });

  test('come last over HTTP/2', async () => {
    await using app = await startTestServer({ trustProxy: 1 });
    addRoute(app);
    const session = connect(app.url);
    const answer = await text(session.request({ ':path': '/who', ...lines }));
    await new Promise<void>((resolve) => session.close(resolve));
    expect(JSON.parse(answer)).toMatchObject({ ip: '203.0.113.7', origin: 'https://shop.example' });
  });
});
