import { PassThrough, Readable, type Writable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';

import { BlaizeError } from '@blaizejs/errors';
import type { FetchInfo, HeaderFields, Protocol } from '@blaizejs/types';
import type { Exchange, Payload } from '@blaizejs/types/internal';

import { toWebStream } from './to-web-stream.ts';

/** An exchange for a Web `Request` that is answered with a Web `Response`, without a socket. */
export class WebExchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly scheme: 'http' | 'https';
  readonly protocol: Protocol = 'HTTP/1.1';
  readonly headers: HeaderFields;
  readonly remoteAddress: string | undefined;
  readonly peer = undefined;
  readonly tunnel = undefined;
  readonly requestTrailers = undefined;
  readonly fetchInfo: FetchInfo;
  readonly rawRequest: Request;
  readonly rawResponse = undefined;
  readonly receiving = false;
  readonly hasBody: boolean;
  /** Resolves when the head of the response is known; rejects if the exchange is aborted before that. */
  readonly response: Promise<Response>;
  bodyComplete = false;
  status = 0;
  statusText: string | undefined = undefined;
  aborted = false;

  #resolve!: (response: Response) => void;
  #reject!: (reason: unknown) => void;
  readonly #closeListeners: (() => void)[] = [];
  #closed = false;
  #body: Readable | undefined;
  #sink: Writable | undefined;
  #failed = false;

  /** @param info what the caller knows about the request */
  constructor(request: Request, info: FetchInfo = {}) {
    const url = new URL(request.url);
    this.method = request.method;
    this.target = targetOf(request.url, url);
    this.authority = url.host;
    this.scheme = url.protocol === 'https:' ? 'https' : 'http';
    this.headers = Object.assign(Object.create(null) as HeaderFields, { host: url.host });
    for (const [name, value] of request.headers) this.headers[name] = value;
    this.hasBody = request.body !== null;
    this.rawRequest = request;
    this.fetchInfo = info;
    this.remoteAddress = info.remoteAddress;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Callers need not wait for the response.
    this.response.catch(() => undefined);
    if (request.signal.aborted) this.#leave();
    else request.signal.addEventListener('abort', () => this.#leave(), { once: true });
  }

  get responded(): boolean {
    return this.status !== 0;
  }

  body(): Readable {
    if (!this.#body) {
      // Where the types of browsers are loaded too, theirs of a stream is another than Node's.
      const body: object | null = this.rawRequest.body;
      this.#body = body ? Readable.fromWeb(body as NodeReadableStream) : Readable.from([]);
      if (this.aborted) this.#body.destroy();
    }
    return this.#body;
  }

  /** Does nothing: there is no connection to limit. */
  limitRequest(): void {}

  /** Does nothing: a Web `Response` has one head. */
  inform(): void {}

  respond(status: number, headers: HeaderFields, payload: Payload | null): void {
    const response = new Response(payload as WebBody, this.#head(status, headers));
    this.status = status;
    this.#resolve(response);
    this.#close();
  }

  /** Trailers are dropped: a Web `Response` has none. */
  respondStream(status: number, headers: HeaderFields): Writable {
    this.status = status;
    const sink = (this.#sink = new PassThrough());
    sink.once('close', () => {
      if (!sink.readableEnded && !this.#failed) this.#leave();
      this.#close();
    });
    this.#resolve(new Response(toWebStream(sink), this.#head(status, headers)));
    if (this.aborted) sink.destroy();
    return sink;
  }

  abort(error?: Error): void {
    const reason = error ?? new BlaizeError('ERR_BLAIZE_ABORTED', 'The exchange was aborted by the server.');
    this.#failed = true;
    this.#reject(reason);
    this.#sink?.destroy(reason);
    if (!this.responded) this.#close();
  }

  onClose(listener: () => void): void {
    if (this.#closed) listener();
    else this.#closeListeners.push(listener);
  }

  #head(status: number, headers: HeaderFields): ResponseInit {
    return { status, statusText: this.statusText ?? '', headers: webHeaders(headers) };
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const listener of this.#closeListeners) listener();
  }

  #leave(): void {
    if (this.aborted || (this.responded && !this.#sink) || this.#sink?.writableFinished) return;
    this.aborted = true;
    this.#reject(this.rawRequest.signal.reason ?? new DOMException('The client left.', 'AbortError'));
    this.#body?.destroy();
    this.#sink?.destroy();
    this.#close();
  }
}

/** The URL of a `Request` is normalised. If a test has overridden `url`, its target is used unchanged. */
function targetOf(text: string, url: URL): string {
  if (text === url.href) return url.pathname + url.search;
  return text.slice(text.indexOf('/', text.indexOf('//') + 2)).replace(/#.*/s, '');
}

// The DOM calls it BodyInit; Node has no global name for it.
type WebBody = ConstructorParameters<typeof Response>[0];

function webHeaders(fields: HeaderFields): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    for (const line of Array.isArray(value) ? value : [value]) headers.append(name, line);
  }
  return headers;
}
