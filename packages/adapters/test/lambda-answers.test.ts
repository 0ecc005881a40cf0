import { gunzipSync, gzipSync } from 'node:zlib';

import { createApp } from '@blaizejs/app';
import { createPlugin } from '@blaizejs/plugins';
import { createServer } from '@blaizejs/server';
import type { AnyContext } from '@blaizejs/types';
import { describe, expect, test } from 'vitest';

import { toLambda } from '../src/lambda.ts';
import { functionUrlEvent, httpApiEvent, lambdaContext } from './events.ts';

async function answerOf(handler: (ctx: AnyContext) => unknown, method = 'GET') {
  const app = createApp({ logger: false });
  app.router.addRoute('GET', '/my/path', { handler });
  const invoke = await toLambda(app);
  return invoke(functionUrlEvent({ method }), lambdaContext());
}

describe('bodies', () => {
  test('text stays text', async () => {
    expect(await answerOf(() => 'Grüße')).toMatchObject({
      statusCode: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'Grüße',
      isBase64Encoded: false,
    });
    expect(await answerOf(() => ({ a: 1 }))).toMatchObject({ body: '{"a":1}', isBase64Encoded: false });
  });

  test('bytes become base64', async () => {
    const { body, isBase64Encoded } = await answerOf(() => new Uint8Array([0, 255, 200]));
    expect([isBase64Encoded, [...Buffer.from(body, 'base64')]]).toEqual([true, [0, 255, 200]]);
  });

  test('so does compressed text, and what is called text and is not UTF-8', async () => {
    const compressed = await answerOf(({ response }) =>
      response.type('text/plain').header('content-encoding', 'gzip').send(gzipSync('hello')),
    );
    expect(compressed.isBase64Encoded).toBe(true);
    expect(gunzipSync(Buffer.from(compressed.body, 'base64')).toString()).toBe('hello');
    const latin = await answerOf(({ response }) => response.type('text/plain').send(new Uint8Array([0xe9])));
    expect([latin.isBase64Encoded, latin.body]).toEqual([true, '6Q==']);
  });

  test('a byte order mark stays', async () => {
    expect((await answerOf(() => '\ufeffx')).body).toBe('\ufeffx');
  });

  test('a stream is read to its end', async () => {
    const { body } = await answerOf(async function* () {
      yield 'one ';
      await Promise.resolve();
      yield 'two';
    });
    expect(Buffer.from(body, 'base64').toString() === 'one two' || body === 'one two').toBe(true);
  });

  test('HEAD, 204 and 304 have none', async () => {
    expect(await answerOf(() => 'hello', 'HEAD')).toMatchObject({
      statusCode: 200,
      body: '',
      isBase64Encoded: false,
    });
    expect(await answerOf(({ response }) => response.status(204).send(null))).toMatchObject({
      statusCode: 204,
      body: '',
    });
    expect(await answerOf(({ response }) => response.status(304).send(null))).toMatchObject({
      statusCode: 304,
      body: '',
    });
  });
});

describe('headers', () => {
  test('each cookie stays one, with its commas', async () => {
    const { cookies, headers } = await answerOf(({ response }) =>
      response
        .cookie('a', '1', { expires: new Date(0), path: '/' })
        .cookie('b', '2')
        .send('x'),
    );
    expect(cookies).toEqual([
      expect.stringMatching(/^a=1;.*Expires=Thu, 01 Jan 1970/),
      expect.stringMatching(/^b=2/),
    ]);
    expect(headers).not.toHaveProperty('set-cookie');
  });

  test('other values are joined', async () => {
    const { headers } = await answerOf(({ response }) =>
      response.append('link', '</a>; rel=preload').append('link', '</b>; rel=preload').send('x'),
    );
    expect(headers['link']).toBe('</a>; rel=preload, </b>; rel=preload');
  });

  test('a Response of a handler keeps its headers, except those of a connection', async () => {
    const { headers, body } = await answerOf(
      () => new Response('x', { headers: { 'x-a': '1', 'keep-alive': 'timeout=5', upgrade: 'h2c' } }),
    );
    expect([headers['x-a'], body]).toEqual(['1', 'x']);
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['keep-alive']));
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['upgrade']));
  });

  test('a body without a type is not called JSON by the gateway', async () => {
    const { headers } = await answerOf(() => new Response(new Uint8Array([1])));
    expect(headers['content-type']).toBe('application/octet-stream');
  });
});

