import { EventEmitter, once } from 'node:events';

import { startTestServer, type TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Field } from './hpack.ts';
import {
  data,
  END_HEADERS,
  END_STREAM,
  headers,
  HEADERS,
  RawHttp2,
  request,
  RST_STREAM,
} from './raw-http2.ts';

let app: TestServer;
/** Tells of each request that reaches a handler, and what became of content that was read. */
const told = new EventEmitter<{ request: [path: string]; content: [outcome: string] }>();

beforeAll(async () => {
  app = await startTestServer();
  const { router } = app.server;
  router.addRoute('GET', '/', {
    handler: (ctx) => {
      told.emit('request', ctx.request.path);
      return ctx.request.header(String(ctx.request.query.field)) ?? 'none';
    },
  });
  router.addRoute('GET', '/host', { handler: (ctx) => ctx.request.url.host });
  router.addRoute('GET', '/ignored', { handler: () => 'not read' });
  router.addRoute('POST', '/', {
    handler: async (ctx) => {
      told.emit('request', ctx.request.path);
      const content = await ctx.request.text().catch((error: unknown) => {
        told.emit('content', (error as { code: string }).code);
        throw error;
      });
      told.emit('content', content);
      return ctx.request.header('x-trailer') ?? content;
    },
  });
});
afterAll(() => app.close());

/** Sends frames on a connection of their own, which has to serve another request afterwards where it still is. */
async function outcomeOf(...frames: readonly Buffer[]): Promise<string> {
  using client = await RawHttp2.open(app);
  client.send(...frames);
  const { status, end } = await client.outcome(1);
  if (!end.startsWith('GOAWAY') && end !== 'closed') {
    client.send(headers(3, request('/host')));
    expect(await client.outcome(3)).toEqual({ status: 200, content: 'localhost', end: 'complete' });
  }
  return end === 'complete' ? String(status) : end;
}

/** Gives what says which requests have reached a handler since. */
function watchRequests(): () => string[] {
  const reached: string[] = [];
  const note = (path: string): unknown => reached.push(path);
  told.on('request', note);
  return () => {
    told.off('request', note);
    return reached;
  };
}

const without = (name: string): Field[] => request('/').filter(([field]) => field !== name);
const twice = (name: string): Field[] =>
  request('/').flatMap((field) => (field[0] === name ? [field, field] : [field]));
const withField = (name: string, value: string): Field[] => request('/', 'GET', [name, value]);
const withPseudo = (name: string, value: string): Field[] =>
  request('/').map(([field, old]) => [field, field === name ? value : old]);

// RFC 9113 section 8.1.1: a stream error of type PROTOCOL_ERROR, before which a server may answer.
const REFUSED = expect.stringMatching(/^(?:RST_STREAM PROTOCOL_ERROR|400)$/);

