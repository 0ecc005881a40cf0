import { Readable } from 'node:stream';

import { type RequestContext, RequestAbortedError } from '@blaizejs/context/internal';
import { PayloadTooLargeError } from '@blaizejs/errors';

import type { Bridge } from './bridge.ts';
import type { FacadeResponse } from './facade-response.ts';
import type { FacadeSocket } from './facade-socket.ts';

const NO_APP = { locals: {}, settings: {}, get: () => undefined, enabled: () => false } as const;

/** A request as Node and Express have it, made of a context. */
export class FacadeRequest extends Readable {
  method: string;
  url: string;
  originalUrl: string;
  baseUrl = '';
  headers: Record<string, string | string[] | undefined>;
  readonly httpVersion: string;
  readonly httpVersionMajor: number;
  readonly httpVersionMinor: number;
  aborted = false;
  /** Whether the whole body has arrived. */
  complete: boolean;
  readonly upgrade = false;
  readonly ips: readonly string[] = [];
  /** Set by the bridge. */
  res: FacadeResponse | undefined = undefined;

  readonly #bridge: Bridge;
  #source: Readable | undefined;
  #opened = false;
  #query: Record<string, unknown> | undefined;
  #params: Record<string, string | undefined> | undefined;

  constructor(bridge: Bridge) {
    super();
    this.#bridge = bridge;
    const { exchange } = bridge.ctx;
    this.method = exchange.method;
    this.url = this.originalUrl = exchange.target;
    this.headers = headersOf(bridge.ctx);
    const [major, minor] =
      exchange.protocol === 'HTTP/2' ? [2, 0] : [1, exchange.protocol === 'HTTP/1.0' ? 0 : 1];
    this.httpVersionMajor = major;
    this.httpVersionMinor = minor;
    this.httpVersion = `${major}.${minor}`;
    this.complete = !exchange.hasBody;
    // A client that leaves must not end the process if the middleware has no listener.
    this.on('error', ignore);
  }

  /** The bridge that made a request; undefined for anything else. */
  static bridgeOf(req: unknown): Bridge | undefined {
    return typeof req === 'object' && req !== null && #bridge in req ? req.#bridge : undefined;
  }

  get socket(): FacadeSocket {
    return this.#bridge.socket;
  }

  get connection(): FacadeSocket {
    return this.#bridge.socket;
  }

  get rawHeaders(): string[] {
    return Object.entries(this.headers).flatMap(([name, value]) =>
      [value ?? []].flat().flatMap((line) => [name, line]),
    );
  }

  get headersDistinct(): Record<string, string[]> {
    return Object.fromEntries(
      Object.entries(this.headers).map(([name, value]) => [name, [value ?? []].flat()]),
    );
  }

  get trailers(): Readonly<Record<string, string | string[] | undefined>> {
    return this.#bridge.ctx.request.trailers ?? {};
  }

  get query(): Record<string, unknown> {
    return (this.#query ??= { ...this.#bridge.ctx.request.query });
  }

  set query(query) {
    this.#query = query;
  }

  get params(): Record<string, string | undefined> {
    return (this.#params ??= { ...this.#bridge.ctx.request.params });
  }

  set params(params) {
    this.#params = params;
  }

  get path(): string {
    const end = this.url.indexOf('?');
    return end === -1 ? this.url : this.url.slice(0, end);
  }

  get ip(): string {
    return this.#bridge.ctx.request.ip;
  }

  get protocol(): 'http' | 'https' {
    return this.#bridge.ctx.request.scheme;
  }

  get secure(): boolean {
    return this.protocol === 'https';
  }

  get host(): string {
    return this.#bridge.ctx.request.authority;
  }

  get hostname(): string {
    return this.host.replace(/:\d*$/, '');
  }

  get xhr(): boolean {
    return String(this.headers['x-requested-with']).toLowerCase() === 'xmlhttprequest';
  }

  /** Nothing is set there; some middleware looks at the settings of Express. */
  get app(): typeof NO_APP {
    return NO_APP;
  }

  get(name: string): string | string[] | undefined {
    const field = name.toLowerCase();
    if (field === 'referer' || field === 'referrer')
      return this.headers['referrer'] ?? this.headers['referer'];
    return Object.hasOwn(this.headers, field) ? this.headers[field] : undefined;
  }

  header(name: string): string | string[] | undefined {
    return this.get(name);
  }

  /** Does nothing: time is limited by the server. */
  setTimeout(): this {
    return this;
  }

  /** An error that a listener throws fails the request: in an event, nobody would catch it. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    try {
      return super.emit(event, ...args);
    } catch (error) {
      this.#bridge.fail(error);
      return true;
    }
  }

  override _read(): void {
    if (this.#opened) this.#source?.resume();
    else this.#open();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#source?.destroy();
    callback(error);
  }

  /** Called when the exchange is over. */
  exchangeOver(aborted: boolean): void {
    if (aborted) this.#break(new RequestAbortedError());
  }

  #open(): void {
    this.#opened = true;
    const { request, exchange } = this.#bridge.ctx;
    if (!exchange.hasBody) {
      this.push(null);
      return;
    }
    const limit = request.bodyLimit;
    if (Number(exchange.headers['content-length']) > limit) return this.#refuse(limit);
    let source: Readable;
    try {
      source = request.stream();
    } catch {
      // It was read by something else, which has kept it.
      this.#replay();
      return;
    }
    this.#source = source;
    let size = 0;
    source
      .on('data', (chunk: Buffer) => {
        if (this.destroyed) return;
        size += chunk.length;
        if (size > limit) this.#refuse(limit);
        else if (!this.push(chunk)) source.pause();
      })
      .on('end', () => this.#complete())
      .on('error', (error) => this.#break(error));
  }

  #replay(): void {
    this.#bridge.ctx.request.bytes().then(
      (bytes) => {
        this.push(bytes);
        this.#complete();
      },
      (error: unknown) => this.#break(error as Error),
    );
  }

  #complete(): void {
    this.complete = true;
    this.push(null);
  }

  /** Whatever the middleware makes of it, the answer is a 413. */
  #refuse(limit: number): void {
    const error = new PayloadTooLargeError(limit);
    this.#bridge.fail(error);
    this.destroy(error);
  }

  #break(error: Error): void {
    if (this.destroyed) return;
    this.aborted = error instanceof RequestAbortedError;
    if (this.aborted) this.emit('aborted');
    this.destroy(error);
  }
}

function headersOf({ exchange, settings }: RequestContext): Record<string, string | string[] | undefined> {
  const headers: Record<string, string | string[] | undefined> = {};
  for (const [name, value] of Object.entries(exchange.headers)) {
    // Assigning this one would set the prototype.
    if (!name.startsWith(':') && name !== '__proto__') headers[name] = value;
  }
  if (exchange.authority !== '') headers['host'] = exchange.authority;
  if (!exchange.hasBody) return headers;
  if (settings.decompressRequests && headers['content-encoding'] !== undefined) {
    // It arrives decoded.
    delete headers['content-encoding'];
    delete headers['content-length'];
  }
  // Only these say in HTTP/1.1 that there is content, and that is what middleware looks for.
  if (headers['content-length'] === undefined) headers['transfer-encoding'] = 'chunked';
  return headers;
}

function ignore(): void {}
