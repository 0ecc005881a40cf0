import { createApp } from '@blaizejs/app';
import { createServer } from '@blaizejs/server';
import { describe, expect, test } from 'vitest';

import { bindings, toWorker, type WorkerPlatform } from '../src/worker.ts';

/** A request as Cloudflare passes it. */
function cloudflare(headers: Record<string, string> = {}, url = 'https://example.com/'): Request {
  return Object.assign(new Request(url, { headers }), { cf: { country: 'NL' } });
}

function app() {
  const made = createApp({ logger: false });
  made.router.addRoute('GET', '/', { handler: ({ request }) => request.ip });
  return made;
}

describe('the address of the client', () => {
  const header = { 'cf-connecting-ip': '198.51.100.7' };
  const ask = async (request: Request, options?: Parameters<typeof toWorker>[1]) =>
    (await (await toWorker(app(), options)).fetch(request, {})).text();

  test('is the one that Cloudflare has seen', async () => {
    expect(await ask(cloudflare(header))).toBe('198.51.100.7');
    expect(await ask(cloudflare({ 'cf-connecting-ip': '2001:db8::1' }))).toBe('2001:db8::1');
  });

  test('is not what a client claims that has not come through Cloudflare', async () => {
    expect(await ask(new Request('https://example.com/', { headers: header }))).toBe('');
    const forwarded = {
      'x-forwarded-for': '10.0.0.1',
      'x-real-ip': '10.0.0.1',
      'true-client-ip': '10.0.0.1',
    };
    expect(await ask(cloudflare(forwarded))).toBe('');
  });

  test.each(['', 'x', '1.2.3', '1.2.3.4, 5.6.7.8', '1.2.3.4:80', '[::1]', 'fe80::1%eth0', '1.2.3.256'])(
    'is nothing but an address: %j',
    async (value) => {
      expect(await ask(cloudflare({ 'cf-connecting-ip': value }))).toBe('');
    },
  );

  test('comes from elsewhere, if the app says so', async () => {
    const clientIp = (request: Request) => request.headers.get('x-client');
    expect(await ask(cloudflare({ 'x-client': '192.0.2.3' }), { clientIp })).toBe('192.0.2.3');
  });
});

describe('bindings', () => {
  test('are a service, with their types', async () => {
    const made = createApp({ plugins: [bindings<{ GREETING: string }>()], logger: false });
    made.router.addRoute('GET', '/', { handler: ({ services }) => services.env.GREETING });
    const worker = await toWorker(made);
    const first = await worker.fetch(cloudflare(), { GREETING: 'hello' });
    const second = await worker.fetch(cloudflare(), { GREETING: 'ahoy' });
    expect([await first.text(), await second.text()]).toEqual(['hello', 'ahoy']);
  });

  test('come from a test, too', async () => {
    const made = createApp({ plugins: [bindings<{ A: string }>()], logger: false });
    made.router.addRoute('GET', '/', { handler: ({ services }) => services.env.A });
    const given = await made.fetch(new Request('https://example.com/'), { platform: { env: { A: 'x' } } });
    expect(await given.text()).toBe('x');
  });

  test('are missed with a message that says what to do', async () => {
    const made = createApp({ plugins: [bindings()], mode: 'development', logger: false });
    made.router.addRoute('GET', '/', { handler: ({ services }) => Object.keys(services.env) });
    const response = await made.fetch(new Request('https://example.com/'));
    expect(await response.json()).toMatchObject({
      status: 500,
      detail: expect.stringContaining('toWorker()') as string,
    });
  });
});

test('what the runtime passes is the platform of the request', async () => {
  const made = createApp({ logger: false });
  const work: Promise<unknown>[] = [];
  const context = { waitUntil: (promise: Promise<unknown>) => void work.push(promise) };
  made.router.addRoute('GET', '/', {
    handler: (ctx) => {
      const { env, cf, ctx: own } = ctx.platform as WorkerPlatform<{ A: number }>;
      ctx.waitUntil(Promise.resolve('done'));
      return { env, cf, isContext: own === context };
    },
  });
  const response = await (await toWorker<{ A: number }>(made)).fetch(cloudflare(), { A: 1 }, context);
  expect(await response.json()).toEqual({ env: { A: 1 }, cf: { country: 'NL' }, isContext: true });
  expect(await Promise.all(work)).toHaveLength(1);
});

test('handlers of other events are added', async () => {
  const worker = { ...(await toWorker(app())), scheduled: () => 'ran' };
  expect((await worker.fetch(cloudflare(), {})).status).toBe(200);
  expect(worker.scheduled()).toBe('ran');
});

test('a server and unknown options are refused', async () => {
  const server = createServer({ routesDir: false, logger: false });
  // @ts-expect-error a server listens by itself
  await expect(toWorker(server)).rejects.toMatchObject({ code: 'ERR_BLAIZE_ADAPTER' });
  // @ts-expect-error there is no such option
  await expect(toWorker(app(), { port: 1 })).rejects.toMatchObject({ code: 'ERR_BLAIZE_CONFIGURATION' });
});