describe('a malformed request is refused, and its connection goes on (RFC 9113 section 8.1.1):', () => {
  test.each<[string, Field[]]>([
    // Section 8.3.1
    ['no :method', without(':method')],
    ['no :scheme', without(':scheme')],
    ['no :path', without(':path')],
    ['neither :authority nor Host', without(':authority')],
    [':method twice', twice(':method')],
    [':scheme twice', twice(':scheme')],
    [':path twice', twice(':path')],
    [':authority twice', twice(':authority')],
    ['an empty :method', withPseudo(':method', '')],
    ['a :method that is no token', withPseudo(':method', 'G T')],
    ['an empty :scheme', withPseudo(':scheme', '')],
    ['an empty :path', withPseudo(':path', '')],
    ['a :path without its slash', withPseudo(':path', 'host')],
    ['a URL as :path', withPseudo(':path', 'https://localhost/')],
    ['an asterisk that is not for OPTIONS', withPseudo(':path', '*')],
    ['a space in :path', withPseudo(':path', '/a b')],
    ['a control character in :path', withPseudo(':path', '/a\x01b')],
    ['an empty :authority', withPseudo(':authority', '')],
    ['user information in :authority', withPseudo(':authority', 'user@localhost')],
    ['user information in Host', [...without(':authority'), ['host', 'user@localhost']]],
    ['a space in :authority', withPseudo(':authority', 'local host')],
    ['a port beyond any in :authority', withPseudo(':authority', 'localhost:99999')],
    ['a slash in :authority', withPseudo(':authority', 'localhost/host')],
    ['a Host that contradicts :authority', withField('host', 'evil.example')],
    ['a Host with another port than :authority', withField('host', 'localhost:8443')],
    ['Host twice', request('/', 'GET', ['host', 'localhost'], ['host', 'localhost'])],
    ['an empty Host', [...without(':authority'), ['host', '']]],
    // Section 8.3
    ['a pseudo-field behind a field', [...without(':path'), ['accept', '*/*'], [':path', '/']]],
    ['an unknown pseudo-field', [...request('/'), [':version', '2']]],
    ['a pseudo-field of responses', [...request('/'), [':status', '200']]],
    // Section 8.2.1
    ['a name with capitals', withField('X-Field', 'x')],
    // Section 8.2.2
    ['Connection', withField('connection', 'close')],
    ['Keep-Alive', withField('keep-alive', 'timeout=5')],
    ['Proxy-Connection', withField('proxy-connection', 'close')],
    ['Transfer-Encoding', withField('transfer-encoding', 'chunked')],
    ['Upgrade', withField('upgrade', 'websocket')],
    ['a TE that is not trailers', withField('te', 'gzip')],
    ['a TE that is trailers and more', withField('te', 'trailers, gzip')],
    // Section 8.5, and RFC 8441 section 4 where nobody allowed it
    ['CONNECT with a :path', withPseudo(':method', 'CONNECT')],
    // RFC 9110 section 8.6
    ['a Content-Length that is no number', withField('content-length', 'abc')],
    ['a negative Content-Length', withField('content-length', '-1')],
    ['a Content-Length with a sign', withField('content-length', '+0')],
    ['an empty Content-Length', withField('content-length', '')],
    ['a Content-Length that is a list', withField('content-length', '0, 0')],
    ['a Content-Length beyond any number', withField('content-length', '99999999999999999999')],
    ['Content-Length twice', request('/', 'GET', ['content-length', '0'], ['content-length', '0'])],
    // Section 8.1.1
    ['a Content-Length and no content', withField('content-length', '5')],
  ])('%s', async (_name, fields) => {
    const reached = watchRequests();
    expect(await outcomeOf(headers(1, fields))).toEqual(REFUSED);
    expect(reached()).toEqual([]);
  });

  test.each<[string, Field[], string, Buffer[]]>([
    ['less content than Content-Length', [['content-length', '5']], 'abc', []],
    ['more content than Content-Length', [['content-length', '2']], 'abc', []],
    ['content and a Content-Length of 0', [['content-length', '0']], 'a', []],
    // Section 8.1
    ['trailers that do not end the stream', [], 'abc', [headers(1, [['x-trailer', '1']], END_HEADERS)]],
    ['a pseudo-field in trailers', [], 'abc', [headers(1, [[':path', '/host']])]],
    ['Connection in trailers', [], 'abc', [headers(1, [['connection', 'close']])]],
    [
      'trailers, and less content than Content-Length',
      [['content-length', '5']],
      'abc',
      [headers(1, [['a', 'b']])],
    ],
  ])('%s', async (_name, fields, content, trailers) => {
    using client = await RawHttp2.open(app);
    const read = once(told, 'content');
    const last = trailers.length === 0 ? END_STREAM : 0;
    client.send(
      headers(1, request('/', 'POST', ...fields), END_HEADERS),
      data(1, content, last),
      ...trailers,
    );
    // From Node 22 on, content beyond its length ends the connection too.
    const { status, end } = await client.outcome(1);
    expect([status, end]).toEqual([undefined, expect.stringMatching(/^(?:RST_STREAM|GOAWAY) |^closed$/)]);
    expect(await read).toEqual(['ERR_BLAIZE_REQUEST_ABORTED']);
  });
});

