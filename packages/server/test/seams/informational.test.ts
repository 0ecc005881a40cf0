import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:http2';

import { startTestServer, type TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const HINT = '</app.css>; rel=preload; as=style';

let app: TestServer;
beforeAll(async () => {
  app = await startTestServer();
  const { router } = app.server;
  router.addRoute('GET', '/hints', {
    handler: ({ response }) => {
      response.earlyHints({ link: HINT });
      return 'page';
    },
  });
  router.addRoute('GET', '/trailers', {
    handler: ({ response }) =>
      response
        .stream(
          (async function* () {
            yield 'content';
          })(),
        )
        .trailers(() => ({ 'x-checksum': 'abc', 'content-length': '1' })),
  });
  router.addRoute('POST', '/received', {
    handler: async ({ request }) => {
      const before = request.trailers;
      const text = await request.text();
      return { before, text, after: { ...request.trailers } };
    },
  });
});
afterAll(() => app.close());

test('103 Early Hints go ahead of the answer: HTTP/1.1', async () => {
  const sent = httpsRequest(`${app.url}/hints`).end();
  const [[hints], [response]] = (await Promise.all([once(sent, 'information'), once(sent, 'response')])) as [
    [{ statusCode: number; headers: object }],
    [NodeJS.ReadableStream & { statusCode: number }],
  ];
  response.resume();
  expect(hints).toMatchObject({ statusCode: 103, headers: { link: HINT } });
  expect(response.statusCode).toBe(200);
});

test('103 Early Hints go ahead of the answer: HTTP/2', async () => {
  const session = connect(app.url);
  const stream = session.request({ ':path': '/hints' });
  const [[hints], [head]] = (await Promise.all([once(stream, 'headers'), once(stream, 'response')])) as [
    [object],
    [object],
  ];
  expect(hints).toMatchObject({ ':status': 103, link: HINT });
  expect(head).toMatchObject({ ':status': 200 });
  session.destroy();
});

test('trailers go behind the content, and come with it: HTTP/2', async () => {
  const session = connect(app.url);
  const stream = session.request({ ':path': '/trailers' });
  stream.resume();
  const [trailers] = (await once(stream, 'trailers')) as [Record<string, string>];
  expect(Object.entries(trailers)).toEqual([['x-checksum', 'abc']]);
  const post = session.request(
    { ':method': 'POST', ':path': '/received', 'content-type': 'text/plain' },
    {
      waitForTrailers: true,
    },
  );
  post.once('wantTrailers', () => post.sendTrailers({ 'x-sum': '1' }));
  post.end('hello');
  let text = '';
  for await (const chunk of post) text += String(chunk);
  expect(JSON.parse(text)).toEqual({ text: 'hello', after: { 'x-sum': '1' } });
  session.destroy();
});

test('trailers go behind the content, and come with it: HTTP/1.1', async () => {
  const get = httpsRequest(`${app.url}/trailers`).end();
  const [response] = (await once(get, 'response')) as [NodeJS.ReadableStream & { trailers: object }];
  response.resume();
  await once(response, 'end');
  expect({ ...response.trailers }).toEqual({ 'x-checksum': 'abc' });
  const post = httpsRequest(`${app.url}/received`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain', trailer: 'x-sum' },
  });
  post.write('hello');
  post.addTrailers({ 'x-sum': '1' });
  post.end();
  const [answer] = (await once(post, 'response')) as [AsyncIterable<Buffer>];
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  expect(JSON.parse(text)).toEqual({ text: 'hello', after: { 'x-sum': '1' } });
});