describe('size', () => {
  const large = 'ERR_BLAIZE_LAMBDA_RESPONSE';

  test('an answer that Lambda would refuse is an error that says so', async () => {
    await expect(answerOf(() => new Uint8Array(5_000_000))).rejects.toMatchObject({ code: large });
    await expect(answerOf(() => 'x'.repeat(6_291_556))).rejects.toMatchObject({ code: large });
    // Each of them is two bytes in JSON.
    await expect(answerOf(() => '"'.repeat(4_000_000))).rejects.toMatchObject({ code: large });
  });

  test('6 MB of text fit', async () => {
    expect((await answerOf(() => 'x'.repeat(6_000_000))).body).toHaveLength(6_000_000);
  });

  test('an endless stream is ended', async () => {
    let isOver = false;
    const endless = async function* () {
      try {
        for (;;) yield await Promise.resolve('x'.repeat(100_000));
      } finally {
        isOver = true;
      }
    };
    await expect(answerOf(endless)).rejects.toMatchObject({ code: large });
    await expect.poll(() => isOver).toBe(true);
  });

  test('a stream that breaks off is an error, not a short answer', async () => {
    const breaking = async function* () {
      yield 'one';
      await Promise.resolve();
      throw new Error('no more');
    };
    await expect(answerOf(breaking)).rejects.toThrow('no more');
  });
});

describe('the life of a function', () => {
  test('it waits for the work of an answer, and for the work of that work', async () => {
    const done: string[] = [];
    const app = createApp({ logger: false });
    app.router.addRoute('GET', '/my/path', {
      handler: (ctx) => {
        ctx.waitUntil(
          new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
            done.push('first');
            ctx.waitUntil(
              new Promise<void>((resolve) => setImmediate(resolve)).then(() => done.push('second')),
            );
          }),
        );
        ctx.waitUntil(Promise.reject(new Error('fails')));
        return 'x';
      },
    });
    const handler = await toLambda(app);
    expect((await handler(httpApiEvent(), lambdaContext())).statusCode).toBe(200);
    expect(done).toEqual(['first', 'second']);
  });

  test('it starts once, before the first invocation', async () => {
    const starts: string[] = [];
    const counting = createPlugin('counting', '1.0.0', () => {
      starts.push('setup');
      return { initialize: () => starts.push('initialize'), onServerStart: () => starts.push('start') };
    });
    const app = createApp({ plugins: [counting], logger: false });
    const handler = await toLambda(app);
    expect(starts).toEqual(['setup', 'initialize']);
    await Promise.all([handler(httpApiEvent(), lambdaContext()), handler(httpApiEvent(), lambdaContext())]);
    expect(starts).toEqual(['setup', 'initialize', 'start']);
  });

  test('an app that does not start is an error while the module loads', async () => {
    const broken = createPlugin('broken', '1.0.0', () => {
      throw new Error('no database');
    });
    const app = createApp({ plugins: [broken], logger: false });
    await expect(toLambda(app)).rejects.toMatchObject({ code: 'ERR_BLAIZE_PLUGIN' });
  });
});

describe('what is no app', () => {
  test('a server is refused', async () => {
    const server = createServer({ routesDir: false, logger: false });
    // @ts-expect-error a server listens by itself
    await expect(toLambda(server)).rejects.toMatchObject({
      code: 'ERR_BLAIZE_ADAPTER',
      message: expect.stringContaining('createApp()') as string,
    });
  });

  test.each([undefined, null, {}, () => undefined])('%s', async (app) => {
    await expect(toLambda(app as never)).rejects.toMatchObject({ code: 'ERR_BLAIZE_ADAPTER' });
  });

  test.each([
    [{ basepath: '/x' }, 'Did you mean'],
    [{ basePath: '/' }, 'without "/" at its end'],
    [{ basePath: 'prod' }, 'without "/" at its end'],
    [{ basePath: '/prod/' }, 'without "/" at its end'],
    [{ clientIp: 'x-real-ip' }, 'a function'],
  ])('options that are wrong: %j', async (options, why) => {
    await expect(toLambda(createApp({ logger: false }), options as never)).rejects.toMatchObject({
      code: 'ERR_BLAIZE_CONFIGURATION',
      message: expect.stringContaining(why) as string,
    });
  });
});
