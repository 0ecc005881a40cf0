import { expect, test } from 'vitest';
import { z } from 'zod';

import { httpSource } from '../src/http.ts';
import { loadConfig } from '../src/index.ts';
import { rejection } from './failures.ts';
import { HttpServer } from './http-server.ts';

const schema = z.object({ port: z.number(), level: z.string().default('info') });

function load(source: ReturnType<typeof httpSource>) {
  const lines: string[] = [];
  const write = (message: string): void => void lines.push(message);
  const logger = { info: write, warn: write, error: write };
  return loadConfig({ schema, files: [], variables: {}, logger, sources: [source] }).then((config) =>
    Object.assign(config, { lines }),
  );
}

test('a document is read, asked for again with its ETag, and kept while the server fails', async () => {
  let [body, etag, status] = ['port: 1\n', '"1"', 200];
  await using server = await HttpServer.start((request, response) => {
    if (request.headers['if-none-match'] === etag && status === 200) response.writeHead(304).end();
    else response.writeHead(status, { etag, 'content-type': 'application/yaml' }).end(body);
  });
  using config = await load(
    httpSource(`${server.url}/app?token=hunter2`, { interval: 20, headers: { authorization: 'hunter2' } }),
  );
  expect(config.values).toStrictEqual({ port: 1, level: 'info' });
  expect(config.explain()[1]).toMatchObject({ path: 'port', from: `${server.url}/app:1` });
  expect(server.requests[0]?.headers.authorization).toBe('hunter2');
  await expect.poll(() => server.requests.length).toBeGreaterThan(3);
  expect(config.lines).toStrictEqual([]);

  [body, etag] = ['# new\nport: 2', '"2"'];
  await expect.poll(() => config.values.port).toBe(2);
  status = 500;
  await expect.poll(() => config.lines).toContain(`${server.url}/app is away: the answer has status 500`);
  expect(config.values.port).toBe(2);
  [body, etag, status] = ['port: 3', '"3"', 200];
  await expect.poll(() => config.values.port).toBe(3);
  expect(config.lines.filter((line) => line.includes('is away: '))).toHaveLength(1);
  expect(config.lines.join()).not.toContain('hunter2');
});

test('closing ends all requests', async () => {
  await using server = await HttpServer.start((_, response) => response.end('{"port":1}'));
  const config = await load(httpSource(server.url, { interval: 5 }));
  await expect.poll(() => server.requests.length).toBeGreaterThan(1);
  config.close();
  await new Promise((resolve) => setTimeout(resolve, 30));
  const { length } = server.requests;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(server.requests).toHaveLength(length);
});

test.each<[string, (server: HttpServer) => HttpServer['answer'], RegExp]>([
  ['nothing', () => () => undefined, /there was no answer in 200 ms/],
  [
    'only a part',
    () => (_, response) => void response.writeHead(200).write('{"port":'),
    /there was no answer in 200 ms/,
  ],
  [
    'too much',
    () => (_, response) => void response.end(`"${'x'.repeat(2000)}"`),
    /the answer is larger than 1000 bytes/,
  ],
  [
    'a redirect',
    (server) => (_, response) => void response.writeHead(302, { location: server.url }).end(),
    /redirect/,
  ],
  [
    'an error',
    () => (_, response) => void response.writeHead(404).end('hunter2'),
    /the answer has status 404/,
  ],
  ['broken JSON', () => (_, response) => void response.end('{"port": hunter2}'), /line 1: expected a value/],
  ['no UTF-8', () => (_, response) => void response.end(Buffer.from([0xff])), /the answer is not UTF-8/],
  ['no object', () => (_, response) => void response.end('[1]'), /expected an object of settings/],
  [
    'a prototype',
    () => (_, response) => void response.end('{"port":1,"__proto__":{"x":1}}'),
    /this key is not allowed/,
  ],
  [
    'a broken connection',
    () => (_, response) => void response.destroy(),
    /the request failed|other side closed/,
  ],
])('%s is a problem at start', async (_, answer, message) => {
  await using server = await HttpServer.start((__, response) => response.end());
  server.answer = answer(server);
  const error = await rejection(load(httpSource(server.url, { timeout: 200, maxSize: 1000 })));
  expect(error.message).toMatch(message);
  expect(error.message).not.toContain('hunter2');
});

test('options are checked, and no password is shown', () => {
  expect(() => httpSource('http://me:hunter2@host', { intervall: 1, format: 'xml' } as never)).toThrow(
    /^The options of httpSource\(\) have 3 problems:\n {2}- url: expected a URL without a name and a password in it[^]*Did you mean `interval`/,
  );
  expect(() => httpSource('file:///etc/passwd')).toThrow('an http or https URL');
});
