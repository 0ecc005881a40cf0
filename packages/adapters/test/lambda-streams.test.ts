import { PassThrough, Writable } from 'node:stream';

import { createApp } from '@blaizejs/app';
import type { AnyContext } from '@blaizejs/types';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type LambdaHead, toStreamingLambda } from '../src/lambda.ts';
import { functionUrlEvent, lambdaContext } from './events.ts';

/**
 * A stand-in for the global of Lambda's Node runtime, which writes as that one does: the head as JSON and eight NUL before the
 * first chunk, and `end()` without a chunk. `pnpm check:runtimes` runs the runtime itself.
 */
const awslambda = {
  streamifyResponse: <T>(handler: T): T => handler,
  HttpResponseStream: {
    from: (stream: Writable, head: LambdaHead): Writable => {
      let isFirst = true;
      const write = stream.write.bind(stream) as (chunk: unknown) => boolean;
      const end = stream.end.bind(stream);
      return Object.assign(stream, {
        write: (chunk: unknown) => {
          if (isFirst) write(`${JSON.stringify(head)}${'\0'.repeat(8)}`);
          isFirst = false;
          return write(chunk);
        },
        end: () => end(),
      });
    },
  },
};

const globals = globalThis as { awslambda?: unknown };
beforeEach(() => {
  globals.awslambda = awslambda;
});
afterEach(() => {
  delete globals.awslambda;
});

async function streaming(handler: (ctx: AnyContext) => unknown) {
  const app = createApp({ logger: false });
  app.router.addRoute('GET', '/my/path', { handler });
  return toStreamingLambda(app);
}

async function textOf(stream: PassThrough): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

async function answerOf(handler: (ctx: AnyContext) => unknown, method = 'GET') {
  const invoke = await streaming(handler);
  const stream = new PassThrough();
  const [text] = await Promise.all([
    textOf(stream),
    invoke(functionUrlEvent({ method }), stream, lambdaContext()),
  ]);
  const [head = '', body] = text.split('\0'.repeat(8));
  return { head: JSON.parse(head) as LambdaHead, body };
}

test('the head goes first, then the body', async () => {
  const { head, body } = await answerOf(({ response }) =>
    response.status(201).cookie('a', '1').cookie('b', '2').send('hello'),
  );
  expect(head).toMatchObject({ statusCode: 201, headers: { 'content-type': 'text/plain; charset=utf-8' } });
  expect(head.cookies).toHaveLength(2);
  expect(body).toBe('hello');
});

test('an answer without a body has a head, too', async () => {
  expect(await answerOf(({ response }) => response.status(204).send(null))).toMatchObject({
    head: { statusCode: 204 },
    body: '',
  });
  expect(await answerOf(() => 'hello', 'HEAD')).toMatchObject({ head: { statusCode: 200 }, body: '' });
});

test('each part is sent when it is there', async () => {
  let next = (): void => undefined;
  const invoke = await streaming(async function* () {
    yield 'one';
    await new Promise<void>((resolve) => (next = resolve));
    yield 'two';
  });
  const stream = new PassThrough();
  const done = invoke(functionUrlEvent(), stream, lambdaContext());
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.endsWith('one')) next();
  }
  await done;
  expect(text).toMatch(/\0{8}onetwo$/);
});

test('a slow client stops the source', async () => {
  let made = 0;
  const invoke = await streaming(async function* () {
    for (; made < 1000; made++) yield await Promise.resolve('x'.repeat(65_536));
  });
  const held: (() => void)[] = [];
  let isFlowing = false;
  const stream = new Writable({
    highWaterMark: 1024,
    write: (_chunk, _encoding, callback) => (isFlowing ? callback() : void held.push(callback)),
  });
  const done = invoke(functionUrlEvent(), stream, lambdaContext());
  await expect.poll(() => held.length).toBe(1);
  // However long it waits, no more is made than buffers on the way hold.
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(made).toBeLessThan(20);
  isFlowing = true;
  for (const go of held) go();
  await done;
  expect(made).toBe(1000);
});

test('a client that leaves ends the source', async () => {
  let isOver = false;
  const invoke = await streaming(async function* () {
    try {
      for (;;) yield await Promise.resolve('x'.repeat(65_536));
    } finally {
      isOver = true;
    }
  });
  const stream = new PassThrough();
  const done = invoke(functionUrlEvent(), stream, lambdaContext());
  await new Promise<void>((resolve) => stream.once('readable', () => resolve()));
  stream.destroy();
  await expect(done).rejects.toMatchObject({ code: 'ERR_BLAIZE_STREAM_CLOSED' });
  await expect.poll(() => isOver).toBe(true);
});

test('an error after the first byte breaks the answer off', async () => {
  const invoke = await streaming(async function* () {
    yield 'one';
    await Promise.resolve();
    throw new Error('no more');
  });
  const stream = new PassThrough();
  stream.resume();
  await expect(invoke(functionUrlEvent(), stream, lambdaContext())).rejects.toThrow('no more');
  expect(stream.writableEnded).toBe(false);
});

test('an invocation does not wait for open connections', async () => {
  const invoke = await streaming(() => 'x');
  const context = lambdaContext();
  const stream = new PassThrough();
  stream.resume();
  await invoke(functionUrlEvent(), stream, context);
  expect(context.callbackWaitsForEmptyEventLoop).toBe(false);
});

describe('refusals', () => {
  test('a bad header is an answer', async () => {
    const invoke = await streaming(() => 'x');
    const stream = new PassThrough();
    const event = functionUrlEvent({ event: { headers: { a: 'x\ny' } } });
    const [text] = await Promise.all([textOf(stream), invoke(event, stream, lambdaContext())]);
    expect(text).toContain('"statusCode":400');
  });

  test('outside of Lambda', async () => {
    delete globals.awslambda;
    await expect(streaming(() => 'x')).rejects.toMatchObject({
      code: 'ERR_BLAIZE_ADAPTER',
      message: expect.stringContaining('toLambda()') as string,
    });
  });
});
