import { createMiddleware } from '@blaizejs/middleware';
import { startTestServer } from '@blaizejs/testing';
import { expect, onTestFinished, test } from 'vitest';

test.each(['http1', 'http2'] as const)(
  'the address of a client is known when its request is over, %s',
  async (protocol) => {
    const addresses: string[] = [];
    let tell: (() => void) | undefined;
    const told = new Promise<void>((resolve) => (tell = resolve));
    let hang: (() => void) | undefined;
    const hanging = new Promise<void>((resolve) => (hang = resolve));
    const note = createMiddleware({
      name: 'note',
      onRequest: (ctx) => {
        ctx.response.onFinish(() => {
          addresses.push(ctx.request.ip);
          if (addresses.length === 2) tell?.();
        });
      },
    });
    const app = await startTestServer({ middleware: [note] });
    onTestFinished(() => app.close());
    app.server.router.addRoute('GET', '/', { handler: () => 'hello' });
    app.server.router.addRoute('GET', '/hangs', {
      handler: ({ request: { signal } }) => {
        hang?.();
        return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      },
    });
    expect(await (await app[protocol].request('/')).text()).toBe('hello');
    const leaving = new AbortController();
    const left = app[protocol].request('/hangs', { signal: leaving.signal }).catch(() => undefined);
    await hanging;
    leaving.abort();
    await left;
    await told;
    expect(addresses).toEqual([expect.stringMatching(/127\.0\.0\.1|::1/), addresses[0]]);
  },
);
