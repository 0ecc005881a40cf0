import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable, type Writable } from 'node:stream';

import { type RequestOptions, toRequestInit } from './inject.ts';
import { readTarget } from './target.ts';

/** Sends requests over one protocol, and keeps connections open until it is closed. */
export interface TestClient {
  /**
   * Sends a request. Sends the path unchanged, even `//a` or `/a/../b`. Resolves when the response's headers have arrived;
   * its body streams.
   */
  request(path: string | URL, options?: RequestOptions): Promise<Response>;
  /** Closes the connections. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The options of {@link createClient}. */
export interface ClientOptions {
  readonly protocol: 'http1' | 'http2';
  /**
   * A certificate to trust, as PEM. Default: the certificates that this process trusts, including those of its test servers.
   */
  readonly ca?: string | undefined;
}

interface Head {
  readonly status: number;
  readonly headers: Headers;
  readonly content: Readable;
  /** Tells the server to stop sending. */
  readonly cancel: () => void;
}

/** Creates a client that speaks only one protocol. */
export function createClient(origin: string | URL, { protocol, ca }: ClientOptions): TestClient {
  const transport = protocol === 'http2' ? overHttp2(new URL(origin), ca) : overHttp1(new URL(origin), ca);
  return {
    request: async (path, options = {}) => {
      const { url, target } = readTarget(path, origin);
      const request = await withLength(new Request(url, toRequestInit('request()', options)), options.body);
      const { status, headers, content, cancel } = await transport.send(
        request,
        target,
        options.signal ?? undefined,
      );
      const empty = request.method === 'HEAD' || [204, 205, 304].includes(status);
      if (empty) content.resume();
      const body = empty ? null : toWeb(content, cancel);
      return new Response(body, { status, headers });
    },
    close: transport.close,
    [Symbol.asyncDispose]: transport.close,
  };
}

interface Transport {
  /** @param signal the caller's own, since the signal of a `Request` stops following it once it is garbage-collected */
  readonly send: (request: Request, target: string, signal: AbortSignal | undefined) => Promise<Head>;
  readonly close: () => Promise<void>;
}

function overHttp1(origin: URL, ca: string | undefined): Transport {
  const secure = origin.protocol === 'https:';
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, ...(ca && { ca }) })
    : new HttpAgent({ keepAlive: true });
  return {
    send: (request, target, signal) =>
      new Promise((resolve, reject) => {
        const { method } = request;
        const headers = Object.fromEntries(request.headers);
        const outgoing = (secure ? httpsRequest : httpRequest)(request.url, {
          method,
          path: target,
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
          resolve({
            status: response.statusCode ?? 0,
            headers: received,
            content: response,
            cancel: () => response.destroy(),
          });
        });
        sendContent(request, outgoing, reject);
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
      // Each request reports the error. Without a listener, it would end the process.
      session.on('error', () => undefined);
    }
    return session;
  };
  return {
    send: (request, target, signal) =>
      new Promise((resolve, reject) => {
        const stream = open().request(
          { ...Object.fromEntries(request.headers), ':method': request.method, ':path': target },
          { endStream: request.body === null, ...(signal && { signal }) },
        );
        stream.once('error', reject);
        stream.once('close', () => reject(new Error('The stream was closed before a response arrived.')));
        stream.once('response', ({ ':status': status = 0, ...fields }) => {
          const received = new Headers();
          for (const [name, value] of Object.entries(fields)) {
            for (const line of [value ?? []].flat()) received.append(name, line);
          }
          resolve({
            status,
            headers: received,
            content: stream,
            cancel: () => stream.close(constants.NGHTTP2_CANCEL),
          });
        });
        if (request.body !== null) sendContent(request, stream, reject);
      }),
    close: () =>
      new Promise((resolve) => {
        if (!session || session.destroyed) return resolve();
        // The callback of close() is ignored if the server has begun to close the session.
        session.once('close', resolve).close();
      }),
  };
}

/** Sets `content-length` unless the body is a stream, as other clients do. */
async function withLength(request: Request, body: RequestOptions['body']): Promise<Request> {
  const isStream = typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
  if (request.body === null || isStream || request.headers.has('content-length')) return request;
  const content = await request.clone().arrayBuffer();
  request.headers.set('content-length', String(content.byteLength));
  return request;
}

// `Readable.toWeb` would wait for both sides of an HTTP/2 stream, and take a reset for a regular end.
function toWeb(content: Readable, cancel: () => void): ReadableStream<Uint8Array> {
  let ended = false;
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      content.on('data', (chunk: Buffer) => {
        if (ended) return;
        controller.enqueue(new Uint8Array(chunk));
        if ((controller.desiredSize ?? 0) <= 0) content.pause();
      });
      content.on('end', () => {
        if (ended) return;
        ended = true;
        controller.close();
      });
      content.on('error', (error) => controller.error(error));
      content.on('close', () => {
        if (!ended) controller.error(new Error('The response broke off.'));
      });
    },
    pull: () => void content.resume(),
    cancel: () => {
      ended = true;
      cancel();
    },
  });
}

// `pipeline` would destroy the request if the server answers before it has read everything.
function sendContent(request: Request, sink: Writable, onError: (error: Error) => void): void {
  if (request.body === null) sink.end();
  else Readable.fromWeb(request.body).on('error', onError).pipe(sink);
}
