import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { consulSource } from '../src/consul.ts';
import { loadConfig } from '../src/index.ts';
import { rejection } from './failures.ts';
import { HttpServer } from './http-server.ts';

/** The part of Consul that is used, as its documentation has it. Consul itself is not in Debian. */
class FakeConsul {
  readonly keys = new Map<string, string>();
  index = 7;
  isAway = false;
  readonly #waiting: (() => void)[] = [];
  server!: HttpServer;

  static async start(): Promise<FakeConsul & AsyncDisposable> {
    const consul = new FakeConsul();
    consul.server = await HttpServer.start((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://consul');
      const send = (): void => consul.#answer(decodeURIComponent(pathname.slice('/v1/kv/'.length)), response);
      if (Number(searchParams.get('index') ?? 0) === consul.index && !consul.isAway)
        consul.#waiting.push(send);
      else send();
    });
    return Object.assign(consul, { [Symbol.asyncDispose]: () => consul.server[Symbol.asyncDispose]() });
  }

  set(key: string, value: string, index = this.index + 1): void {
    this.keys.set(key, value);
    this.wake(index);
  }

  wake(index: number): void {
    this.index = index;
    for (const send of this.#waiting.splice(0)) send();
  }

  #answer(prefix: string, response: ServerResponse): void {
    const found = [...this.keys].filter(([key]) => key.startsWith(prefix));
    response.writeHead(this.isAway ? 500 : found.length === 0 ? 404 : 200, {
      'x-consul-index': String(this.index),
    });
    response.end(
      JSON.stringify(found.map(([Key, value]) => ({ Key, Value: Key.endsWith('/') ? null : btoa(value) }))),
    );
  }
}

const schema = z.object({
  db: z.object({ url: z.string().default('none'), pool: z.number().default(1) }).prefault({}),
});

async function load(source: ReturnType<typeof consulSource>) {
  const lines: string[] = [];
  const write = (message: string): void => void lines.push(message);
  const logger = { info: write, warn: write, error: write };
  return Object.assign(await loadConfig({ schema, files: [], variables: {}, logger, sources: [source] }), {
    lines,
  });
}

test('keys are read and watched, also when the index goes back', async () => {
  await using consul = await FakeConsul.start();
  consul.set('app/', '');
  consul.set('app/db/url', 'a');
  consul.set('app/db/POOL', '3');
  using config = await load(
    consulSource(consul.server.url, { prefix: 'app/', token: 'hunter2', datacenter: 'x' }),
  );
  expect(config.values.db).toStrictEqual({ url: 'a', pool: 3 });
  expect(config.explain()[1]).toMatchObject({ path: 'db.url', from: 'Consul app/db/url' });
  expect(consul.server.requests[0]).toMatchObject({
    url: '/v1/kv/app/?recurse=true&dc=x',
    headers: expect.objectContaining({ 'x-consul-token': 'hunter2' }) as object,
  });
  await expect
    .poll(() => consul.server.requests[1]?.url)
    .toBe('/v1/kv/app/?recurse=true&dc=x&index=10&wait=60s');
  consul.set('app/db/url', 'b');
  await expect.poll(() => config.values.db.url).toBe('b');
  consul.set('app/db/url', 'c', 2);
  await expect.poll(() => config.values.db.url).toBe('c');
  consul.isAway = true;
  consul.wake(3);
  await expect.poll(() => config.lines.join('\n')).toContain('is away: the answer has status 500');
  expect(config.values.db.url).toBe('c');
  consul.isAway = false;
  consul.set('app/db/url', 'd');
  await expect.poll(() => config.values.db.url).toBe('d');
  expect(config.lines.join('\n')).not.toContain('hunter2');
});

test('a prefix without keys has no values', async () => {
  await using consul = await FakeConsul.start();
  using config = await load(consulSource(consul.server.url, { prefix: 'app/' }));
  expect(config.values.db).toStrictEqual({ url: 'none', pool: 1 });
});

test('answers of something else are refused', async () => {
  await using server = await HttpServer.start((_, response) =>
    response.setHeader('x-consul-index', '1').end('{"Key":"hunter2"}'),
  );
  const read = (): Promise<Error> => rejection(load(consulSource(server.url, { prefix: 'app/' })));
  expect((await read()).message).toContain('the answer is not one of Consul');
  server.answer = (_, response) => response.end('[]');
  expect((await read()).message).toContain('the answer is not one of Consul');
  server.answer = (_, response) =>
    response.setHeader('x-consul-index', '1').end('[{"Key":"other/x","Value":"eA=="}]');
  expect((await read()).message).toContain('the answer is not one of Consul');
});
