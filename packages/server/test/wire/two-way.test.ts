import type { Writable } from 'node:stream';

import type { Exchange } from '@blaizejs/types/internal';
import { describe, expect, test } from 'vitest';

import { AdapterUnderTest, WIRE_TRANSPORTS, type WireTransport } from './adapter-suite.ts';
import { head } from './http1-suite.ts';
import * as h2 from './raw-http2.ts';

/** A request whose content comes piece by piece, over any protocol. */
interface Upload extends AsyncDisposable {
  write(content: string): void;
  /** Waits for content of the answer. */
  until(content: string): Promise<void>;
  /** Waits for the end of the answer; gives its status, or `broken`. */
  end(): Promise<number | 'broken'>;
}

async function upload(app: AdapterUnderTest, transport: WireTransport): Promise<Upload> {
  if (transport === 'HTTP/2') {
    const client = await app.http2();
    client.send(h2.headers(1, h2.request('/', 'POST'), h2.END_HEADERS));
    return {
      write: (content) => void client.send(h2.data(1, content)),
      until: (content) => client.until(() => client.content(1).toString().endsWith(content)),
      end: async () => {
        const { status, end } = await client.outcome(1);
        return status !== undefined && end === 'complete' ? status : 'broken';
      },
      [Symbol.asyncDispose]: async () => {
        client.destroy();
        await client.end();
      },
    };
  }
  const connection = await app.http1(true);
  connection.send(head('POST / HTTP/1.1', 'Transfer-Encoding: chunked'));
  let begun = '';
  return {
    write: (content) => {
      if (connection.socket.writable) connection.send(`${content.length.toString(16)}\r\n${content}\r\n`);
    },
    until: async (content) => void (begun += await connection.until(`\r\n${content}\r\n`)),
    end: async () => {
      if (begun !== '') {
        const rest = await connection.ended().catch(() => connection.received);
        return (begun + rest).endsWith('0\r\n\r\n') ? 200 : 'broken';
      }
      return (await connection.answer()).status;
    },
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

/** Answers with what comes, as it comes. */
function echoing(exchange: Exchange): void {
  const sink = exchange.respondStream(200, {});
  exchange.body().on('data', (chunk) => sink.write(chunk));
}

/** Passes time by an idle connection: it lasts longer than `keepAliveTimeout` says, over HTTP/1.1 by a second. */
async function idle(app: AdapterUnderTest, transport: WireTransport): Promise<void> {
  if (transport === 'HTTP/2') {
    for (let turn = 0; turn < 4; turn++) {
      using client = await app.http2();
      await client.end();
    }
  } else {
    await using connection = await app.http1();
    connection.send(head('GET / HTTP/1.1'));
    await connection.ended();
  }
}

describe.each(WIRE_TRANSPORTS)('a two-way stream, %s', (transport) => {
  test('lasts longer than requestTimeout while bytes come or go', async () => {
    const limits = { requestTimeout: 200, headersTimeout: 200, keepAliveTimeout: 60_000 };
    await using app = await AdapterUnderTest.start(transport, echoingPosts, { limits });
    await using client = await upload(app, transport);
    for (let turn = 0; turn < 8; turn++) {
      client.write(`a${turn}`);
      await client.until(`a${turn}`);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    expect(app.hits.counts).toMatchObject({ requestTimeout: 0, keepAliveTimeout: 0 });
  });

  test('lasts while only the server sends', async () => {
    const limits = { requestTimeout: 200, headersTimeout: 200, keepAliveTimeout: 60_000 };
    let sink: Writable | undefined;
    await using app = await AdapterUnderTest.start(
      transport,
      (exchange) => {
        exchange.body().resume();
        sink = exchange.respondStream(200, {}, { flush: true });
      },
      { limits },
    );
    await using client = await upload(app, transport);
    for (let turn = 0; turn < 8; turn++) {
      await expect.poll(() => sink).toBeDefined();
      sink?.write(`b${turn}`);
      await client.until(`b${turn}`);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    expect(app.hits.counts).toMatchObject({ requestTimeout: 0, keepAliveTimeout: 0 });
  });

  test('is cut when nothing moves for keepAliveTimeout', async () => {
    const limits = { requestTimeout: 60_000, headersTimeout: 60_000, keepAliveTimeout: 50 };
    let aborted: unknown;
    await using app = await AdapterUnderTest.start(
      transport,
      (exchange) => {
        exchange.onClose(() => (aborted = exchange.aborted));
        echoing(exchange);
      },
      { limits },
    );
    await using client = await upload(app, transport);
    client.write('a');
    await client.until('a');
    expect(await client.end()).toBe('broken');
    await expect.poll(() => aborted).toBe(true);
    expect(app.hits.counts).toMatchObject({ requestTimeout: 0, keepAliveTimeout: 1 });
  });

  test('that is answered through the raw response is one, too', async () => {
    const limits = { requestTimeout: 200, headersTimeout: 200, keepAliveTimeout: 500 };
    await using app = await AdapterUnderTest.start(
      transport,
      ({ rawRequest, rawResponse }) => {
        if (rawResponse && 'respond' in rawResponse) {
          rawResponse.respond({ ':status': 200 });
          rawResponse.on('data', (chunk) => rawResponse.write(chunk));
        } else if (rawResponse && 'on' in rawRequest) {
          rawResponse.writeHead(200);
          rawRequest.on('data', (chunk) => rawResponse.write(chunk));
        }
      },
      { limits },
    );
    await using client = await upload(app, transport);
    for (let turn = 0; turn < 8; turn++) {
      client.write(`a${turn}`);
      await client.until(`a${turn}`);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    expect(app.hits.counts.requestTimeout).toBe(0);
    expect(await client.end()).toBe('broken');
    expect(app.hits.counts).toMatchObject({ requestTimeout: 0, keepAliveTimeout: 1 });
  });

  test('is none without an answer: content that drips is cut at requestTimeout', async () => {
    const limits = { requestTimeout: 60, headersTimeout: 60, keepAliveTimeout: 5000 };
    await using app = await AdapterUnderTest.start(transport, (exchange) => exchange.body().resume(), {
      limits,
    });
    await using client = await upload(app, transport);
    const dripping = setInterval(() => client.write('a'), 10);
    expect(await client.end()).toBe(408);
    clearInterval(dripping);
    expect(app.refusals).toMatchObject([{ status: 408, limit: 'requestTimeout' }]);
  });

  test('is none any more once its answer is complete: content that drips is cut', async () => {
    const limits = { requestTimeout: 60, headersTimeout: 60, keepAliveTimeout: 100 };
    let closed = 0;
    await using app = await AdapterUnderTest.start(
      transport,
      (exchange) => {
        const body = exchange.body();
        const sink = exchange.respondStream(200, {});
        body.on('data', () => sink.writableEnded || sink.end('b'));
        exchange
          .body()
          .on('close', () => (closed += 1))
          .on('error', () => undefined);
      },
      { limits },
    );
    await using client = await upload(app, transport);
    const dripping = setInterval(() => client.write('a'), 10);
    // Over HTTP/1.1, the answer gets a while to be taken.
    await expect.poll(() => closed, { timeout: 5000 }).toBe(1);
    clearInterval(dripping);
    expect(app.hits.counts).toMatchObject({ requestTimeout: 1, keepAliveTimeout: 0 });
  });
});

describe.each(WIRE_TRANSPORTS)('limitRequest(), %s', (transport) => {
  const BRIEF = { requestTimeout: 60, headersTimeout: 60, keepAliveTimeout: 60 };
  const LONG = { requestTimeout: 60_000, headersTimeout: 60_000, keepAliveTimeout: 60_000 };

  test('makes it shorter', async () => {
    await using app = await AdapterUnderTest.start(transport, limited(50), { limits: LONG });
    await using client = await upload(app, transport);
    expect(await client.end()).toBe(408);
    expect(app.refusals).toMatchObject([{ message: 'The request was not complete after 50 ms.' }]);
  });

  test.each([
    ['longer', 30_000],
    ['endless', 0],
  ])('makes it %s', async (_name, milliseconds) => {
    let exchange: Exchange | undefined;
    await using app = await AdapterUnderTest.start(
      transport,
      (one) => {
        if (one.method === 'GET') return one.respond(200, { 'content-length': '0' }, null);
        exchange = one;
        limited(milliseconds)(one);
      },
      { limits: BRIEF },
    );
    await using client = await upload(app, transport);
    client.write('a');
    await idle(app, transport);
    expect(exchange).toMatchObject({ receiving: true, aborted: false, responded: false });
    expect(app.refusals).toEqual([]);
    expect(app.hits.counts.requestTimeout).toBe(0);
    exchange?.respond(200, { 'content-length': '0' }, null);
    expect(await client.end()).toBe(200);
  });
});

function limited(milliseconds: number): (exchange: Exchange) => void {
  return (exchange) => {
    exchange.limitRequest(milliseconds);
    exchange.body().resume();
  };
}

function echoingPosts(exchange: Exchange): void {
  if (exchange.method === 'POST') echoing(exchange);
  else exchange.respond(200, { 'content-length': '0' }, null);
}
