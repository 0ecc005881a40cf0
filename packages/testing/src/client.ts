import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { type ClientHttp2Session, connect } from 'node:http2';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';

import { type RequestOptions, toRequestInit } from './inject.ts';

/** Sends requests over one protocol, and keeps its connections until it is closed. */
export interface TestClient {
  /** Sends a request; the response has its head, its content streams. */
  request(path: string | URL, options?: RequestOptions): Promise<Response>;
  /** Ends the connections. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How a client is made. */
export interface ClientOptions {
  readonly protocol: 'http1' | 'http2';
  /** A certificate to trust, in PEM. Default: what this process trusts, with the development certificate of its servers. */
  readonly ca?: string | undefined;
}

interface Head {
  readonly status: number;
  readonly headers: Headers;
  readonly content: Readable;
}

/** Makes a client that speaks just one protocol, for tests of either. */
export function createClient(origin: string | URL, { protocol, ca }: ClientOptions): TestClient {
  const transport = protocol === 'http2' ? overHttp2(new URL(origin), ca) : overHttp1(new URL(origin), ca);
  return {
    request: async (path, options = {}) => {
      const request = new Request(new URL(path, origin), toRequestInit(options));
      const { status, headers, content } = await transport.send(request);
      const empty = request.method === 'HEAD' || [204, 205, 304].includes(status);
      if (empty) content.resume();
      const body = empty ? null : (Readable.toWeb(content) as ReadableStream<Uint8Array>);
      return new Response(body, { status, headers });
    },
    close: transport.close,
    [Symbol.asyncDispose]: transport.close,
  };
}

interface Transport {
  send(request: Request): Promise<Head>;
  close(): Promise<void>;
}

function overHttp1(origin: URL, ca: string | undefined): Transport {
  const secure = origin.protocol === 'https:';
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, ...(ca && { ca }) })
    : new HttpAgent({ keepAlive: true });
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        const { method, signal } = request;
        const headers = Object.fromEntries(request.headers);
        const outgoing = (secure ? httpsRequest : httpRequest)(request.url, {
          method,
          headers,
          agent,
          signal,
        });
        outgoing.once('error', reject);
        outgoing.once('response', (response) => {
          const received = new Headers();
          for (let i = 0; i < response.rawHeaders.length; i += 2) {
            received.append(response.rawHeaders[i] ?? '', response.rawHeaders[i + 1] ?? '');
          }
          resolve({ status: response.statusCode ?? 0, headers: received, content: response });
        });
        sendContent(request, outgoing).catch(reject);
      }),
    close: () => {
      agent.destroy();
      return Promise.resolve();
    },
  };
}

function overHttp2(origin: URL, ca: string | undefined): Transport {
  let session: ClientHttp2Session | undefined;
  const open = (): ClientHttp2Session => {
    if (!session || session.closed || session.destroyed) {
      session = connect(origin, ca === undefined ? {} : { ca });
      // Each request hears of it; the session itself must not end the process.
      session.on('error', () => undefined);
    }
    return session;
  };
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        const { pathname, search } = new URL(request.url);
        const stream = open().request(
          { ...Object.fromEntries(request.headers), ':method': request.method, ':path': pathname + search },
          { endStream: request.body === null, signal: request.signal },
        );
        stream.once('error', reject);
        stream.once('response', ({ ':status': status = 0, ...fields }) => {
          const received = new Headers();
          for (const [name, value] of Object.entries(fields)) {
            for (const line of [value ?? []].flat()) received.append(name, line);
          }
          resolve({ status, headers: received, content: stream });
        });
        if (request.body !== null) sendContent(request, stream).catch(reject);
      }),
    close: () =>
      new Promise((resolve) => {
        if (!session || session.destroyed) resolve();
        else session.close(resolve);
      }),
  };
}

async function sendContent(request: Request, sink: Writable): Promise<void> {
  if (request.body === null) sink.end();
  else await pipeline(Readable.fromWeb(request.body as NodeReadableStream), sink);
}