describe('a request is served with', () => {
  test.each<[string, Field[], string]>([
    ['Host in place of :authority', [...without(':authority'), ['host', 'localhost']], '200'],
    ['a Host that says what :authority says', withField('host', 'localhost'), '200'],
    ['a Host in other letters', withField('host', 'LocalHost'), '200'],
    ['a Host with the port that goes without saying', withField('host', 'localhost:443'), '200'],
    ['TE: trailers', withField('te', 'trailers'), '200'],
    ['a Content-Length of 0', withField('content-length', '0'), '200'],
    ['a scheme of any kind', withPseudo(':scheme', 'http'), '200'],
    ['an asterisk for OPTIONS', request('*', 'OPTIONS'), '204'],
  ])('%s', async (_name, fields, status) => {
    expect(await outcomeOf(headers(1, fields))).toBe(status);
  });

  test('cookies in several fields, as one (RFC 9113 section 8.2.3)', async () => {
    using client = await RawHttp2.open(app);
    client.send(headers(1, request('/?field=cookie', 'GET', ['cookie', 'a=1'], ['cookie', 'b=2'])));
    expect(await client.outcome(1)).toMatchObject({ status: 200, content: 'a=1; b=2' });
  });

  test('trailers, which are no header fields (RFC 9113 section 8.1)', async () => {
    const head = headers(1, request('/', 'POST'), END_HEADERS);
    using client = await RawHttp2.open(app);
    client.send(head, data(1, 'abc'), headers(1, [['x-trailer', '1']]));
    expect(await client.outcome(1)).toEqual({ status: 200, content: 'abc', end: 'complete' });
  });

  test('content that ends in an empty frame', async () => {
    const head = headers(1, request('/', 'POST', ['content-length', '3']), END_HEADERS);
    const read = once(told, 'content');
    expect(await outcomeOf(head, data(1, 'abc'), data(1, '', END_STREAM))).toBe('200');
    expect(await read).toEqual(['abc']);
  });

  test('content where nobody expects any', async () => {
    expect(await outcomeOf(headers(1, request('/ignored'), END_HEADERS), data(1, 'abc', END_STREAM))).toBe(
      '200',
    );
  });
});

// RFC 9113 section 8.2.1. That they are malformed is not for Node: it leaves such fields out.
test.each<[string, Field]>([
  ['NUL in a value', ['x-field', 'a\0b']],
  ['CR in a value', ['x-field', 'a\rb']],
  ['LF in a value', ['x-field', 'a\nb']],
  ['a control character in a value', ['x-field', 'a\x01b']],
  ['a space before a value', ['x-field', ' a']],
  ['a tab behind a value', ['x-field', 'a\t']],
  ['a space in a name', ['x-field ', 'a']],
  ['a colon in a name', ['x-field:', 'a']],
])('%s reaches no handler', async (_name, field) => {
  using client = await RawHttp2.open(app);
  client.send(headers(1, request('/?field=x-field', 'GET', field)));
  const { status, content, end } = await client.outcome(1);
  expect([status ?? end, content]).toEqual(status === undefined ? [REFUSED, ''] : [200, 'none']);
});

describe('CONNECT', () => {
  test('gets 501: this is no proxy (RFC 9110 section 9.3.6)', async () => {
    const fields: Field[] = [
      [':method', 'CONNECT'],
      [':authority', 'example.com:443'],
    ];
    using client = await RawHttp2.open(app);
    client.send(headers(1, fields, END_HEADERS));
    const { status, content } = await client.outcome(1);
    expect([status, JSON.parse(content)]).toMatchObject([501, { code: 'ERR_BLAIZE_NOT_IMPLEMENTED' }]);
  });
});

describe('Expect (RFC 9110 section 10.1.1)', () => {
  const expecting = (path: string, method: string, what: string): Buffer =>
    headers(1, request(path, method, ['expect', what]), END_HEADERS);

  test('100-continue gets 100 when the content is asked for, and then the answer', async () => {
    using client = await RawHttp2.open(app);
    client.send(expecting('/', 'POST', '100-continue'));
    const first = await client.find(({ type }) => type === HEADERS);
    client.send(data(1, 'abc', END_STREAM));
    expect(await client.outcome(1)).toEqual({ status: 200, content: 'abc', end: 'complete' });
    expect([first?.flags, client.heads(1)]).toEqual([END_HEADERS, [100, 200]]);
  });

  test('100-continue gets no 100 where the content is not asked for', async () => {
    using client = await RawHttp2.open(app);
    client.send(expecting('/ignored', 'GET', '100-continue'));
    expect(await client.outcome(1)).toMatchObject({ status: 200, content: 'not read' });
    expect(client.heads(1)).toEqual([200]);
  });

  test('anything else gets 417', async () => {
    const reached = watchRequests();
    using client = await RawHttp2.open(app);
    client.send(expecting('/', 'POST', '200-ok'));
    expect(await client.outcome(1)).toMatchObject({ status: 417 });
    expect([client.heads(1), reached()]).toEqual([[417], []]);
  });
});

test('the rest of content is not asked for once the answer is out (RFC 9113 section 8.1)', async () => {
  using client = await RawHttp2.open(app);
  client.send(headers(1, request('/ignored', 'GET'), END_HEADERS), data(1, 'abc'));
  expect(await client.outcome(1)).toEqual({ status: 200, content: 'not read', end: 'complete' });
  const last = await client.find(({ type, stream }) => type === RST_STREAM && stream === 1);
  expect(last?.payload.readUInt32BE(0)).toBe(0);
});
